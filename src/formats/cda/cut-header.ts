import { GatewayError } from '../../errors/gateway-error.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { type NamespaceScope, ROOT_SCOPE } from '../xml/namespaces.ts';
import type { XmlToken } from '../xml/scan.ts';
import { assertRootClosed } from './assert-root-closed.ts';
import { cdaFault } from './cda-fault.ts';
import { type DocumentStart, findChild, findDocument, findInStart } from './find-document.ts';

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
    const { xml, root } = findInStart(bytes, headerWithin);
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

/** The header, when the text holds all of it; undefined when the text ends too early. */
function headerWithin(text: string): Header | undefined {
  const document = findDocument(text);
  if (document === undefined) return undefined;
  const { tag, root } = document;
  if (tag.kind === 'empty') return { xml: standalone(text, document, tag.end), root };
  const body = findChild(text, document, ['component'])?.tag;
  if (body === undefined) return undefined;
  const closing = body.kind === 'end' ? '' : `</${tag.name}>`;
  const end = body.kind === 'end' ? body.end : body.start;
  return { xml: standalone(text, document, end) + closing, root };
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
    .map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`);
  return `<${tag.name}${carried.join('')}${text.slice(tag.start + 1 + tag.name.length, end)}`;
}
