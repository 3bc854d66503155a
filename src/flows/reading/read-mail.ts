import { GatewayError, type Fault, toGatewayError } from '../../errors/gateway-error.ts';
import { classify } from '../../formats/mail/classify.ts';
import { openHead, openMail } from '../../formats/mail/open-mail.ts';
import { readDsn } from '../../formats/mail/read-dsn.ts';
import { readErrorMail } from '../../formats/mail/read-error-mail.ts';
import { readMdn } from '../../formats/mail/read-mdn.ts';
import type { FoundArchive, MailAttachment, OpenedMail } from '../../formats/mail/types.ts';
import { readXdm } from '../../formats/xdm/read-xdm.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import { onePatient, readDocument } from './read-document.ts';
import type { MailFacts, Reading } from './reading.ts';

/**
 * Reads a mail to the end: what it is, its archive, its documents, and what keeps each from being handed
 * over. Pure; run in a process of its own by {@link ./reader.ts}, since the bytes come from anybody.
 */
export async function readMail(raw: Uint8Array, limits: ArchiveLimits): Promise<Reading> {
  let mail: OpenedMail;
  try {
    mail = await openMail(raw);
  } catch (error) {
    return { kind: 'unusable', fault: toGatewayError(error).fault, outer: headOnly(raw), attachments: [] };
  }
  const outer = factsOf(mail);
  const kind = classify(mail);
  switch (kind.kind) {
    case 'receipt': {
      const facts = kind.report === 'dsn' ? readDsn(mail) : readMdn(mail);
      return { ...kind, facts, outer, attachments: [] };
    }
    case 'error-mail':
      return { ...kind, facts: readErrorMail(mail), outer, attachments: [] };
    case 'unusable':
      return { kind: 'unusable', fault: { code: kind.code }, outer, attachments: [] };
    case 'other':
      return { kind: 'other', outer, attachments: [] };
    case 'document':
      return readArchives(outer, kind.archives, limits);
  }
}

function readArchives(outer: MailFacts, archives: readonly FoundArchive[], limits: ArchiveLimits): Reading {
  const [archive, another] = archives;
  if (archive === undefined) return { kind: 'other', outer, attachments: [] };
  const attachments = archives.flatMap(givenBack);
  const unusable = missingForAnswers(outer);
  if (unusable !== undefined) return { kind: 'unusable', fault: unusable, outer, attachments };
  if (another !== undefined) return { kind: 'refused', fault: { code: 'MAIL-008' }, outer, attachments };
  try {
    const { documents: found, orphans } = readXdm(archive.bytes, limits);
    const documents = onePatient(found.map(readDocument));
    return { kind: 'documents', documents, orphans, outer, via: factsOf(archive.via), attachments };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { kind: 'refused', fault: error.fault, outer, attachments };
  }
}

/** The Message-ID makes OBX-3.1 and Original-Message-ID, the sender makes the required PRT. */
function missingForAnswers(outer: MailFacts): Fault | undefined {
  if (outer.messageId === undefined) return { code: 'MAIL-004' };
  return outer.from === undefined ? { code: 'MAIL-011' } : undefined;
}

/**
 * The archive under its published name, and the PDFs beside it (ANS, Transmission au LPS v1.1,
 * struct-msg-mdn: “remises en pièces jointes”).
 */
function givenBack(archive: FoundArchive): MailAttachment[] {
  const pdfs = archive.via.attachments.filter(
    ({ contentType, filename }) => contentType === 'application/pdf' || /\.pdf$/i.test(filename ?? ''),
  );
  return [{ filename: 'IHE_XDM.zip', contentType: 'application/zip', bytes: archive.bytes }, ...pdfs];
}

function factsOf(mail: OpenedMail): MailFacts {
  const { attachments: _attachments, enclosed: _enclosed, ...facts } = mail;
  return { ...facts, text: cut(facts.text) };
}

/** Every MDM of a mail quotes its text, and so does the answer: a letter fits, a pasted log of megabytes does not. */
const MAX_TEXT = 256 * 1024;

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}\n[… texte coupé]`;
}

/** What can be told of a mail whose structure cannot be read: its headers, as far as they go. */
export function headOnly(raw: Uint8Array): MailFacts {
  try {
    return { ...openHead(raw), text: '' };
  } catch {
    // Headers over the bound tell nothing that could be relied on.
    return { ...openHead(new Uint8Array()), text: '' };
  }
}
