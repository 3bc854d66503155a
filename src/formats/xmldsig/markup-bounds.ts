import { MAX_DEPTH, readToken, type XmlToken } from '../xml/scan.ts';
import { XmlError } from '../xml/xml-error.ts';

/** A document of 20 MB takes 126 MB of libxml2's memory, which never shrinks. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Official documents have up to 3 917; 600 000 take 200 MB and 0.7 s. */
const MAX_ELEMENTS = 500_000;
/** Official ones have up to 13 of an element; libxml2 sorts them in quadratic time. */
const MAX_ATTRIBUTES = 128;
/** Official ones have up to 11; libxml2 compares all of them at each element. */
const MAX_NAMESPACES = 32;

/**
 * Refuses, in time linear in its length, what libxml2 would take long or much memory over, and a document type
 * declaration: entities that expand come with it.
 *
 * @param bytes in UTF-8 or another encoding in which markup is ASCII.
 * @throws XmlError `doctype`, `too-deep`, `too-large`, `malformed`.
 */
export function assertBounded(bytes: Uint8Array): void {
  if (bytes.byteLength > MAX_BYTES) throw new XmlError('too-large');
  const markup = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  /** For each open element, how many namespaces are declared on it and around it. */
  const scopes: number[] = [];
  let elements = 0;
  for (let at = 0; at < markup.length; ) {
    const token = readToken(markup, at);
    if (token === undefined) throw new XmlError('malformed');
    if (token.kind === 'start' || token.kind === 'empty') {
      elements += 1;
      const declared = (scopes.at(-1) ?? 0) + declarations(markup, token);
      if (elements > MAX_ELEMENTS || declared > MAX_NAMESPACES) throw new XmlError('too-large');
      if (token.kind === 'start') scopes.push(declared);
      if (scopes.length > MAX_DEPTH) throw new XmlError('too-deep');
    }
    if (token.kind === 'end') scopes.pop();
    at = token.end;
  }
}

/** How many namespaces a tag declares. */
function declarations(markup: string, { start, end }: XmlToken): number {
  const tag = markup.slice(start, end);
  if (!tag.includes('=')) return 0;
  const names = tag.replaceAll(/"[^"]*"|'[^']*'/g, '');
  if (names.split('=', MAX_ATTRIBUTES + 2).length > MAX_ATTRIBUTES + 1) throw new XmlError('too-large');
  return names.match(/\sxmlns(?=[:=\s])/g)?.length ?? 0;
}
