/** HL7 v2 text for samples: any separators, values escaped for them, both charsets of the profile. */

/** MSH-1 and the four characters of MSH-2, in that order: `|^~\&`. */
export type SampleSeparators = string;

export type SampleCharset = 'UNICODE UTF-8' | '8859/15';

/** A field: a text, components, or repetitions of components; a component may be a list of subcomponents. */
export type SampleField = SampleValue | readonly SampleRepetition[];
type SampleValue = string | undefined;
type SampleRepetition = readonly (SampleValue | readonly SampleValue[])[];

/** Writes segments with separators of its own. */
export interface Er7Writer {
  /** A segment; fields by their number. MSH-1 and MSH-2 are written by it, and given by nobody. */
  segment(name: string, fields: Readonly<Record<number, SampleField>>): string;
}

const LETTERS = ['F', 'S', 'R', 'E', 'T'];

export function er7Writer(separators: SampleSeparators): Er7Writer {
  const [field = '|', component = '^', repetition = '~', escape = '\\', subcomponent = '&'] =
    Array.from(separators);
  const marks = [field, component, repetition, escape, subcomponent];

  function value(text: SampleValue): string {
    return Array.from(text ?? '', character => {
      const mark = marks.indexOf(character);
      if (mark >= 0) return `${escape}${LETTERS[mark]}${escape}`;
      return /\p{Cc}/u.test(character) ? hexadecimal(character, escape) : character;
    }).join('');
  }
  function repetitionOf(parts: SampleRepetition): string {
    return trimmed(
      parts.map(part => (typeof part === 'object' ? trimmed(part.map(value), subcomponent) : value(part))),
      component,
    );
  }
  function fieldOf(content: SampleField): string {
    return typeof content === 'object' ? content.map(repetitionOf).join(repetition) : value(content);
  }

  return {
    segment(name, fields) {
      const last = Math.max(...Object.keys(fields).map(Number));
      const written = Array.from({ length: last }, (_, index) => fieldOf(fields[index + 1]));
      // MSH-1 is the separator after the name.
      if (name === 'MSH') written.splice(0, 2, marks.slice(1).join(''));
      return [name, ...written].join(field);
    },
  };
}

function trimmed(parts: readonly string[], separator: string): string {
  return parts.slice(0, parts.findLastIndex(part => part !== '') + 1).join(separator);
}

function hexadecimal(character: string, escape: string): string {
  return `${escape}X${Buffer.from(character, 'utf8').toString('hex').toUpperCase()}${escape}`;
}

const LATIN_9 = new Map(
  Array.from(
    new TextDecoder('iso-8859-15').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
    (character, byte) => [character, byte],
  ),
);

/** Segments as bytes, each ended by a CR; what 8859/15 lacks as the bytes of its UTF-8 in `\X..\`. */
export function er7Bytes(
  segments: readonly string[],
  charset: SampleCharset,
  separators: SampleSeparators,
): Buffer {
  const text = segments.map(segment => `${segment}\r`).join('');
  if (charset === 'UNICODE UTF-8') return Buffer.from(text, 'utf8');
  const escape = Array.from(separators)[3] ?? '\\';
  const latin = text.replaceAll(/[^\0-\x7F]/gu, character => {
    const byte = LATIN_9.get(character);
    return byte === undefined ? hexadecimal(character, escape) : String.fromCharCode(byte);
  });
  return Buffer.from(latin, 'latin1');
}
