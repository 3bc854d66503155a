import { childrenOf, parseXml, type XmlElement } from '../../src/formats/xml/element.ts';
import { type PdfObject, type PdfStructure, pagesOf, readPdf, referred } from './read-pdf.ts';

/** Operators that paint text, lines, areas and images, and nothing else (PDF 1.4 annex A). */
const OPERATORS = new Set(
  'q Q cm w J j M d m l c v y h re S s f f* n cs CS sc SC scn SCN g G rg RG Do BT ET Tm Td Tf Tr TJ Tj'.split(
    ' ',
  ),
);

/** Keys that PDF/A-1 forbids wherever they stand (ISO 19005-1 §6.1.3, §6.1.8, §6.1.10, §6.1.11, §6.4, §6.6). */
const FORBIDDEN =
  /\/(?:Encrypt|JavaScript|JS|Launch|URI|GoToR|SubmitForm|EmbeddedFiles|EF|AA|OpenAction|OCProperties|ObjStm|XRef|LZWDecode|JPXDecode|Annots|AcroForm|BM|Group|ca|CA|SMask|TR|TR2|HTP|Alternates|OPI|PS|FFilter|FDecodeParms)\b|\/Interpolate true/;

/**
 * What keeps a PDF that the gateway wrote from being PDF/A-1b, as far as its structure tells: an approximation
 * of veraPDF's rules for what pdfkit can write. An empty list is no proof, but each entry is a fault.
 */
export function pdfaFaults(bytes: Uint8Array): string[] {
  const pdf = readPdf(bytes);
  const objects = [...pdf.objects.values()];
  return [
    ...fileFaults(pdf),
    ...objects.flatMap(({ number, text }) => {
      const found = FORBIDDEN.exec(withoutStrings(text));
      return found === null ? [] : [`object ${number} has ${found[0]}`];
    }),
    ...objects
      .filter(({ text }) => /\/Type \/Catalog\b/.test(text))
      .flatMap(root => catalogFaults(pdf, root)),
    ...objects.filter(({ text }) => /\/Type \/Font\b/.test(text)).flatMap(font => fontFaults(pdf, font)),
    ...objects.filter(({ text }) => /\/Subtype \/Image\b/.test(text)).flatMap(imageFaults),
    ...pagesOf(pdf).flatMap(page => contentFaults(referred(pdf, page, 'Contents'))),
  ];
}

function fault(isFault: boolean, text: string): string[] {
  return isFault ? [text] : [];
}

function withoutStrings(text: string): string {
  return text.replaceAll(/\((?:\\.|[^\\)])*\)/gs, '()');
}

function fileFaults({ head, trailer }: PdfStructure): string[] {
  const [, second = ''] = head.toString('latin1').split('\n');
  return [
    ...fault(!/^%PDF-1\.[1-4]\n/.test(head.toString('latin1')), 'header is not of PDF 1.4 or before'),
    ...fault(!/^%[\x80-\xff]{4}/.test(second), 'no binary comment after the header'),
    ...fault(!/\/ID \[<[0-9a-f]{32}> <[0-9a-f]{32}>\]/.test(trailer), 'trailer has no ID'),
    ...fault(trailer.includes('/Encrypt'), 'file is encrypted'),
  ];
}

function catalogFaults(pdf: PdfStructure, root: PdfObject): string[] {
  const intent = referred(pdf, root, 'OutputIntents');
  const profile = intent && referred(pdf, intent, 'DestOutputProfile');
  const metadata = referred(pdf, root, 'Metadata');
  return [
    ...fault(!/\/Lang \(fr-FR\)/.test(root.text), 'no language'),
    ...fault(!/\/S \/GTS_PDFA1\b/.test(intent?.text ?? ''), 'no output intent of PDF/A-1'),
    ...fault(profile?.stream?.toString('latin1', 36, 40) !== 'acsp', 'output profile is no ICC profile'),
    ...fault(profile?.stream?.toString('latin1', 16, 20) !== 'RGB ', 'output profile is not RGB'),
    ...fault(metadata === undefined || metadata.text.includes('/Filter'), 'no plain metadata stream'),
    ...metadataFaults(pdf, metadata?.stream?.toString('utf8') ?? ''),
  ];
}

/** XMP must say PDF/A-1b, and the same as the Info dictionary (ISO 19005-1 §6.7.3, §6.7.11). */
function metadataFaults(pdf: PdfStructure, xmp: string): string[] {
  const rdf = rdfOf(xmp);
  const descriptions = rdf === undefined ? [] : childrenOf(rdf, 'Description');
  const values = new Map(
    descriptions.flatMap(({ children }) => children.map(child => [child.name, deepText(child)])),
  );
  const info = referred(pdf, { number: 0, text: pdf.trailer, stream: undefined, stored: undefined }, 'Info');
  const same = (key: string, name: string) =>
    fault(values.get(name) !== infoText(pdf, info, key), `XMP and Info differ in ${key}`);
  return [
    ...fault(values.get('part') !== '1', 'XMP does not say part 1'),
    ...fault(values.get('conformance') !== 'B', 'XMP does not say conformance B'),
    ...same('Title', 'title'),
    ...same('Keywords', 'Keywords'),
    ...same('Creator', 'CreatorTool'),
    ...same('Producer', 'Producer'),
    ...fault(
      values.get('CreateDate')?.replaceAll(/[-T:]/g, '') !== infoText(pdf, info, 'CreationDate').slice(2),
      'XMP and Info differ in CreationDate',
    ),
  ];
}

