import type { DigestAlgorithm } from '../../formats/xmldsig/algorithms.ts';
import { createProcessPool, type JobOutcome, type ProcessPoolOptions } from '../processes/process-pool.ts';

/** Documents whose canonical form is to be digested. Plain data: it crosses to the digester's process. */
export interface DigestJob {
  readonly documents: readonly Uint8Array[];
  readonly algorithm: DigestAlgorithm;
}

/**
 * A process that digests documents for the signature of a submission: a whole document is a tree of many times its
 * size there, and the documents come from anybody.
 */
export interface Digester {
  /** The digests in base64, in order. @throws GatewayError GEN-002 when no process can be had */
  digest(job: DigestJob): Promise<JobOutcome<string[]>>;
  /** Ends every process; what is being digested or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

export function createDigester(options: Omit<ProcessPoolOptions, 'program'>): Digester {
  const pool = createProcessPool<DigestJob, string[]>({
    ...options,
    program: new URL('./digester-process', import.meta.url),
  });
  return { digest: job => pool.run(job), stop: () => pool.stop() };
}
