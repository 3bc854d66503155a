import type { Inline } from '../cda/narrative-types.ts';
import type { TypeSetter } from './type-setter.ts';
import { cutWord, type Piece, type Word, wordsOf } from './words.ts';

/** Text in one style at its place in a line: `x` points from the line's start. */
export interface Fragment extends Piece {
  readonly x: number;
}

/** One line of text. */
export interface Line {
  readonly fragments: Fragment[];
  width: number;
  characters: number;
}

/** Points by which a line may be too wide: columns are as wide as their widest word, but for rounding. */
export const TOLERANCE = 0.01;

/**
 * Characters on one line, a few times what a page is wide: there are some without width, and pdfkit sets a line in time
 * that grows faster than its length.
 */
const MAX_CHARACTERS = 1_000;

/**
 * Breaks text into lines of a width, in time linear in the text's length.
 *
 * @param width points.
 * @param size points.
 */
export function breakLines(
  inlines: readonly Inline[],
  width: number,
  size: number,
  setter: TypeSetter,
): Line[] {
  const bounds = { width, characters: MAX_CHARACTERS };
  const widest = width + TOLERANCE;
  let line = emptyLine();
  const lines = [line];
  const startLine = () => {
    line = emptyLine();
    lines.push(line);
  };
  for (const word of wordsOf(inlines, size, setter)) {
    if (word === 'break') {
      startLine();
      continue;
    }
    const isFull =
      (line.width > 0 && line.width + word.space + word.width > widest) ||
      (line.characters > 0 && line.characters + word.characters > MAX_CHARACTERS);
    if (isFull) startLine();
    const isLong = word.width > widest || word.characters > MAX_CHARACTERS;
    const parts = isLong ? cutWord(word, bounds, setter) : [word];
    for (const [index, part] of parts.entries()) {
      if (index > 0) startLine();
      addWord(line, part);
    }
  }
  return lines;
}

/** A line on which nothing stands yet. */
export function emptyLine(): Line {
  return { fragments: [], width: 0, characters: 0 };
}

function addWord(line: Line, word: Word): void {
  const space = line.width > 0 ? word.space : 0;
  let x = line.width + space;
  for (const [index, piece] of word.pieces.entries()) {
    const last = line.fragments.at(-1);
    const gap = index === 0 ? space : 0;
    if (last !== undefined && sameStyle(last, piece)) {
      const text = `${last.text}${gap > 0 ? ' ' : ''}${piece.text}`;
      line.fragments[line.fragments.length - 1] = { ...last, text, width: x + piece.width - last.x };
    } else line.fragments.push({ ...piece, x });
    x += piece.width;
  }
  line.width = x;
  line.characters += word.characters;
}

function sameStyle(left: Piece, right: Piece): boolean {
  return (
    left.style === right.style ||
    (left.face === right.face &&
      left.size === right.size &&
      left.rise === right.rise &&
      left.style.underline === right.style.underline &&
      left.style.struck === right.style.struck)
  );
}

/** The widths that text needs at least (its widest word) and would like (its widest line), in points. */
export function textWidths(
  inlines: readonly Inline[],
  size: number,
  setter: TypeSetter,
): { readonly least: number; readonly most: number } {
  let least = 0;
  let most = 0;
  let line = 0;
  for (const word of wordsOf(inlines, size, setter)) {
    line = word === 'break' ? 0 : line + (line > 0 ? word.space : 0) + word.width;
    most = Math.max(most, line);
    if (word !== 'break') least = Math.max(least, word.width);
  }
  return { least, most };
}
