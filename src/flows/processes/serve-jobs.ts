import { toGatewayError } from '../../errors/gateway-error.ts';
import type { ProcessAnswer } from './process-pool.ts';

/** The other end of a pool: does one job after the other, and holds nothing between two. */
export function serveJobs(work: (job: unknown) => Promise<unknown>): void {
  process.on('message', (job: unknown) => {
    work(job).then(
      result => answer({ result }),
      (error: unknown) => answer({ fault: toGatewayError(error).fault }),
    );
  });

  // A terminal or a service manager signals every process of the gateway; this one ends when the gateway has ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());

  process.send?.('ready');
}

function answer(message: ProcessAnswer<unknown>): void {
  process.send?.(message);
}
