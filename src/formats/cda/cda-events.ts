import { attributeValue, decodeEntities } from '../xml/element.ts';
import { declaredPrefix, type NamespaceScope, namespaceOf, splitName } from '../xml/namespaces.ts';
import { MAX_DEPTH, readToken, type XmlToken } from '../xml/scan.ts';
import { XmlError } from '../xml/xml-error.ts';
import { attributesOf, type DocumentStart } from './find-document.ts';

const CDA_NAMESPACE = 'urn:hl7-org:v3';

/** An element begins. `name` is its local name; '' where it is no CDA element. */
export interface OpenEvent {
  readonly kind: 'open';
  readonly name: string;
  /** Values by qualified name, entities decoded. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** Character data as written: a slice of the document, never a copy. */
export interface TextEvent {
  readonly kind: 'text';
  readonly raw: string;
  readonly cdata: boolean;
}

/** What is inside ClinicalDocument, piece by piece; `close` is the end of the element last opened. */
export type CdaEvent = OpenEvent | TextEvent | { readonly kind: 'close' };

/** Gives the next piece. */
export type CdaEvents = () => CdaEvent;

const CLOSE = { kind: 'close' } as const;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/**
 * Reads a document from the start tag of ClinicalDocument to its end tag, without a tree: no more is held
 * than the elements that are open. Comments and instructions are passed over.
 *
 * @returns a function that throws XmlError: `malformed` where tags do not pair or the text ends too early,
 *   `too-deep`, `doctype`.
 */
export function cdaEvents(text: string, document: DocumentStart): CdaEvents {
  const open: { readonly name: string; readonly scope: NamespaceScope }[] = [];
  let at = document.tag.end;
  let owed = document.tag.kind === 'empty';

  function opened(token: XmlToken): OpenEvent {
    const attributes = readAttributes(text, token);
    const scope = scopeInside(attributes, open.at(-1)?.scope ?? document.inside);
    const [prefix, local] = splitName(token.name);
    if (token.kind === 'empty') owed = true;
    else if (open.push({ name: token.name, scope }) > MAX_DEPTH) throw new XmlError('too-deep');
    return { kind: 'open', name: namespaceOf(prefix, scope) === CDA_NAMESPACE ? local : '', attributes };
  }

  function closed(token: XmlToken): CdaEvent {
    const { name } = open.pop() ?? document.tag;
    if (name !== token.name) throw new XmlError('malformed');
    return CLOSE;
  }

  return () => {
    if (owed) {
      owed = false;
      return CLOSE;
    }
    for (;;) {
      const token = readToken(text, at);
      if (token === undefined) throw new XmlError('malformed');
      at = token.end;
      if (token.kind === 'start' || token.kind === 'empty') return opened(token);
      if (token.kind === 'end') return closed(token);
      if (token.kind === 'text')
        return { kind: 'text', raw: text.slice(token.start, token.end), cdata: false };
      if (token.kind === 'cdata') {
        return { kind: 'text', raw: text.slice(token.start + 9, token.end - 3), cdata: true };
      }
    }
  };
}

function readAttributes(text: string, token: XmlToken): ReadonlyMap<string, string> {
  const blank = token.end - token.start - token.name.length;
  if (blank <= 3) return NO_ATTRIBUTES;
  const attributes = new Map<string, string>();
  for (const [name, raw] of attributesOf(text, token)) attributes.set(name, attributeValue(raw));
  return attributes;
}

function scopeInside(attributes: ReadonlyMap<string, string>, outer: NamespaceScope): NamespaceScope {
  let own: Map<string, string> | undefined;
  for (const [name, value] of attributes) {
    const prefix = declaredPrefix(name);
    if (prefix !== undefined) (own ??= new Map()).set(prefix, value);
  }
  return own === undefined ? outer : { own, outer };
}

/**
 * Gives each child of the element that was opened last to `child`, which must read it to its end
 * ({@link skip}, or this function again), and each piece of text to `text`; then the element has ended.
 */
export function eachChild(
  events: CdaEvents,
  child: (element: OpenEvent) => void,
  text?: (piece: TextEvent) => void,
): void {
  for (let event = events(); event.kind !== 'close'; event = events()) {
    if (event.kind === 'open') child(event);
    else text?.(event);
  }
}

/** Passes over the rest of the element that was opened last. */
export function skip(events: CdaEvents): void {
  for (let depth = 1; depth > 0; ) {
    const { kind } = events();
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
  }
}

/** A piece of character data with its entities decoded. */
export function plainText({ raw, cdata }: TextEvent): string {
  return cdata ? raw : decodeEntities(raw);
}

/** All character data of the element that was opened last, its children's too. */
export function readAllText(events: CdaEvents): string {
  const pieces: string[] = [];
  const collect = () => {
    eachChild(events, collect, piece => pieces.push(plainText(piece)));
  };
  collect();
  return pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('');
}
