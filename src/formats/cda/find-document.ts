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

const CDA_NAMESPACE = 'urn:hl7-org:v3';

/** Bytes from the start of the file that are looked at, and how many of them are read at first. */
const MAX_BYTES = 8 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;

/**
 * Looks for something in ever longer starts of a document, so that no more is decoded than it takes; time is
 * linear in where the thing ends.
 *
 * @param find undefined when the text ends too early.
 * @throws XmlError `malformed` when the whole document ends too early, `too-large` over 8 MiB, `encoding`.
 */
export function findInStart<T>(bytes: Uint8Array, find: (text: string) => T | undefined): T {
  for (let limit = FIRST_BYTES; ; limit = Math.min(limit * 8, MAX_BYTES)) {
    const found = find(decodeXmlPrefix(bytes, limit));
    if (found !== undefined) return found;
    if (limit >= bytes.byteLength) throw new XmlError('malformed');
    if (limit >= MAX_BYTES) throw new XmlError('too-large');
  }
}

/**
 * The start tag of ClinicalDocument, the root's, and the namespaces in force around and inside
 * ClinicalDocument.
 */
export interface DocumentStart {
  readonly tag: XmlToken;
  readonly root: XmlToken;
  readonly around: NamespaceScope;
  readonly inside: NamespaceScope;
}

/**
 * ClinicalDocument, the root or within another root such as `xsl:stylesheet` (quirk X6); undefined when the
 * text ends too early.
 *
 * @throws GatewayError CDA-002 where there is none; XmlError.
 */
export function findDocument(text: string): DocumentStart | undefined {
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

/** A start tag, and the namespaces in force around its children. */
export interface Opened {
  readonly tag: XmlToken;
  readonly inside: NamespaceScope;
}

/**
 * The first child of an element that is a CDA element of one of the names, or the element's own end tag where
 * it has none; undefined when the text ends too early. What stands before it is passed over, not parsed.
 *
 * @throws XmlError
 */
export function findChild(text: string, parent: Opened, names: readonly string[]): Opened | undefined {
  let depth = 0;
  const first = readToken(text, parent.tag.end);
  for (let token = first; token !== undefined; token = readToken(text, token.end)) {
    if (token.kind === 'end' && depth === 0) return { tag: token, inside: parent.inside };
    if (token.kind === 'end') depth -= 1;
    if (token.kind === 'start' || token.kind === 'empty') {
      const child = depth === 0 ? opened(text, token, parent.inside, names) : undefined;
      if (child !== undefined) return child;
      if (token.kind === 'start') depth += 1;
      if (depth > MAX_DEPTH) throw new XmlError('too-deep');
    }
  }
  return undefined;
}

function opened(
  text: string,
  tag: XmlToken,
  outer: NamespaceScope,
  names: readonly string[],
): Opened | undefined {
  const [, local] = splitName(tag.name);
  if (!names.includes(local)) return undefined;
  const inside = declarations(text, tag, outer);
  return isCda(tag, inside, local) ? { tag, inside } : undefined;
}

function isCda(token: XmlToken, scope: NamespaceScope, name: string): boolean {
  const [prefix, local] = splitName(token.name);
  return local === name && namespaceOf(prefix, scope) === CDA_NAMESPACE;
}

/** The namespaces in force inside the element of a start tag. */
function declarations(text: string, tag: XmlToken, outer: NamespaceScope): NamespaceScope {
  const own = new Map<string, string>();
  for (const [name, raw] of attributesOf(text, tag)) {
    const prefix = declaredPrefix(name);
    if (prefix !== undefined) own.set(prefix, attributeValue(raw));
  }
  return own.size === 0 ? outer : { own, outer };
}

/** The attributes of a start tag, in order: qualified name and raw value. */
export function* attributesOf(text: string, tag: XmlToken): Generator<readonly [name: string, raw: string]> {
  const end = tag.end - (tag.kind === 'empty' ? 2 : 1);
  const attribute = /\s+([^\s=/"'<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  let at = tag.start + 1 + tag.name.length;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(text);
    if (found === null) break;
    at = attribute.lastIndex;
    yield [found[1] ?? '', found[2] ?? found[3] ?? ''];
  }
  if (!isXmlBlank(text.slice(at, end))) throw new XmlError('malformed');
}
