import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { declaredPrefix, type NamespaceScope, namespaceOf, ROOT_SCOPE, splitName } from './namespaces.ts';
import { MAX_DEPTH, readToken, type XmlToken } from './scan.ts';
import { XmlError } from './xml-error.ts';

/**
 * An XML element with its namespace resolved. Attributes without prefix are kept, by name; others are left
 * out.
 */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own character data, entities decoded. */
  readonly text: string;
}

type RawNode = Readonly<Record<string, unknown>>;

/**
 * Parses a whole XML text into elements. Only what is safe is accepted: well formed, no DOCTYPE, no entity
 * but the five of XML and character references. fast-xml-parser does the parsing, of what {@link contentOf}
 * leaves it, and after its own validator: alone it accepts `<a><b></a>`. Namespaces and entities are resolved
 * here: its `removeNSPrefix` merges `sdtc:id` with `id`, and it leaves `&#39;` as it is.
 *
 * @throws XmlError, which never carries a word of the text.
 */
export function parseXml(text: string): XmlElement {
  const content = contentOf(text);
  if (XMLValidator.validate(content) !== true) throw new XmlError('malformed');
  const [root] = rawElements(parseRaw(content));
  if (root === undefined) throw new XmlError('malformed');
  return toElement(root, ROOT_SCOPE);
}

/**
 * The most elements of one text. Official METADATA.XML have up to 218 for their one document, CDA headers up
 * to 498; a tree of two million (8 MB of `<a/>`) takes 1.5 GB.
 */
const MAX_ELEMENTS = 200_000;

/** XML 1.0 §2.2: the characters that no XML text may hold. */
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/;

/**
 * The text without what fast-xml-parser 5.12 misreads: an apostrophe in an instruction makes it swallow what
 * follows, so comments and instructions give way to an empty CDATA section (nothing would join the texts
 * around them: `&am` and `p;`). What its validator lets through is refused: a second root (which it drops),
 * text after the root, `<` in an attribute, `--` in a comment, `]]>` in text, an XML declaration that is not
 * first, control characters; and, before any tree is built, a DOCTYPE or nesting that is too deep.
 */
function contentOf(text: string): string {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) throw new XmlError('malformed');
  const kept: string[] = [];
  let depth = 0;
  let roots = 0;
  let elements = 0;
  for (let at = 0; at < text.length; ) {
    const token = readToken(text, at);
    if (token === undefined) throw new XmlError('malformed');
    const piece = text.slice(token.start, token.end);
    assertInPlace(token, piece, depth);
    kept.push(token.kind === 'comment' || token.kind === 'instruction' ? gap(depth) : piece);
    if (token.kind === 'start' || token.kind === 'empty') {
      elements += 1;
      if (depth === 0) roots += 1;
    }
    if (token.kind === 'start') depth += 1;
    if (token.kind === 'end') depth -= 1;
    if (roots > 1 || depth < 0) throw new XmlError('malformed');
    if (depth > MAX_DEPTH) throw new XmlError('too-deep');
    if (elements > MAX_ELEMENTS) throw new XmlError('too-large');
    at = token.end;
  }
  if (roots !== 1 || depth !== 0) throw new XmlError('malformed');
  return kept.join('');
}

function gap(depth: number): string {
  return depth === 0 ? '' : '<![CDATA[]]>';
}

function assertInPlace({ kind, start, name }: XmlToken, piece: string, depth: number): void {
  const misplaced =
    (kind === 'text' && (piece.includes(']]>') || (depth === 0 && !isXmlBlank(piece)))) ||
    (kind === 'cdata' && depth === 0) ||
    (kind === 'instruction' && start > 0 && name.toLowerCase() === 'xml');
  if (misplaced) throw new XmlError('malformed');
}

/** Whether a text holds nothing but XML white space. */
export function isXmlBlank(text: string): boolean {
  return !/[^ \t\r\n]/.test(text);
}

function parseRaw(text: string): unknown {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    cdataPropName: '#cdata',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: false,
    ignorePiTags: true,
    maxNestedTags: MAX_DEPTH + 1,
  });
  try {
    return parser.parse(text);
  } catch {
    // What fast-xml-parser says quotes the text, which may be about a patient: it is no cause to keep.
    throw new XmlError('malformed');
  }
}

