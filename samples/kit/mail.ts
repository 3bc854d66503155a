import { createHash } from 'node:crypto';

/**
 * Builds raw mails for tests and samples: deterministic, plain, and able to be wrong where a test needs it.
 */

/** A part of a mail, before it is encoded. */
export interface MailPart {
  readonly contentType: string;
  readonly filename?: string;
  /** A text is sent as it is, in UTF-8; bytes in base64, those of message/… as they are. */
  readonly content: Uint8Array | string;
}

/** What a document mail is made of; what is not given has a good default. */
export interface DocumentMail {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly attachments?: readonly MailPart[];
  /** Disposition-Notification-To, one header for each. */
  readonly dnt?: string | readonly string[];
  /** `<>` or `<address>`, as the last server writes it; '' leaves the header out. */
  readonly returnPath?: string;
  /** '' leaves the header out. */
  readonly messageId?: string;
  readonly date?: Date;
  /** Whole header lines, added at the end. */
  readonly headers?: readonly string[];
}

const CRLF = '\r\n';

/**
 * Lines as a raw mail, each ended by CRLF. Code units above 255 become UTF-8; use `rawBytes` for other
 * charsets.
 */
export function rawMail(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map(line => line + CRLF).join(''));
}

/** A text whose characters are bytes (ISO-8859-1 code units), for raw 8-bit mails. */
export function rawBytes(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map(line => line + CRLF).join(''), 'latin1');
}

/** The archive as the attachment that a document mail carries. */
export function archivePart(bytes: Uint8Array, filename = 'IHE_XDM.zip'): MailPart {
  return { contentType: 'application/zip', filename, content: bytes };
}

/** A mail as an attachment: what "forward as attachment" makes. */
export function mailPart(mail: Uint8Array, filename = 'message.eml'): MailPart {
  return { contentType: 'message/rfc822', filename, content: mail };
}

/** A mail of the shape that an MSSanté sender writes: a text and its attachments in multipart/mixed. */
export function documentMail(mail: DocumentMail = {}): Buffer {
  const {
    from = '"Laboratoire des Tilleuls" <labo@tilleuls.mssante.fr>',
    to = 'dpi.urologie@chu-x.mssante.fr',
    subject = 'XDM/1.0/DDM+CR de biologie MARCHETTI Lucie 14/02/1971',
    text = 'Bonjour,\n\nVeuillez trouver ci-joint un document.\n',
    attachments = [],
    messageId = '<exemple-1@tilleuls.mssante.fr>',
    returnPath = '<labo@tilleuls.mssante.fr>',
    date = new Date('2026-11-20T08:30:00Z'),
  } = mail;
  const requesters = typeof mail.dnt === 'string' ? [mail.dnt] : (mail.dnt ?? []);
  const head = [
    ...(returnPath === '' ? [] : [`Return-Path: ${returnPath}`]),
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${encodedWord(subject)}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    ...(messageId === '' ? [] : [`Message-ID: ${messageId}`]),
    ...requesters.map(address => `Disposition-Notification-To: ${address}`),
    ...(mail.headers ?? []),
    'MIME-Version: 1.0',
  ];
  const body: MailPart = { contentType: 'text/plain; charset=utf-8', content: text.replaceAll('\n', CRLF) };
  return multipartMail(head, 'multipart/mixed', [body, ...attachments]);
}

/**
 * A multipart mail of any type from its other header lines and its parts. The boundary comes from what it
 * parts.
 */
export function multipartMail(head: readonly string[], type: string, parts: readonly MailPart[]): Buffer {
  const contents = parts.map(partBytes);
  const digest = createHash('sha256');
  for (const content of contents) digest.update(content);
  const boundary = `=_${digest.digest('hex').slice(0, 24)}`;
  return Buffer.concat([
    Buffer.from([...head, `Content-Type: ${type}; boundary="${boundary}"`, '', ''].join(CRLF)),
    ...contents.flatMap(content => [Buffer.from(`--${boundary}${CRLF}`), content, Buffer.from(CRLF)]),
    Buffer.from(`--${boundary}--${CRLF}`),
  ]);
}

function partBytes({ contentType, filename, content }: MailPart): Buffer {
  const name = filename === undefined ? [] : [`Content-Disposition: attachment; filename="${filename}"`];
  const encoded = typeof content !== 'string' && !contentType.startsWith('message/');
  const encoding = `Content-Transfer-Encoding: ${encoded ? 'base64' : '8bit'}`;
  const head = [`Content-Type: ${contentType}`, encoding, ...name, '', ''].join(CRLF);
  return Buffer.concat([Buffer.from(head), encoded ? base64Lines(content) : Buffer.from(content)]);
}

function base64Lines(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('base64');
  return Buffer.from((text.match(/.{1,76}/g) ?? []).join(CRLF));
}

/** RFC 2047, in pieces that fit a line; plain ASCII stays as it is. */
function encodedWord(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const pieces = Array.from(text).reduce<string[]>((done, letter) => {
    const last = done.at(-1);
    if (last === undefined || Buffer.byteLength(last + letter) > 42) return [...done, letter];
    return [...done.slice(0, -1), last + letter];
  }, []);
  return pieces.map(piece => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`).join(`${CRLF} `);
}
