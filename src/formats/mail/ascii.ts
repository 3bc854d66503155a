import { normalized } from '../unicode/normalized.ts';

/** The text without accents: marks taken off, ligatures opened, typographic quotes and dashes made plain. */
export function withoutAccents(text: string): string {
  return normalized(text, 'NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('œ', 'oe')
    .replaceAll('Œ', 'OE')
    .replaceAll('æ', 'ae')
    .replaceAll('Æ', 'AE')
    .replaceAll('ß', 'ss')
    .replaceAll(/[’‘ʼ]/g, "'")
    .replaceAll(/[“”«»]/g, '"')
    .replaceAll(/[‐-―−]/g, '-');
}

/** The text as printable ASCII: without accents, any other character dropped. */
export function toAscii(text: string): string {
  return withoutAccents(text).replaceAll(/[^ -~]/g, '');
}
