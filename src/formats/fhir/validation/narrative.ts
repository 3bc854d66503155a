import { decodeEntities } from '../../xml/element.ts';
import { MAX_DEPTH, readToken } from '../../xml/scan.ts';
import { XmlError } from '../../xml/xml-error.ts';

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Chapters 7 to 11 (without 9.4) and 15 of HTML 4.0, links and images (R4 narrative.html#rules, txt-1). */
const ELEMENTS: ReadonlySet<string> = new Set(
  `div span h1 h2 h3 h4 h5 h6 address bdo em strong dfn code samp kbd var cite abbr acronym blockquote q sub sup p br pre
  ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt i b big small hr a img map area`.split(
    /\s+/,
  ),
);

/** Theirs, on whichever of them: one in the wrong place does no harm. What reacts to events (`onclick`) is none of them. */
const ATTRIBUTES: ReadonlySet<string> = new Set(
  `xmlns id class style title lang xml:lang xml:space dir accesskey tabindex href name charset type hreflang rel rev shape
  coords nohref src alt longdesc height width usemap ismap border cite summary frame rules cellspacing cellpadding span align
  valign char charoff abbr axis headers scope rowspan colspan`.split(/\s+/),
);

const LINKS: ReadonlySet<string> = new Set(['href', 'src', 'cite', 'longdesc']);
const ACTIVE = /^(?:javascript|vbscript|data:(?!image\/))/i;
/** Of a style: what loads or runs something, in any browser; and the escapes that would hide it. */
const ACTIVE_STYLE = /url\s*\(|expression\s*\(|@import|\\/i;

const ATTRIBUTE = /\s+([^\s=/<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gy;
/** An ampersand that begins no entity. Those of HTML are taken for one, though R4 knows them not (quirk F45). */
const LONE_AMPERSAND = /&(?!(?:[A-Za-z][A-Za-z\d]{0,31}|#\d{1,7}|#x[\dA-Fa-f]{1,6});)/;
/** What HTML, as which narratives are shown, takes for the end of a comment where XML does not. */
const CLOSED_COMMENT = /^<!---?>/;
/** XML 1.0 §2.2: the characters that no XML text may hold. */
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/;

/**
 * Whether a text is the XHTML of a narrative: one `div` in its namespace, well formed, of R4's elements and attributes, without
 * anything active. In time linear in its length; deeper than 128 elements is none.
 */
export function isNarrative(text: string): boolean {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) return false;
  try {
    return isDiv(text.trim());
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

/** @throws XmlError for what is no XML */
function isDiv(text: string): boolean {
  const open: string[] = [];
  for (let at = 0; at < text.length; ) {
    const token = readToken(text, at);
    if (token === undefined) return false;
    const { kind, name, end } = token;
    const piece = text.slice(at, end);
    const isRoot = at === 0;
    if (!isRoot && open.length === 0) return false;
    if (isRoot && (kind !== 'start' || name !== 'div')) return false;
    if (kind === 'start' || kind === 'empty') {
      if (!ELEMENTS.has(name) || !isTag(piece, name, isRoot)) return false;
      if (kind === 'start') open.push(name);
      if (open.length > MAX_DEPTH) return false;
    } else if (kind === 'end') {
      if (open.pop() !== name || piece.slice(2 + name.length, -1).trim() !== '') return false;
    } else if (kind === 'text' ? !isText(piece) : kind !== 'comment' || CLOSED_COMMENT.test(piece)) {
      // A CDATA section is another thing in HTML than in XML: what it hides would be shown, and run.
      return false;
    }
    at = end;
  }
  return text !== '' && open.length === 0;
}

function isText(text: string): boolean {
  return !text.includes(']]>') && !LONE_AMPERSAND.test(text);
}

function isTag(tag: string, name: string, isRoot: boolean): boolean {
  const rest = tag.slice(1 + name.length);
  const attributes = new Set<string>();
  let end = 0;
  for (const [whole, key = '', quoted, other = ''] of rest.matchAll(ATTRIBUTE)) {
    if (attributes.has(key) || !isAttribute(key, quoted ?? other)) return false;
    attributes.add(key);
    end += whole.length;
  }
  return /^\s*\/?>$/.test(rest.slice(end)) && (!isRoot || attributes.has('xmlns'));
}

/** `data-…` is what HL7's own publisher writes. */
function isAttribute(key: string, value: string): boolean {
  if (LONE_AMPERSAND.test(value)) return false;
  if (key === 'xmlns') return value === XHTML;
  if (key === 'style' && ACTIVE_STYLE.test(decodeEntities(value))) return false;
  if (LINKS.has(key) && ACTIVE.test(decodeEntities(value).replaceAll(/[\0-\x20]/g, ''))) return false;
  return ATTRIBUTES.has(key) || /^(?:xmlns:|data-)/.test(key);
}
