import { parentPort } from 'node:worker_threads';
import { toGatewayError } from '../../errors/gateway-error.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import { readMail } from './read-mail.ts';

/** The reader's thread: one mail in, one reading out. It holds nothing between two mails. */
export interface ReadRequest {
  readonly raw: Uint8Array;
  readonly limits: ArchiveLimits;
}

parentPort?.on('message', ({ raw, limits }: ReadRequest) => {
  readMail(raw, limits).then(
    reading => parentPort?.postMessage({ reading }),
    (error: unknown) => parentPort?.postMessage({ fault: toGatewayError(error).fault }),
  );
});
