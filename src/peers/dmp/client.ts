import type { Clock } from '../../basics/clock.ts';
import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { createConnections, hostOf, type HttpsHost, tryConnection } from '../https-connections.ts';
import type { DmpPeer, PeerReport } from '../interfaces.ts';
import { post } from './exchange.ts';
import { FAULTS } from './faults.ts';

/** Where the DMP is, and how it is talked to. Time in ms, size in bytes. */
export interface DmpClientOptions {
  /** An https address; the services are below it: `<url>/repository`. */
  readonly url: string;
  /**
   * PEM texts: the authorities that the server's certificate must come from, the system's where `ca` is undefined; our
   * certificate (ORG AUTH_CLI), its chain after it, and its key.
   */
  readonly tls: { readonly ca: string | undefined; readonly cert: string; readonly key: string };
  /** For a whole exchange: connecting, sending, and the whole answer. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** How many exchanges at once at most. */
  readonly parallel: number;
  readonly clock: Clock;
}

/**
 * The DMP's web services, over mutual TLS. A message is posted once: whether it may be posted again is for its sender
 * to decide, by the class of the fault.
 */
export function createDmpClient(options: DmpClientOptions): DmpPeer {
  const base = options.url.replace(/\/+$/, '');
  const to = hostOf(new URL(base), options.tls, options.timeoutMs);
  const agent = createConnections(to, options.parallel);
  const limit = createLimit(options.parallel);
  return {
    post: (service, message) => limit.run(() => post(`${base}/${service}`, message, { ...options, agent })),
    probe: () => probe(to, options.clock),
    async close() {
      // What is under way has had its time: the stop of a gateway does not wait for a DMP that says nothing.
      agent.destroy();
      await limit.close(() => new GatewayError('DMP-001', { fields: { reason: 'closing' } }));
    },
  };
}

async function probe(to: HttpsHost, clock: Clock): Promise<PeerReport> {
  const { protocol, certificates } = await tryConnection(to, clock.now()).catch((thrown: unknown) => {
    throw FAULTS.notReached(thrown);
  });
  return {
    ...certificates,
    lines: [
      `Connexion au DMP (${to.host}:${to.port}, ${protocol}) établie avec notre certificat`,
      ...certificates.lines,
    ],
  };
}