/** rdf:RDF, whose namespace is not that of its parent. */
function rdfOf(xmp: string): XmlElement | undefined {
  const root = parseXml(xmp.slice(xmp.indexOf('<x:xmpmeta'), xmp.lastIndexOf('<?xpacket')));
  return root.children.find(({ name }) => name === 'RDF');
}

function deepText({ text, children }: XmlElement): string {
  return (text + children.map(deepText).join('')).trim();
}

function infoText(pdf: PdfStructure, info: PdfObject | undefined, key: string): string {
  const raw = (info && referred(pdf, info, key))?.text ?? '';
  const bytes = Buffer.from(
    raw
      .slice(1, -1)
      .replaceAll(
        /\\([nrtbf()\\])/g,
        (_, c: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[c] ?? c,
      ),
    'latin1',
  );
  return bytes[0] === 0xfe ? bytes.subarray(2).swap16().toString('utf16le') : bytes.toString('latin1');
}

function fontFaults(pdf: PdfStructure, font: PdfObject): string[] {
  const where = `font ${font.number}`;
  if (/\/Subtype \/Type0\b/.test(font.text)) {
    return [
      ...fault(!/\/Encoding \/Identity-H\b/.test(font.text), `${where} has another encoding`),
      ...fault(referred(pdf, font, 'ToUnicode')?.stream === undefined, `${where} has no ToUnicode`),
    ];
  }
  const descriptor = referred(pdf, font, 'FontDescriptor');
  const program = descriptor && referred(pdf, descriptor, 'FontFile2')?.stream;
  if (descriptor === undefined || program === undefined) return [`${where} is not embedded`];
  const advances = advanceWidths(program);
  const widths = (/\/W \[0 \[([^\]]*)\]/.exec(font.text)?.[1] ?? '').split(' ').map(Number);
  const set = referred(pdf, descriptor, 'CIDSet')?.stream ?? Buffer.alloc(0);
  const listed = [...set].flatMap(byte => [7, 6, 5, 4, 3, 2, 1, 0].map(bit => (byte >> bit) & 1));
  return [
    ...fault(!/\/Subtype \/CIDFontType2\b/.test(font.text), `${where} is no CIDFontType2`),
    ...fault(!/\/CIDToGIDMap \/Identity\b/.test(font.text), `${where} has no CIDToGIDMap`),
    ...fault(!/\/BaseFont \/[A-Z]{6}\+/.test(font.text), `${where} is not named as a subset`),
    ...fault(
      widths.length !== advances.length,
      `${where} has ${widths.length} widths, ${advances.length} glyphs`,
    ),
    ...fault(
      advances.some((advance, glyph) => Math.abs(advance - (widths[glyph] ?? -1)) > 1),
      `${where} has other widths than its program`,
    ),
    ...fault(
      advances.some((_, glyph) => listed[glyph] !== 1) || listed.slice(advances.length).includes(1),
      `${where}: CIDSet does not name all glyphs`,
    ),
  ];
}

/** The advance widths of a TrueType program's glyphs, in thousandths of the em. */
function advanceWidths(program: Buffer): number[] {
  const tables = new Map<string, Buffer>();
  for (let index = 0; index < program.readUInt16BE(4); index += 1) {
    const at = 12 + index * 16;
    const offset = program.readUInt32BE(at + 8);
    tables.set(
      program.toString('latin1', at, at + 4),
      program.subarray(offset, offset + program.readUInt32BE(at + 12)),
    );
  }
  const unitsPerEm = tables.get('head')?.readUInt16BE(18) ?? 0;
  const glyphs = tables.get('maxp')?.readUInt16BE(4) ?? 0;
  const metrics = tables.get('hhea')?.readUInt16BE(34) ?? 0;
  return Array.from({ length: glyphs }, (_, glyph) => {
    const advance = tables.get('hmtx')?.readUInt16BE(Math.min(glyph, metrics - 1) * 4) ?? 0;
    return (advance * 1000) / unitsPerEm;
  });
}

function imageFaults({ number, text }: PdfObject): string[] {
  return [
    ...fault(!/\/ColorSpace \/Device(?:RGB|Gray)\b/.test(text), `image ${number} has another colour space`),
    ...fault(!/\/Filter \/(?:FlateDecode|DCTDecode)\b/.test(text), `image ${number} has another filter`),
    ...fault(/\/Mask\b/.test(text), `image ${number} is masked`),
  ];
}

function contentFaults(content: PdfObject | undefined): string[] {
  const text = content?.stream?.toString('latin1') ?? '';
  const plain = text.replaceAll(/<[0-9a-f]*>|\[[^\]]*\]/g, ' ');
  const words = new Set(plain.split(/\s+/).filter(word => /^[A-Za-z*'"]/.test(word)));
  return [...words].flatMap(word => fault(!OPERATORS.has(word), `page content has ${word}`));
}
