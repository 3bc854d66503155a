import Fastify from 'fastify';
import { renderMetrics } from './metrics.ts';
import type { GatewayStatus } from './status.ts';

export interface AdminOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly status: () => Promise<GatewayStatus>;
  /** False when the heart has stopped: a supervisor should start the process anew. */
  readonly alive: () => boolean;
  /** True once everything was started and as long as nothing is being stopped. */
  readonly ready: () => boolean;
}

export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The administration address: `/livez`, `/readyz`, `/metrics`, `/status.json`. */
export async function startAdmin({ host, port, status, alive, ready }: AdminOptions): Promise<AdminServer> {
  const server = Fastify({ logger: false, forceCloseConnections: true });
  server.get('/livez', async (_, reply) => reply.code(alive() ? 200 : 503).send({ alive: alive() }));
  server.get('/readyz', async (_, reply) => reply.code(ready() ? 200 : 503).send({ ready: ready() }));
  server.get('/status.json', async () => status());
  server.get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics(await status())),
  );
  await server.listen({ host, port });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () => server.close(),
  };
}
