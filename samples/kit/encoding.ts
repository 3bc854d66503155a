import { Buffer } from 'node:buffer';

/** The encodings that a sample document can be written in. */
export type SampleEncoding = 'utf-8' | 'utf-16le' | 'iso-8859-1' | 'iso-8859-15';

/** Where ISO 8859-15 differs from ISO 8859-1. */
const LATIN_9: Readonly<Record<string, number>> = {
  '€': 0xa4,
  Š: 0xa6,
  š: 0xa8,
  Ž: 0xb4,
  ž: 0xb8,
  Œ: 0xbc,
  œ: 0xbd,
  Ÿ: 0xbe,
};

/** An XML text in an encoding; what a Latin alphabet lacks survives as a character reference. */
export function encode(text: string, encoding: SampleEncoding, bom: boolean): Buffer {
  if (encoding === 'utf-8' || encoding === 'utf-16le')
    return Buffer.from((bom ? '\uFEFF' : '') + text, encoding);
  const latin = text.replaceAll(/[^\u0000-\u00ff]/gu, char => {
    const byte = encoding === 'iso-8859-15' ? LATIN_9[char] : undefined;
    return byte === undefined ? `&#${char.codePointAt(0)};` : String.fromCharCode(byte);
  });
  return Buffer.from(latin, 'latin1');
}
