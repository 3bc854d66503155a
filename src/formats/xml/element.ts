import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { XmlError } from './xml-error.ts';

/** An XML element with its namespace resolved. Attributes without prefix are kept, by name; others are left out. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own character data, entities decoded. */
  readonly text: string;
}

type Scope = ReadonlyMap<string, string>;
type RawNode = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 128;

/**
 * Parses a whole XML text into elements. Only what is safe is accepted: well formed, no DOCTYPE, no entity but the
 * five of XML and character references. fast-xml-parser does the parsing after its own validator (alone it accepts
 * `<a><b></a>`); namespaces and entities are resolved here (its `removeNSPrefix` merges `sdtc:id` with `id`).
 *
 * @throws XmlError
 */
export function parseXml(text: string): XmlElement {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw new XmlError('doctype');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new XmlError('malformed');
  const [root] = rawElements(parseRaw(text));
  if (root === undefined) throw new XmlError('malformed');
  return toElement(root, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]));
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
    maxNestedTags: MAX_DEPTH,
  });
  try {
    return parser.parse(text);
  } catch (cause) {
    throw new XmlError(/nested/i.test(String(cause)) ? 'too-deep' : 'malformed', { cause });
  }
}

function rawElements(nodes: unknown): RawNode[] {
  return (nodes as RawNode[]).filter(node => !('#text' in node) && !('#cdata' in node));
}

function toElement(node: RawNode, outer: Scope): XmlElement {
  const qualified = Object.keys(node).find(key => key !== ':@') ?? '';
  const raw = (node[':@'] ?? {}) as Readonly<Record<string, string>>;
  const scope = scopeOf(raw, outer);
  const [prefix, name] = splitName(qualified);
  const namespace = scope.get(prefix);
  if (namespace === undefined && prefix !== '') throw new XmlError('malformed');
  const content = node[qualified] as RawNode[];
  return {
    namespace: namespace ?? '',
    name,
    attributes: new Map(
      Object.entries(raw)
        .filter(([key]) => !key.includes(':') && key !== 'xmlns')
        .map(([key, value]) => [key, decodeEntities(value)]),
    ),
    children: rawElements(content).map(child => toElement(child, scope)),
    text: content.map(ownText).join(''),
  };
}

function ownText(node: RawNode): string {
  if ('#text' in node) return decodeEntities(String(node['#text']));
  const [cdata] = (node['#cdata'] ?? []) as RawNode[];
  return cdata === undefined ? '' : String(cdata['#text']);
}

function scopeOf(attributes: Readonly<Record<string, string>>, outer: Scope): Scope {
  const declared = Object.entries(attributes).filter(([key]) => key === 'xmlns' || key.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  return new Map([...outer, ...declared.map(([key, uri]) => [key.slice(6), decodeEntities(uri)] as const)]);
}

function splitName(qualified: string): [prefix: string, local: string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Replaces the five entities of XML and character references.
 *
 * @throws XmlError `malformed` for any other entity: nothing but a DOCTYPE could have defined it.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w+));|&/g, (_, hex, decimal, named) => {
    if (named !== undefined) {
      const known = PREDEFINED[named];
      if (known === undefined) throw new XmlError('malformed');
      return known;
    }
    if (hex === undefined && decimal === undefined) throw new XmlError('malformed');
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (point === 0 || point > 0x10ffff) throw new XmlError('malformed');
    return String.fromCodePoint(point);
  });
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
