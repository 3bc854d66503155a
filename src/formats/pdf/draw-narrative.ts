import type { Block, Footnote, List, Narrative, Section } from '../cda/narrative-types.ts';
import {
  boxesOf,
  captionParagraph,
  gap,
  type Layout,
  type Look,
  markedBoxes,
  plainInlines,
  plainLineBoxes,
  textBoxes,
} from './boxes.ts';
import { drawTable, NARRATIVE_TABLE } from './draw-table.ts';
import { listMark } from './list-mark.ts';
import type { PageFlow } from './page-flow.ts';
import { COLOR, CONTENT, LIST_INDENT, PAGE, SIZE } from './theme.ts';

const TEXT: Look = { size: SIZE.text };
const NOTE: Look = { size: SIZE.small, color: COLOR.muted };

/** Sets the sections of a narrative one below the other. */
export function drawNarrative(flow: PageFlow, { sections }: Narrative, layout: Layout): void {
  for (const section of sections) drawSection(flow, section, 0, layout);
}

function drawSection(flow: PageFlow, section: Section, level: number, layout: Layout): void {
  if (flow.full()) return;
  if (section.title !== undefined) drawHeading(flow, section.title, level, layout);
  drawBlocks(flow, section.blocks, { x: PAGE.left, width: CONTENT.width }, layout);
  drawNotes(flow, section.notes, layout);
  for (const inner of section.sections) drawSection(flow, inner, level + 1, layout);
}

function drawHeading(flow: PageFlow, title: string, level: number, layout: Layout): void {
  const size = SIZE.headings[Math.min(level, SIZE.headings.length - 1)] ?? SIZE.text;
  const inlines = plainInlines(title, { bold: true, italic: level > 2 });
  const boxes = textBoxes(
    { inlines, align: undefined },
    CONTENT.width,
    { size, color: COLOR.accent },
    layout.setter,
  );
  // A heading stays with what follows it: some lines, or the head of a table and a row.
  flow.ensure(Math.min(boxes.length * size * 1.3 + 46, CONTENT.height / 2));
  flow.put([gap(level === 0 ? 12 : 8), ...boxes], PAGE.left);
  if (level === 0) {
    flow.canvas.line(PAGE.left, flow.y() + 1, PAGE.width - PAGE.right, flow.y() + 1, 0.8, COLOR.accent);
  }
  flow.put([gap(level === 0 ? 6 : 3)], PAGE.left);
}

/** A column of the page, in points. */
interface Column {
  readonly x: number;
  readonly width: number;
}

function drawBlocks(flow: PageFlow, blocks: readonly Block[], column: Column, layout: Layout): void {
  for (const [index, block] of blocks.entries()) {
    if (flow.full()) return;
    if (index > 0) flow.put([gap(SIZE.text * 0.6)], column.x);
    drawBlock(flow, block, column, layout);
  }
}

function drawBlock(flow: PageFlow, block: Block, column: Column, layout: Layout): void {
  switch (block.kind) {
    case 'table':
      return drawTable(flow, block, column, NARRATIVE_TABLE, layout);
    case 'list':
      return drawList(flow, block, column, layout);
    case 'lines':
      return flow.put(plainLineBoxes(block.text, column.width, TEXT, layout.setter), column.x);
    case 'paragraph':
    case 'picture':
      return flow.put(boxesOf([block], column.width, TEXT, layout), column.x);
  }
}

/** A list whose items may hold tables, which are drawn and not stacked. */
function drawList(flow: PageFlow, list: List, column: Column, layout: Layout): void {
  if (list.caption.length > 0) {
    flow.put(boxesOf([captionParagraph(list.caption)], column.width, TEXT, layout), column.x);
  }
  const inner = { x: column.x + LIST_INDENT, width: column.width - LIST_INDENT };
  for (const [index, item] of list.items.entries()) {
    if (flow.full()) return;
    const mark = listMark(list.mark, index + 1);
    const stacked = item.findIndex(({ kind }) => kind === 'table' || kind === 'list');
    const first = stacked < 0 ? item : item.slice(0, stacked);
    flow.put(markedBoxes(boxesOf(first, inner.width, TEXT, layout), mark, TEXT, layout.setter), column.x);
    drawBlocks(flow, item.slice(first.length), inner, layout);
  }
}

function drawNotes(flow: PageFlow, notes: readonly Footnote[], layout: Layout): void {
  for (const { number, blocks } of notes) {
    const boxes = boxesOf(blocks, CONTENT.width - LIST_INDENT, NOTE, layout);
    flow.put([gap(3), ...markedBoxes(boxes, `${number}`, NOTE, layout.setter)], PAGE.left);
  }
}
