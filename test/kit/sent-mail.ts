import type { ParsedMail } from 'mailparser';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { readMailAt } from './gateway.ts';

/** A mail that left, opened with a reader that is not the gateway's. */
export interface SentMail {
  readonly envelope: AcceptedMail['envelope'];
  readonly raw: Buffer;
  readonly mail: ParsedMail;
  readonly archive: Buffer;
  readonly pdfs: readonly Buffer[];
}

export async function openSent({ envelope, raw }: AcceptedMail): Promise<SentMail> {
  const mail = await readMailAt(raw);
  const archives = mail.attachments.filter(({ filename }) => filename === 'IHE_XDM.zip');
  if (archives.length !== 1) throw new Error(`${archives.length} archives`);
  return {
    envelope,
    raw,
    mail,
    archive: archives[0]?.content ?? Buffer.of(),
    pdfs: mail.attachments
      .filter(({ contentType }) => contentType === 'application/pdf')
      .map(({ content }) => content),
  };
}
