import { type MimePart, mimeValue, splitMultipart } from './multipart.ts';
import { refuse } from './refusal.ts';

/** The SOAP message of an HTTP request, and its attachments by Content-ID. */
export interface SoapMessage {
  readonly envelope: Buffer;
  readonly attachments: ReadonlyMap<string, Buffer>;
  /** `action` of the HTTP Content-Type, which the SOAP message has to repeat. */
  readonly action: string | undefined;
  readonly isMtom: boolean;
}

const SOAP = 'application/soap+xml';
const XOP = 'application/xop+xml';
/** Bytes: documents are attachments, an entry has some 10 kB. */
const LONGEST_ENVELOPE = 1024 * 1024;

/**
 * Reads SOAP 1.2, plain or in MTOM (XOP §4, RFC 2387).
 *
 * @throws a Fault that says what is wrong with the headers or the parts, or that the envelope is over 1 MiB
 */
export function readMessage(contentType: string, body: Buffer): SoapMessage {
  const message = readParts(contentType, body);
  if (message.envelope.length > LONGEST_ENVELOPE) refuse(undefined, 'the envelope is over 1 MiB');
  return message;
}

function readParts(contentType: string, body: Buffer): SoapMessage {
  const { value, parameters } = mimeValue(contentType);
  const action = parameters.get('action');
  if (value === 'multipart/related') return readMtom(parameters, action, body);
  if (value !== SOAP) refuse(undefined, `Content-Type: neither ${SOAP} nor multipart/related`);
  requireUtf8(parameters);
  return { envelope: body, attachments: new Map(), action, isMtom: false };
}

function readMtom(
  parameters: ReadonlyMap<string, string>,
  action: string | undefined,
  body: Buffer,
): SoapMessage {
  if (parameters.get('type') !== XOP) refuse(undefined, `MTOM: type is not ${XOP}`);
  if (parameters.get('start-info') !== SOAP) refuse(undefined, `MTOM: start-info is not ${SOAP}`);
  const [root, ...others] = splitMultipart(body, parameters.get('boundary') ?? '');
  if (root === undefined) refuse(undefined, 'MTOM: no part');
  checkRoot(root, parameters.get('start'), action);
  const attachments = new Map<string, Buffer>();
  for (const part of others) {
    const id = contentId(part);
    if (attachments.has(id) || id === contentId(root)) refuse(undefined, 'MTOM: two parts of one Content-ID');
    if (part.headers.get('content-transfer-encoding')?.toLowerCase() !== 'binary')
      refuse(undefined, 'MTOM: an attachment whose Content-Transfer-Encoding is not binary');
    if (!part.headers.has('content-type')) refuse(undefined, 'MTOM: an attachment without Content-Type');
    attachments.set(id, part.body);
  }
  return { envelope: root.body, attachments, action, isMtom: true };
}

function checkRoot(root: MimePart, start: string | undefined, action: string | undefined): void {
  const { value, parameters } = mimeValue(root.headers.get('content-type') ?? '');
  if (start !== `<${contentId(root)}>`) refuse(undefined, 'MTOM: start is not the first part');
  if (value !== XOP || parameters.get('type') !== SOAP)
    refuse(undefined, `MTOM: the first part is not ${XOP} of type ${SOAP}`);
  requireUtf8(parameters);
  if (parameters.has('action') && parameters.get('action') !== action)
    refuse(undefined, 'MTOM: the action of the first part is not that of the message');
  if (!['8bit', 'binary'].includes(root.headers.get('content-transfer-encoding')?.toLowerCase() ?? ''))
    refuse(undefined, 'MTOM: the Content-Transfer-Encoding of the first part is neither 8bit nor binary');
}

function contentId(part: MimePart): string {
  const [, id] = /^<([^<>\s]+)>$/.exec(part.headers.get('content-id') ?? '') ?? [];
  return id ?? refuse(undefined, 'MTOM: a part without Content-ID');
}

function requireUtf8(parameters: ReadonlyMap<string, string>): void {
  if (parameters.get('charset')?.toLowerCase() !== 'utf-8') refuse(undefined, 'charset is not UTF-8');
}
