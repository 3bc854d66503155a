import type { CdaHeader } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';
import { toAscii } from './ascii.ts';
import { documentMailText } from './document-mail-text.ts';
import { documentSubject } from './document-subject.ts';
import {
  attachmentPart,
  encodeDate,
  encodeMailbox,
  encodeUnstructured,
  type Header,
  multipart,
  serialize,
  textPart,
} from './mime-writer.ts';
import { asciiId } from './notification-head.ts';
import type { MailAddress } from './types.ts';

/** What a document mail is made of. */
export interface DocumentMailInput {
  /** With its brackets. */
  readonly messageId: string;
  readonly date: Date;
  /** The applicative BAL. */
  readonly from: MailAddress;
  readonly to: readonly string[];
  readonly replyTo: string | undefined;
  readonly audience: 'professionals' | 'patient';
  readonly action: DocumentAction;
  /** Of the documents, in order. */
  readonly headers: readonly CdaHeader[];
  /** CORPSMAIL of that audience. */
  readonly text: string | undefined;
  /** Name, for the texts of our own. */
  readonly establishment: string;
  readonly archive: Uint8Array;
  readonly pdfs: readonly { readonly filename: string; readonly bytes: Uint8Array }[];
  /** X-MSS-NIL. */
  readonly nil: string;
  /** X-MSS-INS: whether the INS is qualified. */
  readonly insQualified: boolean;
  /** An MDN is asked for, by the From address alone: RFC 8098 §2.1 wants the return path's. */
  readonly asksReading: boolean;
  /** X-MSS-MES is FIN where not; on the patient's mail alone. */
  readonly patientMayAnswer: boolean;
}

/**
 * The mail that carries documents, as a raw mail ready to be submitted (MSSanté Référentiel #2, ECO.2.1.1 to
 * 2.4.3; ANS, Transmission de documents CDA en HL7v2, mapping-mss): a text, IHE_XDM.zip, the PDFs. The same
 * input gives the same bytes.
 *
 * Nothing in it says that a machine wrote it (Auto-Submitted): no gateway would then answer it (RFC 3834).
 */
export function buildDocumentMail(input: DocumentMailInput): Uint8Array {
  const { archive, pdfs } = input;
  return serialize(
    multipart(
      'multipart/mixed',
      input.messageId,
      [
        textPart(documentMailText({ ...input, pdfs: pdfs.length })),
        attachmentPart(
          { filename: undefined, contentType: 'application/zip', bytes: archive },
          'IHE_XDM.zip',
        ),
        ...pdfs.map(({ filename, bytes }) =>
          attachmentPart({ filename, contentType: 'application/pdf', bytes }, filename),
        ),
      ],
      headersOf(input),
    ),
  );
}

function headersOf(input: DocumentMailInput): Header[] {
  const { from, to, replyTo, audience, headers } = input;
  const own = mailbox(from.address);
  return [
    ['Date', encodeDate(input.date)],
    ['From', encodeMailbox(from)],
    ...(replyTo === undefined ? [] : [['Reply-To', mailbox(replyTo)] as const]),
    ['To', to.map(mailbox).join(', ')],
    ['Message-ID', asciiId(input.messageId)],
    ['Subject', encodeUnstructured(documentSubject('', headers))],
    ...(input.asksReading ? [['Disposition-Notification-To', own] as const] : []),
    ['X-MSS-NIL', toAscii(input.nil)],
    ['X-MSS-CODECDA', codesOf(headers)],
    ['X-MSS-INS', input.insQualified ? 'O' : 'N'],
    ...(audience === 'patient' && !input.patientMayAnswer ? [['X-MSS-MES', 'FIN'] as const] : []),
    ['MIME-Version', '1.0'],
  ];
}

function mailbox(address: string): string {
  return encodeMailbox({ address, name: undefined });
}

/** The type codes, each once (ECO.2.4.1). */
function codesOf(headers: readonly CdaHeader[]): string {
  return [...new Set(headers.map(({ code }) => code.code.replaceAll(/[^!-~]|,/g, '')))].join(',');
}
