import { Readable } from 'node:stream';
import { type ParsedMail, type SimpleParserOptions, simpleParser } from 'mailparser';
import { GatewayError } from '../../errors/gateway-error.ts';
import { isErrorSubject } from './error-subject.ts';
import {
  firstField,
  type HeaderField,
  neutralise,
  parseHeaderBlock,
  parseStructured,
  type StructuredValue,
  splitHeaderBlock,
} from './header-block.ts';
import { htmlToText } from './html-to-text.ts';
import { shortenLongRuns } from './long-runs.ts';
import { readHead } from './mail-head.ts';
import { notificationType } from './notification-type.ts';
import {
  isMailType,
  looksLikeMail,
  partNotificationFields,
  trimBoundaryPadding,
  undoTransferEncoding,
} from './repair.ts';
import type { MailAttachment, OpenedHead, OpenedMail } from './types.ts';

/** Mails within mails that are opened, the outermost aside. */
export const MAX_NESTING = 5;
/** Enclosed mails opened in all: what one mail may cost is bounded whatever its tree. */
const MAX_ENCLOSED = 50;
/** HTML that is turned to text, of all the mails together, characters: no mail that people write has more. */
const MAX_HTML = 512 * 1024;
/** Parts of one mail, its enclosed mails aside. */
const MAX_PARTS = 500;
/** The header block of a part, bytes: mailparser spends some 50 bytes of memory on each. */
const MAX_PART_HEAD = 16 * 1024;

interface ParserOptions extends SimpleParserOptions {
  readonly ignoreEmbedded: true;
  readonly maxChildNodes: number;
  readonly maxHeadSize: number;
}

/** What is spent (`opened`) and left to spend (`html`) on one mail with all that it encloses. */
interface Budget {
  opened: number;
  html: number;
}

const CRLF = Buffer.from('\r\n');
const PARSER: ParserOptions = {
  keepDeliveryStatus: true,
  // HTML is turned to text by ourselves: mailparser fails the whole mail on HTML that is too deep.
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  // Else mailparser melts an inline message/rfc822 into its parent, and its headers are lost.
  ignoreEmbedded: true,
  maxChildNodes: MAX_PARTS,
  maxHeadSize: MAX_PART_HEAD,
};

/**
 * Opens a mail: headers, text, attachments, and the mails enclosed in it down to {@link MAX_NESTING} levels.
 *
 * @throws GatewayError MAIL-002 when it has too many parts, lines or enclosed mails, or too long headers;
 *   MAIL-003 when its structure cannot be read.
 */
export async function openMail(raw: Uint8Array): Promise<OpenedMail> {
  return await open(raw, 0, { opened: 0, html: MAX_HTML });
}

/**
 * The head of a mail, without opening it: of one too large to fetch, or that {@link openMail} refuses. Its
 * `report` is known by content type alone.
 *
 * @param raw the mail, or its first bytes.
 * @throws GatewayError MAIL-002 when the headers are too long.
 */
export function openHead(raw: Uint8Array): OpenedHead {
  const { block } = splitHeaderBlock(raw);
  const fields = parseHeaderBlock(block);
  const head = readHead(fields);
  return {
    ...head,
    headerBlock: block,
    report: reportType(parseStructured(firstField(fields, 'content-type')), []),
    errorSubject: isErrorSubject(head.subject),
  };
}

async function open(raw: Uint8Array, depth: number, budget: Budget): Promise<OpenedMail> {
  const { block, body: received } = splitHeaderBlock(raw);
  const body = shortenLongRuns(received);
  const fields = parseHeaderBlock(block);
  const type = parseStructured(firstField(fields, 'content-type'));
  const boundary = readBoundary(type, body);
  const parsed = await parse(fields, boundary === undefined ? body : repaired(body, boundary));
  const parts = parsed.attachments.map(readAttachment);
  const head = readHead(fields);
  const inner = await openEnclosed(parts, depth, budget);
  return {
    ...head,
    headerBlock: block,
    text: await readText(parsed, budget),
    attachments: inner.others,
    enclosed: inner.mails,
    tooDeep: inner.tooDeep,
    report: reportType(type, parts),
    errorSubject: isErrorSubject(head.subject),
  };
}

function repaired(body: Uint8Array, boundary: string): Uint8Array {
  return partNotificationFields(trimBoundaryPadding(body, boundary));
}

