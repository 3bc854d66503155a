import { PLAIN } from '../cda/narrative-style.ts';
import { breakLines, emptyLine, type Line, TOLERANCE } from './lines.ts';
import type { TypeSetter } from './type-setter.ts';

const TAB = 8;

/** The width of a column of text that was laid out with blanks, in ems: that of a digit. */
const COLUMN = 0.57;

/**
 * The lines of a plain text, with the line ends that it has. Where it is laid out with several blanks in a
 * row, what follows them begins at its column, as in a font whose characters have one width.
 *
 * @param width points.
 * @param size points.
 */
export function* plainLines(text: string, width: number, size: number, setter: TypeSetter): Generator<Line> {
  const lineEnd = /\r\n|[\r\n\f]/g;
  for (let from = 0; from < text.length; ) {
    lineEnd.lastIndex = from;
    const found = lineEnd.exec(text);
    yield* plainLine(withoutTabs(text.slice(from, found?.index)), width, size, setter);
    from = found === null ? text.length : lineEnd.lastIndex;
  }
}

function plainLine(text: string, width: number, size: number, setter: TypeSetter): Line[] {
  const whole = emptyLine();
  for (const { 0: chunk, index } of text.matchAll(/\S+(?: \S+)*/g)) {
    const x = Math.max(whole.width > 0 ? whole.width + size * 0.3 : 0, index * size * COLUMN);
    const [line, ...more] = linesOf(chunk, Math.max(width - x, 1), size, setter);
    const fits = line !== undefined && more.length === 0 && x + line.width <= width + TOLERANCE;
    // What does not fit is broken at the margin, where columns mean nothing.
    if (!fits) return linesOf(text, width, size, setter);
    for (const fragment of line.fragments) whole.fragments.push({ ...fragment, x: x + fragment.x });
    whole.width = x + line.width;
  }
  return [whole];
}

function linesOf(text: string, width: number, size: number, setter: TypeSetter): Line[] {
  return breakLines([{ kind: 'text', text, style: PLAIN }], width, size, setter);
}

function withoutTabs(line: string): string {
  let text = '';
  for (const piece of line.split(/(\t)/)) {
    text += piece === '\t' ? ' '.repeat(TAB - (text.length % TAB)) : piece;
  }
  return text;
}
