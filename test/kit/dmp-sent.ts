import type { WireRequest } from './dmp-wire.ts';
import { parsedByPython, type PythonMessage, type PythonPart } from './python-email.ts';
import { textsIn } from './xpath.ts';

/** WS-Addressing actions of what the gateway asks of the DMP. */
export const ACTIONS = {
  deposit: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
  find: 'urn:ihe:iti:2007:RegistryStoredQuery',
  delete: 'urn:ihe:iti:2010:UpdateDocumentSet',
} as const;
export type Kind = keyof typeof ACTIONS;
export const KINDS = Object.keys(ACTIONS) as Kind[];

/** A message to the DMP, taken out of the bytes that left. */
export interface SentMessage {
  readonly kind: Kind;
  readonly contentType: string;
  readonly body: Buffer;
  readonly envelope: Buffer;
  /** Of a deposit, as Python’s `email` reads it. */
  readonly multipart: PythonMessage | undefined;
  /** What is beside the envelope: the documents, then the signature. */
  readonly parts: readonly PythonPart[];
}

/** @throws Error for a message that is of none of the three kinds */
export function sentMessage({ headers, body }: WireRequest): SentMessage {
  const contentType = headers.get('content-type') ?? '';
  const kind = KINDS.find(each => contentType.endsWith(`; action="${ACTIONS[each]}"`));
  if (kind === undefined) throw new Error(`unforeseen: ${contentType}`);
  const plain = { kind, contentType, body };
  if (kind !== 'deposit') return { ...plain, envelope: body, multipart: undefined, parts: [] };
  const multipart = parsedByPython(contentType, body);
  const [root, ...parts] = multipart.parts;
  if (root === undefined) throw new Error('no part');
  return { ...plain, envelope: root.bytes, multipart, parts };
}

/** The VIHF, byte for byte. */
export function assertionIn({ envelope }: Pick<SentMessage, 'envelope'>): Buffer {
  return between(envelope, '<wsse:Security xmlns:wsse="', '</wsse:Security>', '>');
}

/** The content of soap:Body. */
export function bodyIn({ envelope }: Pick<SentMessage, 'envelope'>): string {
  return between(envelope, '<soap:Body>', '</soap:Body>').toString('utf8');
}

/** The same as the schema has it: an `xop:Include` stands for the base64 of its part. */
export function bodyWithDocuments(message: SentMessage): string {
  return bodyIn(message).replaceAll(/<xop:Include [^>]*href="cid:([^"]+)"\/>/g, (_, cid: string) => {
    const part = message.parts.find(({ id }) => id === `<${cid}>`);
    if (part === undefined) throw new Error(`no part ${cid}`);
    return part.bytes.toString('base64');
  });
}

/** The XAdES of a deposit. */
export function signatureIn({ parts }: SentMessage): Buffer {
  const [signature, ...others] = parts.filter(({ bytes }) => bytes.indexOf('<Signature ') === 0);
  if (signature === undefined || others.length > 0) throw new Error('not one signature');
  return signature.bytes;
}

/** What the entries of a deposit say of the bytes of their documents, and where these are. */
export function entriesIn({ envelope }: SentMessage): { href: string; hash: string; size: string }[] {
  const one = (path: string): string => textsIn(envelope, path).join(' ');
  return textsIn(envelope, '//rim:ExtrinsicObject/@id').map(id => {
    const slot = (name: string): string =>
      one(`//rim:ExtrinsicObject[@id="${id}"]/rim:Slot[@name="${name}"]/rim:ValueList/rim:Value`);
    const href = one(`//xdsb:Document[@id="${id}"]/xop:Include/@href`);
    return { href, hash: slot('hash'), size: slot('size') };
  });
}

/** What is between two texts, the first of which goes on as far as `to`. */
function between(bytes: Buffer, start: string, end: string, to = ''): Buffer {
  const begun = bytes.indexOf(start);
  const from = bytes.indexOf(to, begun + start.length) + to.length;
  const until = bytes.indexOf(end, from);
  if (begun < 0 || until < 0) throw new Error(`no ${start}`);
  return bytes.subarray(from, until);
}
