import type { Table } from '../cda/narrative-types.ts';
import { boxesOf, captionParagraph, type Layout } from './boxes.ts';
import type { PageFlow } from './page-flow.ts';
import { rowsAsText } from './rows-as-text.ts';
import { measureColumns } from './table-columns.ts';
import { type Grid, type GridRow, placeCells, rowGroups, withoutRowspans } from './table-grid.ts';
import { drawGroup, groupHeight, type LaidGroup, layGroup, rowParts, type TableLook } from './table-rows.ts';
import { COLOR, CONTENT, SIZE } from './theme.ts';

/** How the tables of a narrative are shown. */
export const NARRATIVE_TABLE: TableLook = {
  size: SIZE.table,
  padding: 3,
  fill: undefined,
  header: { size: SIZE.table, fill: COLOR.shade },
  line: COLOR.line,
  lines: 'all',
};

/** A head with more rows, or that takes more of a page, is not repeated on each. */
const MAX_HEAD_ROWS = 12;
const MAX_HEAD_HEIGHT = CONTENT.height * 0.33;

/** Rows up to this height go to the next page whole; higher ones are cut, where enough is left of the page. */
const MAX_MOVED_HEIGHT = CONTENT.height * 0.4;
const LEAST_CUT_HEIGHT = 60;

/** What a table that is too wide is set in, of its type's size. */
const TYPE_SCALES = [1, 0.9, 0.8, 0.7];

/** Where a table stands, in points; its columns share the width by their content unless they are given. */
export interface TableArea {
  readonly x: number;
  readonly width: number;
  readonly columns?: readonly number[];
}

/** Sets a table in an area, over as many pages as it takes. */
export function drawTable(
  flow: PageFlow,
  table: Table,
  { x, width, columns }: TableArea,
  wanted: TableLook,
  layout: Layout,
): void {
  const grid = placeCells(table);
  if (grid === undefined) return flow.put(boxesOf(rowsAsText(table), width, wanted, layout), x);
  const [widths, look] =
    columns === undefined ? fittedColumns(grid, width, wanted, layout) : [columns, wanted];
  const lay = (rows: readonly GridRow[], limit: number) => layGroup(rows, widths, { look, limit }, layout);
  const head = layHead(grid, lay);
  const headHeight = head.reduce((height, group) => height + groupHeight(group), 0);
  const fullHeight = CONTENT.height - headHeight;

  function place(group: LaidGroup): void {
    if (flow.full()) return;
    drawGroup(flow.canvas, group, x, flow.y(), look);
    flow.advance(groupHeight(group));
  }

  function startPage(): void {
    flow.startPage();
    for (const group of head) place(group);
  }

  function placeRows(rows: readonly GridRow[]): void {
    const group = lay(rows, fullHeight);
    if (group === undefined) {
      for (const row of withoutRowspans(rows)) placeRows([row]);
      return;
    }
    const height = groupHeight(group);
    if (height <= flow.room()) return place(group);
    if (rows.length === 1 && height > MAX_MOVED_HEIGHT) return placeInParts(group);
    startPage();
    place(group);
  }

  function placeInParts(group: LaidGroup): void {
    if (flow.room() < LEAST_CUT_HEIGHT) startPage();
    let placed = 0;
    const room = () => {
      if (placed > 0) startPage();
      return flow.room();
    };
    for (const part of rowParts(group, look, room)) {
      if (flow.full()) return;
      place(part);
      placed += 1;
    }
  }

  const caption =
    table.caption.length === 0 ? [] : boxesOf([captionParagraph(table.caption)], width, look, layout);
  flow.ensure(caption.length * look.size * 2 + headHeight + look.size * 3);
  flow.put(caption, x);
  for (const group of head) place(group);
  for (const rows of rowGroups(head.length > 0 ? grid.body : [...grid.head, ...grid.body])) {
    if (flow.full()) return;
    placeRows(rows);
  }
}

/** The columns in the largest type in which no word must be cut, else in the smallest. */
function fittedColumns(
  grid: Grid,
  width: number,
  look: TableLook,
  layout: Layout,
): readonly [widths: readonly number[], look: TableLook] {
  let fitted: readonly [readonly number[], TableLook] = [[], look];
  for (const scale of TYPE_SCALES) {
    const scaled: TableLook = {
      ...look,
      size: look.size * scale,
      padding: look.padding * scale,
      header: { ...look.header, size: look.header.size * scale },
    };
    const padding = scaled.padding * 2;
    const { widths, fit } = measureColumns(grid, width, { size: scaled.size, padding }, layout);
    fitted = [widths, scaled];
    if (fit) break;
  }
  return fitted;
}

/** The head, set; nothing where it is too much to be repeated: its rows are then rows like the others. */
function layHead(
  { head }: Grid,
  lay: (rows: readonly GridRow[], limit: number) => LaidGroup | undefined,
): LaidGroup[] {
  if (head.length > MAX_HEAD_ROWS) return [];
  const groups = [...rowGroups(head)].map(rows => lay(rows, MAX_HEAD_HEIGHT));
  const laid = groups.filter(group => group !== undefined);
  const height = laid.reduce((total, group) => total + groupHeight(group), 0);
  return laid.length < groups.length || height > MAX_HEAD_HEIGHT ? [] : laid;
}
