import type { Block, Cell } from '../cda/narrative-types.ts';
import { type Box, boxesOf, type Layout, type Look } from './boxes.ts';
import type { Canvas } from './canvas.ts';
import type { GridRow } from './table-grid.ts';
import { LEADING } from './theme.ts';

/** How a table is shown; lengths in points. */
export interface TableLook extends Look {
  readonly padding: number;
  readonly fill: string | undefined;
  readonly header: Look & { readonly fill: string | undefined };
  /** The colour of its lines: around each cell, or under each row. */
  readonly line: string;
  readonly lines: 'all' | 'rows';
}

/** A cell whose content is set; `row` and `rowspan` count the rows of its group. */
interface LaidCell {
  readonly row: number;
  readonly rowspan: number;
  readonly x: number;
  readonly width: number;
  readonly header: boolean;
  readonly boxes: readonly Box[];
}

/** Rows that stand together, set and measured. */
export interface LaidGroup {
  readonly heights: readonly number[];
  readonly cells: readonly LaidCell[];
}

/**
 * Sets rows in columns of given widths.
 *
 * @returns undefined where several rows are higher than `limit` together: they cannot stand on one page.
 */
export function layGroup(
  rows: readonly GridRow[],
  widths: readonly number[],
  { look, limit }: { readonly look: TableLook; readonly limit: number },
  layout: Layout,
): LaidGroup | undefined {
  const lefts = leftsOf(widths);
  const cells: LaidCell[] = [];
  let height = 0;
  for (const [row, placed] of rows.entries()) {
    const laid = placed.map(({ cell, column, colspan, rowspan }) => {
      const x = lefts[column] ?? 0;
      const width = (lefts[column + colspan] ?? 0) - x;
      const cellLook = cell.header ? look.header : look;
      const boxes = boxesOf(alignedBlocks(cell), width - look.padding * 2, cellLook, layout);
      return { row, rowspan, x, width, header: cell.header, boxes };
    });
    cells.push(...laid);
    height += heightOfRow(laid, look);
    if (rows.length > 1 && height > limit) return undefined;
  }
  const heights = heightsOf(cells, rows.length, look);
  return rows.length > 1 && sum(heights) > limit ? undefined : { heights, cells };
}

/** Where each column begins, and where the last one ends. */
function leftsOf(widths: readonly number[]): number[] {
  let x = 0;
  return [0, ...widths.map(width => (x += width))];
}

function alignedBlocks({ align, blocks }: Cell): readonly Block[] {
  if (align === undefined) return blocks;
  return blocks.map(block =>
    block.kind === 'paragraph' ? { ...block, align: block.align ?? align } : block,
  );
}

/** What a row's own cells need: those that reach into the next rows have room there. */
function heightOfRow(cells: readonly LaidCell[], look: TableLook): number {
  const own = cells
    .filter(({ rowspan }) => rowspan === 1)
    .map(cell => contentHeight(cell) + look.padding * 2);
  return Math.max(look.size * LEADING.height + look.padding * 2, ...own);
}

function contentHeight({ boxes }: LaidCell): number {
  return sum(boxes.map(({ height }) => height));
}

function heightsOf(cells: readonly LaidCell[], rows: number, look: TableLook): number[] {
  const byRow = Array.from({ length: rows }, (): LaidCell[] => []);
  for (const cell of cells) byRow[cell.row]?.push(cell);
  const heights = byRow.map(row => heightOfRow(row, look));
  for (const cell of cells) {
    if (cell.rowspan === 1) continue;
    const last = Math.min(cell.row + cell.rowspan, rows) - 1;
    const missing = contentHeight(cell) + look.padding * 2 - sum(heights.slice(cell.row, last + 1));
    if (missing > 0) heights[last] = (heights[last] ?? 0) + missing;
  }
  return heights;
}

/** The height of a group, in points. */
export function groupHeight({ heights }: LaidGroup): number {
  return sum(heights);
}

/** Draws a group whose top left corner is at a place. */
export function drawGroup(canvas: Canvas, group: LaidGroup, x: number, y: number, look: TableLook): void {
  const tops = leftsOf(group.heights);
  for (const cell of group.cells) {
    const top = y + (tops[cell.row] ?? 0);
    const bottom = y + (tops[cell.row + cell.rowspan] ?? sum(group.heights));
    const fill = cell.header ? look.header.fill : look.fill;
    const line = look.lines === 'all' ? look.line : undefined;
    canvas.rectangle(x + cell.x, top, cell.width, bottom - top, { fill, line });
    if (look.lines === 'rows') drawRules(canvas, x + cell.x, cell.width, [top, bottom], look.line);
    // Smaller labels stand on the same line as what they label.
    let at = top + look.padding + (cell.header ? (look.size - look.header.size) * LEADING.baseline : 0);
    for (const box of cell.boxes) {
      box.draw(canvas, x + cell.x + look.padding, at);
      at += box.height;
    }
  }
}

function drawRules(
  canvas: Canvas,
  x: number,
  width: number,
  heights: readonly number[],
  color: string,
): void {
  for (const y of heights) canvas.line(x, y, x + width, y, 0.5, color);
}

/**
 * A single row in the parts in which it stands on several pages, each to be placed before the next is asked
 * for.
 *
 * @param room what is left of the page, in points, when a part is asked for.
 */
export function* rowParts({ cells }: LaidGroup, look: TableLook, room: () => number): Generator<LaidGroup> {
  const taken = cells.map(() => 0);
  const isLeft = () => cells.some(({ boxes }, index) => (taken[index] ?? 0) < boxes.length);
  while (isLeft()) {
    const limit = room() - look.padding * 2;
    const ends = cells.map(({ boxes }, index) => endOfFitting(boxes, taken[index] ?? 0, limit));
    // Where no cell's next box fits, it is put nonetheless: no page would hold more of it.
    const stuck = ends.every((end, index) => end === taken[index]);
    const part = cells.map((cell, index) => {
      const start = taken[index] ?? 0;
      const end = stuck ? start + 1 : (ends[index] ?? start);
      taken[index] = end;
      return { ...cell, boxes: withoutGap(cell.boxes.slice(start, end)) };
    });
    yield { heights: [heightOfRow(part, look)], cells: part };
  }
}

function endOfFitting(boxes: readonly Box[], start: number, limit: number): number {
  let height = 0;
  for (let index = start; index < boxes.length; index += 1) {
    height += boxes[index]?.height ?? 0;
    if (height > limit) return index;
  }
  return boxes.length;
}

function withoutGap(boxes: readonly Box[]): readonly Box[] {
  return boxes[0]?.gap === true ? boxes.slice(1) : boxes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
