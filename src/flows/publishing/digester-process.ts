import { canonicalDigest } from '../../formats/xmldsig/canonical.ts';
import { serveJobs } from '../processes/serve-jobs.ts';
import type { DigestJob } from './digester.ts';

/** The digester's process: the documents of one publication in, their digests out. */
serveJobs(async job => {
  const { documents, algorithm } = job as DigestJob;
  return documents.map(document => canonicalDigest(document, algorithm));
});
