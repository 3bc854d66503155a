import { createProcessPool, type JobOutcome, type ProcessPoolOptions } from '../processes/process-pool.ts';
import type { PreparedMail, PrepareJob } from './prepare-mails.ts';

/** Of the time for a preparation, what the first attempt at it has. */
const FIRST_SHARE = 1 / 6;

/** Processes that make the mails of requests. */
export interface Preparer {
  /**
   * Makes the mails of a request. A first attempt has a share of the time only: documents that would take all of it hold
   * up those behind them no longer than that; their later attempts have the whole, in a place of their own
   * (`retriesAtOnce` of the target).
   *
   * @param attempt from 1
   * @throws GatewayError GEN-002 when no process can be had
   */
  prepare(job: PrepareJob, attempt: number): Promise<JobOutcome<PreparedMail[]>>;
  /** Ends every process; what is being made or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

/** A preparer whose `deadlineMs` is the time for any attempt but the first. */
export function createPreparer(options: Omit<ProcessPoolOptions, 'program'>): Preparer {
  const pool = createProcessPool<PrepareJob, PreparedMail[]>({
    ...options,
    program: new URL('./preparer-process', import.meta.url),
  });
  const { deadlineMs } = options;
  return {
    prepare: (job, attempt) =>
      pool.run(job, { deadlineMs: attempt > 1 ? deadlineMs : deadlineMs * FIRST_SHARE }),
    stop: () => pool.stop(),
  };
}