/**
 * mailparser reads the structure alone: of the mail's own headers it gets those that describe it, and no
 * other.
 */
async function parse(fields: readonly HeaderField[], body: Uint8Array): Promise<ParsedMail> {
  const structure = fields.filter(field => field.name.startsWith('content-'));
  const head = structure.flatMap(field => [Buffer.from(field.raw), CRLF]);
  const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    return await simpleParser(Readable.from([Buffer.concat([...head, CRLF]), content]), PARSER);
  } catch (error) {
    const tooMuch = error instanceof Error && 'code' in error && error.code === 'EMAXLEN';
    // The cause stays out: mailparser's messages may quote the mail.
    throw new GatewayError(
      tooMuch ? 'MAIL-002' : 'MAIL-003',
      tooMuch ? { fields: { parts: MAX_PARTS } } : {},
    );
  }
}

/**
 * The boundary of a multipart; undefined for any other type and for an empty body.
 *
 * @throws GatewayError MAIL-003 when it is missing or never appears: the mail would be read as one without
 *   any part.
 */
function readBoundary(type: StructuredValue, body: Uint8Array): string | undefined {
  if (!type.value.startsWith('multipart/')) return undefined;
  const boundary = type.params.get('boundary') ?? '';
  const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (boundary !== '' && content.includes(`--${boundary}`)) return boundary;
  if (content.every(byte => byte <= 0x20)) return undefined;
  throw new GatewayError('MAIL-003');
}

function readAttachment(part: ParsedMail['attachments'][number]): MailAttachment {
  const name = part.filename === undefined ? '' : neutralise(part.filename).trim();
  const filename = name === '' ? undefined : name;
  const contentType = neutralise(part.contentType || 'application/octet-stream')
    .trim()
    .toLowerCase();
  const mayBeMail = isMailType(contentType, filename);
  return { filename, contentType, bytes: undoTransferEncoding(part.content, part.headers, mayBeMail) };
}

/**
 * Opens the parts that are mails; the rest, and what does not turn out to be a readable mail, stay
 * attachments.
 */
async function openEnclosed(
  parts: readonly MailAttachment[],
  depth: number,
  budget: Budget,
): Promise<{ others: MailAttachment[]; mails: OpenedMail[]; tooDeep: boolean }> {
  const others: MailAttachment[] = [];
  const mails: OpenedMail[] = [];
  let tooDeep = false;
  for (const part of parts) {
    if (!looksLikeMail(part)) {
      others.push(part);
    } else if (depth === MAX_NESTING) {
      tooDeep = true;
    } else {
      if (++budget.opened > MAX_ENCLOSED) {
        throw new GatewayError('MAIL-002', { fields: { enclosed: MAX_ENCLOSED } });
      }
      const mail = await openOrNot(part.bytes, depth + 1, budget);
      if (mail === undefined) others.push(part);
      else mails.push(mail);
    }
  }
  return { others, mails, tooDeep };
}

/**
 * Undefined when the enclosed mail is unreadable: a bounce that returns half a mail is a bounce all the same.
 */
async function openOrNot(raw: Uint8Array, depth: number, budget: Budget): Promise<OpenedMail | undefined> {
  try {
    return await open(raw, depth, budget);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'MAIL-003') return undefined;
    throw error;
  }
}

async function readText(parsed: ParsedMail, budget: Budget): Promise<string> {
  const plain = (parsed.text ?? '').replaceAll('\r\n', '\n').replaceAll('\u0000', '');
  if (plain.trim() !== '' || typeof parsed.html !== 'string') return plain;
  if (parsed.html.length > budget.html) return '';
  budget.html -= parsed.html.length;
  return await htmlToText(parsed.html);
}

/**
 * What the mail reports: by the type of the whole (RFC 6522), or because the whole is a notification. A
 * notification part in a multipart of another type is judged in classify.ts, where it is known whether an
 * archive stands by it.
 */
function reportType(type: StructuredValue, parts: readonly MailAttachment[]): OpenedMail['report'] {
  if (type.value !== 'multipart/report') return notificationType(type.value);
  const declared = type.params.get('report-type')?.toLowerCase();
  if (declared === 'disposition-notification') return 'mdn';
  if (declared === 'delivery-status') return 'dsn';
  return parts.map(part => notificationType(part.contentType)).find(report => report !== undefined);
}
