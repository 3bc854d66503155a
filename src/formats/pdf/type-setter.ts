import { MAX_MARKS, normalized } from '../unicode/normalized.ts';
import type { Face } from './theme.ts';

/** What a font knows, in the unit of the em. */
export interface FontMetrics {
  readonly width: (text: string, face: Face) => number;
  readonly hasGlyph: (codePoint: number, face: Face) => boolean;
}

/** Measures text, and makes it such that a font can show it. */
export interface TypeSetter {
  /** The width of a short text, in points. */
  readonly width: (text: string, face: Face, size: number) => number;
  /**
   * The text with what cannot be seen left out and what the font lacks as its code point, `[U+1F600]`; of marks beyond
   * those that make sense on one letter, the first as such: `[U+0301…]`.
   */
  readonly showable: (text: string, face: Face) => string;
  /** Whether a code point had to stand for a character so far. */
  readonly substituted: () => boolean;
}

/** A setter that measures each word once. */
export function createTypeSetter(metrics: FontMetrics): TypeSetter {
  const widths = byFace(() => new Map<string, number>());
  const shown = byFace(() => new Map<number, string>());
  let substituted = false;

  function width(text: string, face: Face, size: number): number {
    const known = widths[face].get(text);
    if (known !== undefined) return known * size;
    const measured = metrics.width(text, face);
    widths[face].set(text, measured);
    return measured * size;
  }

  function showable(text: string, face: Face): string {
    if (/^[ -~]*$/.test(text)) return text;
    let result = '';
    let marks = 0;
    for (const character of normalized(text, 'NFC')) {
      marks = /\p{M}/u.test(character) ? marks + 1 : 0;
      if (marks <= MAX_MARKS) result += shownAs(character, face);
      else if (marks === MAX_MARKS + 1) result += `[${numberOf(character)}…]`;
      substituted ||= marks > MAX_MARKS;
    }
    return result;
  }

  function shownAs(character: string, face: Face): string {
    const point = character.codePointAt(0) ?? 0;
    const known = shown[face].get(point);
    if (known !== undefined) return known;
    const found = seen(character) ?? (metrics.hasGlyph(point, face) ? character : undefined);
    substituted ||= found === undefined;
    const shownText = found ?? `[${numberOf(character)}]`;
    shown[face].set(point, shownText);
    return shownText;
  }

  return { width, showable, substituted: () => substituted };
}

function byFace<T>(make: () => T): Readonly<Record<Face, T>> {
  return { regular: make(), bold: make(), italic: make(), boldItalic: make() };
}

/**
 * Blanks of any width as a space, the no-break space apart; nothing for controls, marks of direction, joiners
 * and variation selectors, of which no reader sees anything; undefined for what is to be seen.
 */
function seen(character: string): string | undefined {
  if (character === '\u00A0' || character === '\u202F') return '\u00A0';
  if (/[\p{Z}\t\r\n]/u.test(character)) return ' ';
  return /[\p{Cc}\p{Cf}\uFE00-\uFE0F]/u.test(character) ? '' : undefined;
}

function numberOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}
