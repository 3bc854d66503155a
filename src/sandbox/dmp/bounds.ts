/** Enough for a declaration, stylesheets and comments. */
const LONGEST_PROLOGUE = 64 * 1024;
/** A CDA has a dozen; canonicalisation compares those in scope at each element. */
const MOST_PREFIXES = 200;

const MISC = /\s+|<\?[^]*?\?>|<!--[^]*?-->/y;
const ROOT = /<[A-Za-z_:\u0080-\uffff]/y;
const PREFIX = 'xmlns:';

/**
 * Why libxml2 is not given a document: it would expand the entities that a DTD declares, and take minutes over thousands of
 * namespaces. A prologue of more than 64 KiB is refused as well, and an encoding whose markup cannot be read (UTF-16 needs its
 * byte order mark).
 *
 * @returns undefined for one that it may read
 */
export function boundsFault(xml: Uint8Array): string | undefined {
  const markup = withAsciiMarkup(xml);
  if (!isWithoutDtd(markup.toString('utf8', 0, LONGEST_PROLOGUE))) return 'a DTD, or no XML';
  return hasManyPrefixes(markup) ? `over ${MOST_PREFIXES} namespace prefixes` : undefined;
}

/** The document goes from its prologue straight to its root. */
function isWithoutDtd(start: string): boolean {
  let at = start.startsWith('\uFEFF') ? 1 : 0;
  for (MISC.lastIndex = at; MISC.test(start); ) at = MISC.lastIndex;
  ROOT.lastIndex = at;
  return ROOT.test(start);
}

/** Counts what looks like a declaration, in a text as well: no document has so many. */
function hasManyPrefixes(markup: Buffer): boolean {
  const prefixes = new Set<string>();
  for (let at = markup.indexOf(PREFIX); at !== -1; at = markup.indexOf(PREFIX, at)) {
    at += PREFIX.length;
    prefixes.add(/^[^\s=]*/.exec(markup.toString('latin1', at, at + 64))?.[0] ?? '');
    if (prefixes.size > MOST_PREFIXES) return true;
  }
  return false;
}

function withAsciiMarkup(xml: Uint8Array): Buffer {
  const bytes = Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength);
  const mark = bytes.toString('hex', 0, 2);
  if (mark === 'fffe') return Buffer.from(bytes.toString('utf16le'));
  if (mark === 'feff' && bytes.length % 2 === 0)
    return Buffer.from(Buffer.from(bytes).swap16().toString('utf16le'));
  return bytes;
}
