import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import { createProcessPool, type ProcessPoolOptions } from '../processes/process-pool.ts';
import type { Reading } from './reading.ts';

/** A reading, or that it did not come to an end: the process ran out of time or memory, or broke. */
export type ReadResult = { readonly reading: Reading } | { readonly unfinished: 'stalled' | 'crashed' };

export interface Reader {
  /**
   * Reads a mail in another process.
   *
   * @param begun awaited when a process stands ready for this mail: what ends the gateway before is not the
   *   mail's doing
   * @throws GatewayError GEN-002 when no process can be had, which is not the mail's doing either; what `begun`
   *   throws
   */
  read(raw: Uint8Array, begun?: () => Promise<void>): Promise<ReadResult>;
  /** Ends every process; what is being read or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

/** One mail for a process of the reader. */
export interface ReadRequest {
  readonly raw: Uint8Array;
  readonly limits: ArchiveLimits;
}

export interface ReaderOptions extends Omit<ProcessPoolOptions, 'program'> {
  readonly limits: ArchiveLimits;
}

/** Processes that read mails; a fault that is no reading is a process that broke. */
export function createReader({ limits, ...options }: ReaderOptions): Reader {
  const pool = createProcessPool<ReadRequest, Reading>({
    ...options,
    program: new URL('./reader-process', import.meta.url),
  });
  return {
    read: async (raw, begun) => {
      const outcome = await pool.run({ raw, limits }, { begun });
      if ('result' in outcome) return { reading: outcome.result };
      return { unfinished: 'unfinished' in outcome ? outcome.unfinished : 'crashed' };
    },
    stop: () => pool.stop(),
  };
}
