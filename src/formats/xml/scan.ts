import { XmlError } from './xml-error.ts';

/**
 * A piece of an XML text: `text.slice(start, end)`. `name` is a tag's qualified name, an instruction's
 * target.
 */
export interface XmlToken {
  readonly kind: 'start' | 'empty' | 'end' | 'text' | 'cdata' | 'comment' | 'instruction';
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** The deepest nesting that is read; the deepest of the 73 official documents has 20 levels. */
export const MAX_DEPTH = 128;

/**
 * Reads the piece of markup or character data that begins at `start`, in time linear in its length.
 *
 * @returns undefined when the text ends before the piece does.
 * @throws XmlError `doctype` for a markup declaration, `malformed` for what no XML text can hold there.
 */
export function readToken(text: string, start: number): XmlToken | undefined {
  if (text.charCodeAt(start) !== LESS_THAN) return readText(text, start);
  if (text.startsWith('<!--', start)) return readComment(text, start);
  if (text.startsWith('<![CDATA[', start)) return readCdata(text, start);
  if (text.startsWith('<?', start)) return readInstruction(text, start);
  if (text.startsWith('<!', start)) return refuseDeclaration(text, start);
  if (text.startsWith('</', start)) return readEndTag(text, start);
  return readStartTag(text, start);
}

const LESS_THAN = 0x3c;

function readText(text: string, start: number): XmlToken | undefined {
  if (start >= text.length) return undefined;
  const next = text.indexOf('<', start);
  return { kind: 'text', start, end: next < 0 ? text.length : next, name: '' };
}

function readComment(text: string, start: number): XmlToken | undefined {
  const dashes = text.indexOf('--', start + 4);
  if (dashes < 0 || dashes + 2 >= text.length) return undefined;
  if (text[dashes + 2] !== '>') throw new XmlError('malformed');
  return { kind: 'comment', start, end: dashes + 3, name: '' };
}

function readCdata(text: string, start: number): XmlToken | undefined {
  const close = text.indexOf(']]>', start + 9);
  return close < 0 ? undefined : { kind: 'cdata', start, end: close + 3, name: '' };
}

function readInstruction(text: string, start: number): XmlToken | undefined {
  const close = text.indexOf('?>', start + 2);
  if (close < 0) return undefined;
  const [name] = /^[^\s?<>"'=/&-][^\s?<>"'=/&]*(?=[\s?])/.exec(text.slice(start + 2, close + 1)) ?? [];
  if (name === undefined) throw new XmlError('malformed');
  return { kind: 'instruction', start, end: close + 2, name };
}

function refuseDeclaration(text: string, start: number): undefined {
  if (/^<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(text.slice(start, start + 10))) {
    throw new XmlError('doctype');
  }
  if (text.length - start >= 10) throw new XmlError('malformed');
  return undefined;
}

function readEndTag(text: string, start: number): XmlToken | undefined {
  const close = text.indexOf('>', start);
  if (close < 0) return undefined;
  return { kind: 'end', start, end: close + 1, name: nameAt(text, start + 2) };
}

function readStartTag(text: string, start: number): XmlToken | undefined {
  const stop = /["'<>]/g;
  stop.lastIndex = start + 1;
  for (;;) {
    const found = stop.exec(text);
    if (found === null) return undefined;
    const [mark] = found;
    if (mark === '<') throw new XmlError('malformed');
    if (mark === '>') break;
    const quoteEnd = mark === '"' ? /["<]/g : /['<]/g;
    quoteEnd.lastIndex = stop.lastIndex;
    const closed = quoteEnd.exec(text);
    if (closed === null) return undefined;
    if (closed[0] === '<') throw new XmlError('malformed');
    stop.lastIndex = quoteEnd.lastIndex;
  }
  const end = stop.lastIndex;
  return { kind: text[end - 2] === '/' ? 'empty' : 'start', start, end, name: nameAt(text, start + 1) };
}

function nameAt(text: string, start: number): string {
  const name = /[^\s/<>"'=]+/y;
  name.lastIndex = start;
  const found = name.exec(text)?.[0];
  if (found === undefined) throw new XmlError('malformed');
  return found;
}
