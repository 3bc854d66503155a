import { isUtf8 } from 'node:buffer';

/** The delimiters of a message: MSH-1 and the four characters of MSH-2, one character each. */
export interface Separators {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/** The delimiters of every message that the gateway writes. */
export const SEPARATORS: Separators = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
};

const ESCAPES: Readonly<Record<string, string>> = {
  '|': '\\F\\',
  '^': '\\S\\',
  '&': '\\T\\',
  '~': '\\R\\',
  '\\': '\\E\\',
};

/**
 * A value made safe to stand in a field, component or subcomponent (HL7 v2.6 §2.7): delimiters as `\F\ \S\
 * \T\ \R\ \E\`, line ends (CR, LF, CRLF, NEL, U+2028, U+2029) as `\.br\`, any other control character as
 * `\Xhh\`. So no value can begin a segment or end an MLLP block.
 */
export function escapeValue(value: string): string {
  return value.replaceAll(/[|^&~\\]|\r\n|[\p{Cc}\u2028\u2029]/gu, found => {
    const delimiter = ESCAPES[found];
    if (delimiter !== undefined) return delimiter;
    if (/^[\r\n\u0085\u2028\u2029]/.test(found)) return '\\.br\\';
    return `\\X${Buffer.from(found, 'utf8').toString('hex').toUpperCase()}\\`;
  });
}

/**
 * A value as its author wrote it: the inverse of {@link escapeValue} (line ends come back as `\n`).
 *
 * `\X..\` gives text where its bytes are UTF-8, else they are read as Latin-1. Highlighting `\H\ \N\` is
 * dropped. Sequences that are not understood, and lone escape characters, stay as they are.
 */
export function unescapeValue(text: string, separators: Separators = SEPARATORS): string {
  if (!text.includes(separators.escape)) return text;
  return text.replaceAll(sequences(separators.escape), (_, delimiter, hex, lines, highlight) => {
    if (delimiter !== undefined) return delimiterOf(delimiter, separators);
    if (hex !== undefined) return bytesAsText(Buffer.from(hex, 'hex'));
    return highlight === undefined ? '\n'.repeat(Number(lines) || 1) : '';
  });
}

const BACKSLASH_SEQUENCES = sequencesOf(SEPARATORS.escape);

function sequences(escape: string): RegExp {
  return escape === SEPARATORS.escape ? BACKSLASH_SEQUENCES : sequencesOf(escape);
}

/**
 * Matches what is understood and nothing else; groups: delimiter letter, hexadecimal, number of lines,
 * highlighting.
 */
function sequencesOf(escape: string): RegExp {
  const mark = `\\${escape}`;
  return new RegExp(`${mark}(?:([FSTRE])|X((?:[0-9A-Fa-f]{2})+)|\\.(?:br|sp(\\d?))|([HN]))${mark}`, 'g');
}

function delimiterOf(letter: string, separators: Separators): string {
  switch (letter) {
    case 'F':
      return separators.field;
    case 'S':
      return separators.component;
    case 'T':
      return separators.subcomponent;
    case 'R':
      return separators.repetition;
    default:
      return separators.escape;
  }
}

function bytesAsText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