function rawElements(nodes: unknown): RawNode[] {
  return (nodes as RawNode[]).filter(node => !('#text' in node) && !('#cdata' in node));
}

function toElement(node: RawNode, outer: NamespaceScope): XmlElement {
  const qualified = Object.keys(node).find(key => key !== ':@') ?? '';
  const raw = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>);
  const scope = scopeOf(raw, outer);
  const [prefix, name] = splitName(qualified);
  const content = node[qualified] as RawNode[];
  return {
    namespace: resolve(prefix, name, scope),
    name,
    attributes: new Map(raw.flatMap(([key, value]) => plainAttribute(key, value, scope))),
    children: rawElements(content).map(child => toElement(child, scope)),
    text: content.map(ownText).join(''),
  };
}

function resolve(prefix: string, name: string, scope: NamespaceScope): string {
  const namespace = namespaceOf(prefix, scope);
  if (namespace === undefined || name === '' || name.includes(':')) throw new XmlError('malformed');
  return namespace;
}

function plainAttribute(key: string, raw: string, scope: NamespaceScope): [string, string][] {
  const value = attributeValue(raw);
  if (declaredPrefix(key) !== undefined) return [];
  if (!key.includes(':')) return [[key, value]];
  resolve(...splitName(key), scope);
  return [];
}

/**
 * An attribute's value from its raw text: entities decoded; a line end or tab becomes a space where it is
 * written as such, and stays where it is written as a reference (XML 1.0 §3.3.3).
 */
export function attributeValue(raw: string): string {
  return decodeEntities(raw.replaceAll(/\r\n|[\t\r\n]/g, ' '));
}

function scopeOf(attributes: readonly [string, string][], outer: NamespaceScope): NamespaceScope {
  const declared = attributes.flatMap(([key, value]) => {
    const prefix = declaredPrefix(key);
    return prefix === undefined ? [] : [[prefix, attributeValue(value)] as const];
  });
  return declared.length === 0 ? outer : { own: new Map(declared), outer };
}

function ownText(node: RawNode): string {
  if ('#text' in node) return decodeEntities(String(node['#text']));
  const [cdata] = (node['#cdata'] ?? []) as RawNode[];
  return cdata === undefined ? '' : String(cdata['#text']);
}

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * Replaces the five entities of XML and character references.
 *
 * @throws XmlError `malformed` for any other entity (nothing but a DOCTYPE could have defined it) and for a
 *   reference to what is no XML character.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,8})|(\w+));|&/g, (_, hex, decimal, named) => {
    if (hex !== undefined) return character(Number.parseInt(hex, 16));
    if (decimal !== undefined) return character(Number(decimal));
    const known = PREDEFINED.get(named ?? '');
    if (known === undefined) throw new XmlError('malformed');
    return known;
  });
}

function character(point: number): string {
  if (point > 0x10ffff) throw new XmlError('malformed');
  const text = String.fromCodePoint(point);
  if (FORBIDDEN.test(text) || !text.isWellFormed()) throw new XmlError('malformed');
  return text;
}

/** The children of a name in the element's own namespace, in order. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(child => child.name === name && child.namespace === element.namespace);
}

/** The first child of a name in the element's own namespace. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find(child => child.name === name && child.namespace === element.namespace);
}

/** The first element at a path of names (`a/b/c`), all in the start's own namespace. */
export function at(element: XmlElement | undefined, path: string): XmlElement | undefined {
  let here = element;
  for (const name of path.split('/')) here = childOf(here, name);
  return here;
}

/** An attribute's value, trimmed; undefined when it is absent or blank. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const value = element?.attributes.get(name)?.trim();
  return value === '' ? undefined : value;
}

/** An element's character data with runs of white space folded; undefined when it is absent or blank. */
export function textOf(element: XmlElement | undefined): string | undefined {
  const value = element?.text.replaceAll(/\s+/g, ' ').trim();
  return value === '' ? undefined : value;
}
