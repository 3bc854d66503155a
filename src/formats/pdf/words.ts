import { PLAIN } from '../cda/narrative-style.ts';
import type { Inline, TextStyle } from '../cda/narrative-types.ts';
import { type Face, faceOf } from './theme.ts';
import type { TypeSetter } from './type-setter.ts';

/** Text in one style; lengths in points, `rise` above the baseline. */
export interface Piece {
  readonly text: string;
  readonly style: TextStyle;
  readonly face: Face;
  readonly size: number;
  readonly rise: number;
  readonly width: number;
}

/** What no line break divides, unless it is wider than a line; `space` is the blank before it, 0 for none. */
export interface Word {
  readonly pieces: Piece[];
  width: number;
  characters: number;
  readonly space: number;
}

/** What a line has room for: points, and characters whatever their width. */
export interface Bounds {
  readonly width: number;
  readonly characters: number;
}

/** Characters that are measured at a time: a longer word is several, with no blank between them. */
const MAX_WORD = 48;

/** Where text may be divided: at blanks, and after the hyphen or slash of a long word. */
const DIVISIONS = /( +)|(?<=[^ ]{12}[-/;,_])(?=\p{L})/u;

/** Size and rise, in ems. */
const POSITIONS = { base: [1, 0], sup: [0.68, 0.34], sub: [0.68, -0.14] } as const;

const NOTE_MARK: TextStyle = { ...PLAIN, position: 'sup' };

/** The words of a paragraph and its line breaks, in order. `size` is in points. */
export function* wordsOf(
  inlines: readonly Inline[],
  size: number,
  setter: TypeSetter,
): Generator<Word | 'break'> {
  let word: Word | undefined;
  let space = 0;
  for (const token of tokensOf(inlines, size, setter)) {
    if (typeof token === 'object') {
      word ??= emptyWord(space);
      space = 0;
      append(word, token);
      continue;
    }
    if (word !== undefined) yield word;
    word = undefined;
    if (token === 'break') yield token;
    space = token === 'break' ? 0 : space + token;
  }
  if (word !== undefined) yield word;
}

/** A piece, a line break, or the width of the blank between two words: 0 where they may only be divided. */
type Token = Piece | 'break' | number;

function* tokensOf(inlines: readonly Inline[], size: number, setter: TypeSetter): Generator<Token> {
  for (const inline of inlines) {
    if (inline.kind === 'break') {
      yield 'break';
      continue;
    }
    const style = inline.kind === 'text' ? inline.style : NOTE_MARK;
    const face = faceOf(style);
    const text = setter.showable(inline.kind === 'text' ? inline.text : String(inline.number), face);
    for (const part of text.split(DIVISIONS)) {
      if (part === undefined) yield 0;
      else if (part.startsWith(' ')) yield setter.width(' ', face, size);
      else if (part !== '') yield* piecesOf(part, style, size, setter);
    }
  }
}

function* piecesOf(text: string, style: TextStyle, size: number, setter: TypeSetter): Generator<Token> {
  if (text.length <= MAX_WORD) {
    yield pieceOf(text, style, size, setter);
    return;
  }
  for (const [part] of text.matchAll(new RegExp(`.{1,${MAX_WORD}}`, 'gsu'))) {
    yield 0;
    yield pieceOf(part, style, size, setter);
  }
}

function pieceOf(text: string, style: TextStyle, size: number, setter: TypeSetter): Piece {
  const [scale, rise] = POSITIONS[style.position];
  const face = faceOf(style);
  const width = setter.width(text, face, size * scale);
  return { text, style, face, size: size * scale, rise: size * rise, width };
}

function emptyWord(space: number): Word {
  return { pieces: [], width: 0, characters: 0, space };
}

function append(word: Word, piece: Piece): void {
  word.pieces.push(piece);
  word.width += piece.width;
  word.characters += piece.text.length;
}

/** A word that is too much for a line in parts that are not, divided between characters. */
export function cutWord(word: Word, { width, characters }: Bounds, setter: TypeSetter): Word[] {
  let part = emptyWord(word.space);
  const parts = [part];
  for (const piece of word.pieces) {
    let text = '';
    let taken = 0;
    const take = () => {
      if (text !== '') append(part, { ...piece, text, width: taken });
      text = '';
      taken = 0;
    };
    for (const character of piece.text) {
      const advance = setter.width(character, piece.face, piece.size);
      const filled = part.width + taken;
      const isWide = filled > 0 && filled + advance > width && !/\p{M}/u.test(character);
      if (isWide || part.characters + text.length >= characters) {
        take();
        part = emptyWord(0);
        parts.push(part);
      }
      text += character;
      taken += advance;
    }
    take();
  }
  return parts;
}
