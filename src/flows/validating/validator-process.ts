import { serveJobs } from '../processes/serve-jobs.ts';
import { createValidateWork, type ValidateJob } from './validate-job.ts';

/** The validator's process: one resource in, its findings out. */
const work = createValidateWork();

serveJobs(async job => work(job as ValidateJob));
