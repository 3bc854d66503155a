import { serveJobs } from '../processes/serve-jobs.ts';
import { readMail } from './read-mail.ts';
import type { ReadRequest } from './reader.ts';

/** The reader's process: one mail in, one reading out. */
serveJobs(job => {
  const { raw, limits } = job as ReadRequest;
  return readMail(raw, limits);
});
