import { createProcessPool, type ProcessPool, type ProcessPoolOptions } from '../processes/process-pool.ts';
import type { PreparedMail, PrepareJob } from './prepare-mails.ts';

/** Processes that make the mails of requests. */
export type Preparer = ProcessPool<PrepareJob, PreparedMail[]>;

export function createPreparer(options: Omit<ProcessPoolOptions, 'program'>): Preparer {
  return createProcessPool({ ...options, program: new URL('./preparer-process', import.meta.url) });
}
