import { inflateSync } from 'node:zlib';

/** An indirect object of a PDF: its dictionary or value as text, its stream decoded and as stored. */
export interface PdfObject {
  readonly number: number;
  readonly text: string;
  readonly stream: Buffer | undefined;
  readonly stored: Buffer | undefined;
}

/** A PDF of the simple kind that the gateway writes: one cross-reference table, no object streams. */
export interface PdfStructure {
  readonly head: Buffer;
  readonly trailer: string;
  readonly objects: ReadonlyMap<number, PdfObject>;
}

/** Reads a PDF by its cross-reference table; throws where an offset does not lead to its object. */
export function readPdf(bytes: Uint8Array): PdfStructure {
  const data = Buffer.from(bytes);
  const text = data.toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  const [, count, rows = '', trailer = ''] =
    /^xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\n([\s\S]*?)\nstartxref/.exec(text.slice(start)) ?? [];
  const offsets = rows
    .trimEnd()
    .split('\n')
    .map(row => Number(row.slice(0, 10)));
  if (offsets.length !== Number(count)) throw new Error('xref: wrong number of rows');
  const objects = offsets.slice(1).map((offset, index) => readObject(data, text, offset, index + 1));
  return {
    head: data.subarray(0, 64),
    trailer,
    objects: new Map(objects.map(object => [object.number, object])),
  };
}

function readObject(data: Buffer, text: string, offset: number, number: number): PdfObject {
  const opening = `${number} 0 obj\n`;
  if (!text.startsWith(opening, offset)) throw new Error(`xref: object ${number} is not at ${offset}`);
  const from = offset + opening.length;
  const end = text.indexOf('\nendobj', from);
  const stream = text.indexOf('>>\nstream\n', from);
  if (stream < 0 || stream > end) {
    return { number, text: text.slice(from, end), stream: undefined, stored: undefined };
  }
  const dictionary = text.slice(from, stream + 2);
  const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1]);
  const stored = data.subarray(stream + 10, stream + 10 + length);
  if (!text.startsWith('\nendstream', stream + 10 + length))
    throw new Error(`object ${number}: wrong length`);
  const decoded = /\/Filter \/FlateDecode\b/.test(dictionary) ? inflateSync(stored) : stored;
  return { number, text: dictionary, stream: decoded, stored };
}

/** The object that a key of a dictionary refers to. */
export function referred(pdf: PdfStructure, { text }: PdfObject, key: string): PdfObject | undefined {
  const number = new RegExp(`/${key} \\[?(\\d+) 0 R`).exec(text)?.[1];
  return number === undefined ? undefined : pdf.objects.get(Number(number));
}

/** The pages in order. */
export function pagesOf(pdf: PdfStructure): PdfObject[] {
  const root = [...pdf.objects.values()].find(({ text }) => text.includes('/Type /Pages'));
  const kids = /\/Kids \[([^\]]*)\]/.exec(root?.text ?? '')?.[1] ?? '';
  return [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, number]) => pdf.objects.get(Number(number)) ?? []);
}
