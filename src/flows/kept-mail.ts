import type { MailAttachment } from '../formats/mail/types.ts';
import type { Journal, NewPayload } from '../journal/journal.ts';
import type { MailFacts } from './reading/reading.ts';
import { keptJson } from './kept-json.ts';

/** What is kept of a mail until its notification is decided; sealed and purged with the payloads. */
export interface KeptMail {
  readonly facts: MailFacts;
  /** Subject from `XDM/1.0/DDM+` on. */
  readonly documentSubject: string;
  readonly attachments: readonly MailAttachment[];
  /** The attachments were too large to be given back. */
  readonly leftOut: boolean;
}

interface Head {
  readonly facts: Omit<MailFacts, 'headerBlock' | 'date'> & {
    readonly headerBlock: string;
    readonly date: string | null;
  };
  readonly documentSubject: string;
  readonly attachments: readonly { readonly filename: string | undefined; readonly contentType: string }[];
  readonly leftOut: boolean;
}

const HEAD = 'mail';
const attachmentName = (position: number): string => `attachment:${position}`;

/** The payloads that keep a mail. */
export function keepMail(mail: KeptMail): NewPayload[] {
  const { facts, documentSubject, attachments, leftOut } = mail;
  const head: Head = {
    facts: {
      ...facts,
      headerBlock: Buffer.from(facts.headerBlock).toString('base64'),
      date: facts.date?.toISOString() ?? null,
    },
    documentSubject,
    attachments: attachments.map(({ filename, contentType }) => ({ filename, contentType })),
    leftOut,
  };
  return [
    { name: HEAD, bytes: Buffer.from(JSON.stringify(head)) },
    ...attachments.map(({ bytes }, position) => ({ name: attachmentName(position), bytes })),
  ];
}

/** The mail as kept; undefined once purged, or where it could never be read. @throws GatewayError JRN-004 */
export async function keptMail(journal: Journal, exchangeId: string): Promise<KeptMail | undefined> {
  const head = (await keptJson(journal, exchangeId, HEAD)) as Head | undefined;
  if (head === undefined) return undefined;
  const attachments: MailAttachment[] = [];
  for (const [position, { filename, contentType }] of head.attachments.entries()) {
    const content = await journal.payload(exchangeId, attachmentName(position));
    if (content !== undefined) attachments.push({ filename, contentType, bytes: content });
  }
  const { headerBlock, date, ...facts } = head.facts;
  return {
    facts: {
      ...facts,
      headerBlock: Buffer.from(headerBlock, 'base64'),
      date: date === null ? undefined : new Date(date),
    },
    documentSubject: head.documentSubject,
    attachments,
    leftOut: head.leftOut,
  };
}
