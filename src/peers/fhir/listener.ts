import { createServer } from 'node:https';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { FhirHttpReport, FhirListener, FhirRoute } from '../interfaces.ts';
import { listen } from '../listen.ts';
import { reasonOf } from '../open-socket.ts';
import { authoritiesIn } from '../tls.ts';
import { createAdmission } from './admission.ts';
import type { FhirCaller } from './callers.ts';
import { endClient } from './client-error.ts';
import { type Places, watchPlaces } from './places.ts';
import { createService } from './service.ts';

/** Where callers send us FHIR, who they are, and what they may ask of us. Times in ms, sizes in bytes. */
export interface FhirListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** PEM texts; `clientCa` is whom the callers' certificates must be of. */
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa: string | undefined };
  /** Where none has a token, who shows no good certificate is refused in the handshake. */
  readonly callers: readonly FhirCaller[];
  readonly routes: readonly FhirRoute[];
  /** What our addresses begin with, without `/` at the end; undefined: as each caller writes it. */
  readonly publicUrl: string | undefined;
  /** Of one body. */
  readonly maxBytes: number;
  /** For a handshake, and for the headers of a request. */
  readonly headersMs: number;
  /** For a whole request to come, and for its answer to be taken. */
  readonly requestMs: number;
  readonly maxConnections: number;
  /** Requests in hand at a time; no caller has more than half of them where there are several. */
  readonly maxRequests: number;
  /** Bodies, and answers until they have left, in memory at a time; no caller has more than half where there are several. */
  readonly maxHeldBytes: number;
  /** For the log, once for each request. */
  readonly done: (report: FhirHttpReport) => void;
  /** For the log: handshakes that failed, places that ran out, answers that could not be made. */
  readonly failed: (error: unknown) => void;
}

/** How long a connection may wait for its next request; proxies close theirs after a minute. */
const IDLE_MS = 65_000;
/** The slowest that node:http looks for requests that take too long. */
const LOOK_MS = 1_000;

/**
 * Listens for FHIR over HTTPS (HTTP/1.1, TLS 1.2 and above). A connection stays open between requests; when all places are
 * taken an idle one makes way for a newcomer.
 *
 * @throws GatewayError MLLP-005 when the address cannot be opened, or the certificate or key cannot be used
 */
export async function startFhirListener(options: FhirListenerOptions): Promise<FhirListener> {
  try {
    return await start(options);
  } catch (cause) {
    const fields = reasonOf(cause);
    const reason = fields.reason === undefined ? '' : ` (${fields.reason})`;
    const detail = `Écoute FHIR, ${options.host}:${options.port}${reason}.`;
    throw new GatewayError('MLLP-005', { detail, fields, cause });
  }
}

async function start(options: FhirListenerOptions): Promise<FhirListener> {
  const { host, port, callers, headersMs, requestMs, failed } = options;
  let isStopping = false;
  let places: Places | undefined;
  const service = createService({
    ...options,
    answerMs: requestMs,
    admission: createAdmission(
      { requests: options.maxRequests, bytes: options.maxHeldBytes },
      callers.length,
    ),
    isStopping: () => isStopping,
    createServer(handle) {
      const server = createServer(serverOptions(options), (request, response) => {
        const ended = places?.begin(request.socket);
        response.on('close', () => ended?.());
        handle(request, response);
      });
      places = watchPlaces(server, options.maxConnections, failed);
      return server;
    },
    clientError: (error, socket, isInHand) =>
      endClient(error, socket, {
        isInHand,
        isCertificateRequired: needsCertificate(options),
        patienceMs: headersMs,
        failed,
      }),
  });
  await service.ready();
  const { server } = service;
  await listen(server, host, port);
  server.on('error', failed);
  const address = server.address();
  let stopped: Promise<void> | undefined;

  async function stop(graceMs: number): Promise<void> {
    isStopping = true;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    places?.end(false);
    const grace = setTimeout(() => places?.end(true), graceMs);
    await closed;
    clearTimeout(grace);
    await service.close();
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    connections: () => places?.taken() ?? 0,
    stop(graceMs) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

function needsCertificate({ tls, callers }: FhirListenerOptions): boolean {
  return tls.clientCa !== undefined && callers.every(({ token }) => token === undefined);
}

function serverOptions(options: FhirListenerOptions): Parameters<typeof createServer>[0] {
  const { tls, headersMs, requestMs } = options;
  return {
    minVersion: 'TLSv1.2',
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined
      ? {}
      : {
          ca: authoritiesIn(tls.clientCa).map(each => each.toString()),
          requestCert: true,
          rejectUnauthorized: needsCertificate(options),
        }),
    handshakeTimeout: headersMs,
    headersTimeout: Math.min(headersMs, requestMs),
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(LOOK_MS, headersMs),
    keepAliveTimeout: IDLE_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  };
}
