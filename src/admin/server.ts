import { STATUS_CODES } from 'node:http';
import Fastify, { type FastifyReply } from 'fastify';
import { GatewayError } from '../errors/gateway-error.ts';
import { renderMetrics } from './metrics.ts';
import type { GatewayStatus } from './status.ts';

export interface AdminOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly status: () => Promise<GatewayStatus>;
  /** False when the heart has stopped: a supervisor should start the process anew. */
  readonly alive: () => boolean;
  /** True once everything was started, as long as nothing is being stopped and the journal can be written. */
  readonly ready: () => boolean;
  /** Told why an answer could not be made; who asked learns nothing of it. */
  readonly failed: (error: unknown) => void;
}

export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The administration address: `/livez`, `/readyz`, `/metrics`, `/status.json`.
 *
 * @throws GatewayError ADM-001 when the address cannot be listened on
 */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const { host, port, status, alive, ready, failed } = options;
  const server = Fastify({ logger: false, forceCloseConnections: true });
  server.addHook('onSend', async (_, reply) => {
    reply.header('cache-control', 'no-store');
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));
  server.setErrorHandler((error, _, reply) => {
    const refusal = refusalOf(error);
    if (refusal !== undefined) {
      return reply.code(refusal).send({ error: STATUS_CODES[refusal]?.toLowerCase() });
    }
    failed(error);
    return reply.code(500).send({ error: 'internal error' });
  });
  server.get('/livez', async (_, reply) => probe(reply, 'alive', alive()));
  server.get('/readyz', async (_, reply) => probe(reply, 'ready', ready()));
  server.get('/status.json', async () => status());
  server.get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics(await status())),
  );
  try {
    await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    throw cannotListen(host, port, cause);
  }
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () => server.close(),
  };
}

/** The 4xx of a request that Fastify itself refuses (a body that is no JSON, too long…): whoever asked is at fault. */
function refusalOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'statusCode' in error)) return undefined;
  const status = Number(error.statusCode);
  return status >= 400 && status < 500 ? status : undefined;
}

function probe(reply: FastifyReply, name: string, holds: boolean): FastifyReply {
  return reply.code(holds ? 200 : 503).send({ [name]: holds });
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'un autre programme l’occupe',
  EADDRNOTAVAIL: 'cette adresse n’est pas celle de la machine',
  EACCES: 'les ports sous 1024 demandent des droits que le service n’a pas',
  ENOTFOUND: 'ce nom n’est pas connu',
};

function cannotListen(host: string, port: number, cause: unknown): GatewayError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new GatewayError('ADM-001', {
    detail: `${where} : ${REASONS[code] ?? code}.`,
    fields: { port, reason: code },
    cause,
  });
}
