import { decodeAs, type Hl7Encoding } from './charset.ts';
import { SEPARATORS, type Separators } from './escape.ts';
import { Hl7Error } from './hl7-error.ts';

/** Bytes that hold MSH-1 and MSH-2, however long their characters are. */
const HEAD_BYTES = 32;

/** Punctuation and symbols: a letter or a digit would split inside values. */
const SEPARATOR = /^[\p{P}\p{S}]$/u;
/** What bytes of another charset decode to: U+FFFD in UTF-8, a control character in 8859. */
const UNDECODED = /[\x80-\x9F\uFFFD]/;

/**
 * MSH-1, and MSH-2 with the standard's characters for those that a sender left out. Any punctuation will do, also one
 * of several bytes: messages of version 2.0 have `˜` (U+02DC) as repetition separator.
 *
 * @param body the message from `MSH` on
 * @throws Hl7Error `no-header`; `charset` where one is no character of the encoding; `separators` where one is no
 *   punctuation or stands for two things
 */
export function readSeparators(body: Uint8Array, encoding: Hl7Encoding): Separators {
  const head = decodeAs(body.subarray(0, HEAD_BYTES), encoding);
  const [start, field] = /^MSH(.)/isu.exec(head) ?? [];
  if (start === undefined || field === undefined) throw new Hl7Error('no-header');
  const given = Array.from(head.slice(start.length).split(field, 1)[0] ?? '');
  const separators: Separators = {
    field,
    component: given[0] ?? SEPARATORS.component,
    repetition: given[1] ?? SEPARATORS.repetition,
    escape: given[2] ?? SEPARATORS.escape,
    subcomponent: given[3] ?? SEPARATORS.subcomponent,
  };
  const used = Object.values<string>({ ...separators });
  if (used.some(mark => UNDECODED.test(mark))) throw new Hl7Error('charset');
  if (used.some(mark => !SEPARATOR.test(mark)) || new Set(used).size < used.length) {
    throw new Hl7Error('separators');
  }
  return separators;
}

/** A separator as bytes; a single byte is searched for many times faster than a sequence. */
export interface Mark {
  readonly needle: number | Buffer;
  /** Bytes. */
  readonly length: number;
}

/** The separators that values are cut at, as they stand in the bytes of a message. */
export interface Marks {
  readonly field: Mark;
  readonly component: Mark;
  readonly repetition: Mark;
  readonly subcomponent: Mark;
}

/** The separators' bytes in an encoding. */
export function marksOf(separators: Separators, encoding: Hl7Encoding): Marks {
  const mark = (character: string) => markOf(character, encoding);
  return {
    field: mark(separators.field),
    component: mark(separators.component),
    repetition: mark(separators.repetition),
    subcomponent: mark(separators.subcomponent),
  };
}

function markOf(character: string, encoding: Hl7Encoding): Mark {
  if (character < '\x80') return { needle: character.charCodeAt(0), length: 1 };
  if (encoding !== 'utf-8') return { needle: everyCharacter(encoding).indexOf(character), length: 1 };
  const needle = Buffer.from(character, 'utf8');
  return { needle, length: needle.length };
}

/** The 256 characters of an encoding of single bytes, each at its byte's place. */
function everyCharacter(encoding: Hl7Encoding): string {
  return decodeAs(
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    encoding,
  );
}

/** Whether a separator stands at a place. */
export function standsAt(bytes: Buffer, at: number, { needle, length }: Mark): boolean {
  if (typeof needle === 'number') return bytes[at] === needle;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== needle[index]) return false;
  return true;
}
