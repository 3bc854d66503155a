import { toGatewayError } from '../../errors/gateway-error.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import { readMail } from './read-mail.ts';
import type { ReaderAnswer } from './reader.ts';

/** The reader's process: one mail in, one reading out. It holds nothing between two mails. */
export interface ReadRequest {
  readonly raw: Uint8Array;
  readonly limits: ArchiveLimits;
}

const answer = (message: ReaderAnswer): void => void process.send?.(message);

process.on('message', ({ raw, limits }: ReadRequest) => {
  readMail(raw, limits).then(
    reading => answer({ reading }),
    (error: unknown) => answer({ fault: toGatewayError(error).fault }),
  );
});

// A terminal or a service manager signals every process of the gateway; this one ends when the gateway has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

process.send?.('ready');
