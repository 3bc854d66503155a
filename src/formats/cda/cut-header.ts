import { GatewayError } from '../../errors/gateway-error.ts';
import { decodeXmlPrefix } from '../xml/decode.ts';
import { attributeValue, isXmlBlank } from '../xml/element.ts';
import {
  declaredPrefix,
  type NamespaceScope,
  namespaceOf,
  ROOT_SCOPE,
  splitName,
} from '../xml/namespaces.ts';
import { MAX_DEPTH, readToken, type XmlToken } from '../xml/scan.ts';
import { XmlError } from '../xml/xml-error.ts';
import { assertRootClosed } from './assert-root-closed.ts';
import { cdaFault } from './cda-fault.ts';

const CDA_NAMESPACE = 'urn:hl7-org:v3';

/** Bytes from the start of the file to the end of the header, and how many of them are read at first. */
const MAX_BYTES = 8 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;

/**
 * The header of a CDA document as an XML text that stands alone: the ClinicalDocument element without its
 * body (`component`). ClinicalDocument is the root, or stands within another root such as `xsl:stylesheet`:
 * the self-presenting documents, whose style sheet is never run (quirk X6).
 *
 * The body is neither decoded nor scanned; of what follows the header only the end of the file is looked at,
 * where the root element must be closed: a truncated document is told by that. Time is linear in the header's
 * length.
 *
 * @throws GatewayError CDA-001, CDA-002, CDA-003, CDA-004 (over 8 MiB or nested too deep), CDA-008.
 */
export function cutHeader(bytes: Uint8Array): string {
  if (!beginsWithTag(bytes)) throw new GatewayError('CDA-001');
  try {
    const { xml, root } = findHeader(bytes);
    if (root.kind === 'start') assertRootClosed(bytes, root.name);
    return xml;
  } catch (thrown) {
    throw cdaFault(thrown);
  }
}

const LEAD = new Set([0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x00, 0x20, 0x09, 0x0d, 0x0a]);

/**
 * Whether `<` is the first byte that is no byte-order mark, blank or half of one: a PDF is no encoding fault.
 */
function beginsWithTag(bytes: Uint8Array): boolean {
  return bytes.find(byte => !LEAD.has(byte)) === 0x3c;
}

interface Header {
  readonly xml: string;
  readonly root: XmlToken;
}

function findHeader(bytes: Uint8Array): Header {
  for (let limit = FIRST_BYTES; ; limit = Math.min(limit * 8, MAX_BYTES)) {
    const header = headerWithin(decodeXmlPrefix(bytes, limit));
    if (header !== undefined) return header;
    if (limit >= bytes.byteLength) throw new XmlError('malformed');
    if (limit >= MAX_BYTES) throw new XmlError('too-large');
  }
}

/** The header, when the text holds all of it; undefined when the text ends too early. */
function headerWithin(text: string): Header | undefined {
  const document = findDocument(text);
  if (document === undefined) return undefined;
  const { tag, root } = document;
  if (tag.kind === 'empty') return { xml: standalone(text, document, tag.end), root };
  const body = findBody(text, document);
  if (body === undefined) return undefined;
  const closing = body.kind === 'end' ? '' : `</${tag.name}>`;
  const end = body.kind === 'end' ? body.end : body.start;
  return { xml: standalone(text, document, end) + closing, root };
}

/**
 * The start tag of ClinicalDocument, the root's, and the namespaces in force around and inside
 * ClinicalDocument.
 */
interface DocumentStart {
  readonly tag: XmlToken;
  readonly root: XmlToken;
  readonly around: NamespaceScope;
  readonly inside: NamespaceScope;
}

function findDocument(text: string): DocumentStart | undefined {
  const scopes: NamespaceScope[] = [];
  let root: XmlToken | undefined;
  for (let token = readToken(text, 0); token !== undefined; token = readToken(text, token.end)) {
    if (token.kind === 'text' && scopes.length === 0) assertBlank(text, token);
    if (token.kind === 'start' || token.kind === 'empty') {
      root ??= token;
      const around = scopes.at(-1) ?? ROOT_SCOPE;
      const inside = declarations(text, token, around);
      if (isCda(token, inside, 'ClinicalDocument')) return { tag: token, root, around, inside };
      if (token.kind === 'start') scopes.push(inside);
      if (scopes.length > MAX_DEPTH) throw new XmlError('too-deep');
    }
    if (token.kind === 'end') scopes.pop();
    if (root !== undefined && scopes.length === 0) throw new GatewayError('CDA-002');
  }
  return undefined;
}

function assertBlank(text: string, token: XmlToken): void {
  if (!isXmlBlank(text.slice(token.start, token.end))) throw new XmlError('malformed');
}

/** The start tag of the body, or ClinicalDocument's end tag where there is none. */
function findBody(text: string, document: DocumentStart): XmlToken | undefined {
  let depth = 0;
  const first = readToken(text, document.tag.end);
  for (let token = first; token !== undefined; token = readToken(text, token.end)) {
    if (token.kind === 'end' && depth === 0) return token;
    if (token.kind === 'end') depth -= 1;
    if (token.kind === 'start' || token.kind === 'empty') {
      if (depth === 0 && isBody(text, token, document)) return token;
      if (token.kind === 'start') depth += 1;
      if (depth > MAX_DEPTH) throw new XmlError('too-deep');
    }
  }
  return undefined;
}

function isBody(text: string, token: XmlToken, document: DocumentStart): boolean {
  return (
    token.name.endsWith('component') && isCda(token, declarations(text, token, document.inside), 'component')
  );
}

function isCda(token: XmlToken, scope: NamespaceScope, name: string): boolean {
  const [prefix, local] = splitName(token.name);
  return local === name && namespaceOf(prefix, scope) === CDA_NAMESPACE;
}

/** The namespaces in force inside the element of a start tag. */
function declarations(text: string, tag: XmlToken, outer: NamespaceScope): NamespaceScope {
  const own = new Map<string, string>();
  const end = tag.end - (tag.kind === 'empty' ? 2 : 1);
  const attribute = /\s+([^\s=/"'<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  let at = tag.start + 1 + tag.name.length;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(text);
    if (found === null) break;
    at = attribute.lastIndex;
    const prefix = declaredPrefix(found[1] ?? '');
    if (prefix !== undefined) own.set(prefix, attributeValue(found[2] ?? found[3] ?? ''));
  }
  if (!isXmlBlank(text.slice(at, end))) throw new XmlError('malformed');
  return own.size === 0 ? outer : { own, outer };
}

/**
 * The text from ClinicalDocument's start tag to `end`, with the declarations that the elements around it
 * made.
 */
function standalone(text: string, { tag, around, inside }: DocumentStart, end: number): string {
  const inherited = new Map<string, string>();
  for (let scope: NamespaceScope = around; scope.outer !== undefined; scope = scope.outer) {
    for (const [prefix, uri] of scope.own) if (!inherited.has(prefix)) inherited.set(prefix, uri);
  }
  const own = inside === around ? ROOT_SCOPE.own : inside.own;
  const carried = [...inherited]
    .filter(([prefix]) => !own.has(prefix))
    .map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(uri)}"`);
  return `<${tag.name}${carried.join('')}${text.slice(tag.start + 1 + tag.name.length, end)}`;
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
