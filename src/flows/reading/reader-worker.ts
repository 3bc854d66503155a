import { parentPort } from 'node:worker_threads';
import { toGatewayError } from '../../errors/gateway-error.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import { readMail } from './read-mail.ts';
import type { Reading } from './reading.ts';

/** The reader's thread: one mail in, one reading out. It holds nothing between two mails. */
export interface ReadRequest {
  readonly raw: Uint8Array;
  readonly limits: ArchiveLimits;
}

parentPort?.on('message', ({ raw, limits }: ReadRequest) => {
  readMail(raw, limits).then(
    reading => parentPort?.postMessage({ reading }, transferable(reading)),
    (error: unknown) => parentPort?.postMessage({ fault: toGatewayError(error).fault }),
  );
});

parentPort?.postMessage('ready');

/**
 * The bodies go over without a copy, where they own their memory; a view on memory that others share is
 * copied.
 */
function transferable(reading: Reading): ArrayBuffer[] {
  const bodies = [
    ...reading.attachments.map(({ bytes }) => bytes),
    ...(reading.kind === 'documents' ? reading.documents.flatMap(({ bytes }) => bytes ?? []) : []),
  ];
  const owned = bodies.filter(body => body.byteLength === body.buffer.byteLength).map(({ buffer }) => buffer);
  return [...new Set(owned)].filter(buffer => buffer instanceof ArrayBuffer);
}
