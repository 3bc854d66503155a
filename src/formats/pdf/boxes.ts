import type { Alignment, Block, Inline, List, Paragraph, Picture } from '../cda/narrative-types.ts';
import { PLAIN } from '../cda/narrative-style.ts';
import type { Canvas, PreparedImage } from './canvas.ts';
import type { ImageSource } from './images.ts';
import { breakLines, type Line } from './lines.ts';
import { listMark } from './list-mark.ts';
import { plainLines } from './plain-lines.ts';
import { rowsAsText } from './rows-as-text.ts';
import { COLOR, LEADING, LIST_INDENT } from './theme.ts';
import type { TypeSetter } from './type-setter.ts';

/** Something of one height to be stacked; a gap is left out at the top of a page. */
export interface Box {
  readonly height: number;
  readonly gap?: boolean;
  readonly draw: (canvas: Canvas, x: number, y: number) => void;
}

/** What laying out needs: the measure of text, and the images that could be prepared. */
export interface Layout {
  readonly setter: TypeSetter;
  readonly image: ImageSource;
}

/** How text is set: size in points, colour. */
export interface Look {
  readonly size: number;
  readonly color?: string;
}

const LEAST_WIDTH = 12;
/** A CSS pixel, in points: the size of an image that is not too wide. */
const PIXEL = 0.75;
const MAX_IMAGE_HEIGHT = 420;

/** Stacks blocks in a column of a width, in points. A table is set as lines of text: see draw-table.ts. */
export function boxesOf(blocks: readonly Block[], width: number, look: Look, layout: Layout): Box[] {
  const column = Math.max(width, LEAST_WIDTH);
  const stacks = blocks.map(block => boxesOfBlock(block, column, look, layout));
  return stacks.flatMap((stack, index) => (index === 0 ? stack : [gap(look.size * 0.4), ...stack]));
}

function boxesOfBlock(block: Block, width: number, look: Look, layout: Layout): Box[] {
  switch (block.kind) {
    case 'paragraph':
      return textBoxes(block, width, look, layout.setter);
    case 'lines':
      return [...plainLineBoxes(block.text, width, look, layout.setter)];
    case 'list':
      return listBoxes(block, width, look, layout);
    case 'table':
      return boxesOf(rowsAsText(block), width, look, layout);
    case 'picture':
      return pictureBoxes(block, width, look, layout);
  }
}

/** The lines of a plain text, one by one: there may be as many as it has characters. */
export function* plainLineBoxes(text: string, width: number, look: Look, setter: TypeSetter): Generator<Box> {
  for (const line of plainLines(text, width, look.size, setter)) yield lineBox(line, width, undefined, look);
}

/** A blank of a height. */
export function gap(height: number): Box {
  return { height, gap: true, draw: () => undefined };
}

/** The lines of a paragraph. */
export function textBoxes(
  { inlines, align }: Omit<Paragraph, 'kind'>,
  width: number,
  look: Look,
  setter: TypeSetter,
): Box[] {
  return breakLines(inlines, width, look.size, setter).map(line => lineBox(line, width, align, look));
}

/** A text in one style as a paragraph's content. */
export function plainInlines(text: string, style: Partial<typeof PLAIN> = {}): Inline[] {
  return [{ kind: 'text', text, style: { ...PLAIN, ...style } }];
}

function lineBox(
  line: Line,
  width: number,
  align: Alignment | undefined,
  { size, color = COLOR.ink }: Look,
): Box {
  const shift = Math.max(0, width - line.width) * (align === 'right' ? 1 : align === 'center' ? 0.5 : 0);
  return {
    height: size * LEADING.height,
    draw: (canvas, x, y) => drawLine(canvas, line, x + shift, y + size * LEADING.baseline, color),
  };
}

function drawLine(canvas: Canvas, line: Line, x: number, baseline: number, color: string): void {
  for (const { text, x: offset, width, face, size, rise, style } of line.fragments) {
    const left = x + offset;
    canvas.text(text, left, baseline - rise, face, size, color);
    const rule = (y: number) => canvas.line(left, y, left + width, y, size / 16, color);
    if (style.underline) rule(baseline - rise + size * 0.12);
    if (style.struck) rule(baseline - rise - size * 0.28);
  }
}

function listBoxes(list: List, width: number, look: Look, layout: Layout): Box[] {
  const caption = list.caption.length === 0 ? [] : [captionParagraph(list.caption)];
  const items = list.items.map((item, index) =>
    markedBoxes(
      boxesOf(item, width - LIST_INDENT, look, layout),
      listMark(list.mark, index + 1),
      look,
      layout.setter,
    ),
  );
  return [...boxesOf(caption, width, look, layout), ...items.flat()];
}

/** A caption in the style that its reader gave it. */
export function captionParagraph(inlines: readonly Inline[]): Paragraph {
  return { kind: 'paragraph', align: undefined, inlines };
}

/** The boxes of a list's item, moved in, with its mark before the first. */
export function markedBoxes(
  boxes: readonly Box[],
  mark: string,
  { size, color = COLOR.ink }: Look,
  setter: TypeSetter,
): Box[] {
  const shown = setter.showable(mark, 'regular');
  const left = LIST_INDENT - 4 - setter.width(shown, 'regular', size);
  const content = boxes.length === 0 ? [gap(size * LEADING.height)] : boxes;
  return content.map((box, index) => ({
    ...box,
    gap: index > 0 && box.gap === true,
    draw: (canvas, x, y) => {
      if (index === 0) canvas.text(shown, x + left, y + size * LEADING.baseline, 'regular', size, color);
      box.draw(canvas, x + LIST_INDENT, y);
    },
  }));
}

function pictureBoxes(picture: Picture, width: number, look: Look, layout: Layout): Box[] {
  const image = layout.image(picture.object);
  const words = (text: string) =>
    textBoxes(
      { inlines: plainInlines(text, { italic: true }), align: undefined },
      width,
      look,
      layout.setter,
    );
  const shown = typeof image === 'string' ? words(`[${image}]`) : [imageBox(image, width)];
  const region =
    typeof image !== 'string' && picture.object.region ? words('[zone d’intérêt non tracée]') : [];
  const caption = picture.caption.length === 0 ? [] : [captionParagraph(picture.caption)];
  return [...shown, ...region, ...boxesOf(caption, width, look, layout)];
}

function imageBox(image: PreparedImage, column: number): Box {
  const scale = Math.min(PIXEL, column / image.width, MAX_IMAGE_HEIGHT / image.height);
  const width = image.width * scale;
  const height = image.height * scale;
  return {
    height: height + 4,
    draw: (canvas, x, y) => canvas.image(image, x, y + 2, width, height),
  };
}

/** The width that an image would like, in points. */
export function imageWidth(image: PreparedImage): number {
  return image.width * Math.min(PIXEL, MAX_IMAGE_HEIGHT / image.height);
}
