import type { Cell, Row, Table } from '../cda/narrative-types.ts';

/** A cell at its place in a table. */
export interface PlacedCell {
  readonly cell: Cell;
  readonly column: number;
  readonly colspan: number;
  readonly rowspan: number;
}

export type GridRow = readonly PlacedCell[];

/** A table whose cells have their places; the rows of the head are repeated on each page. */
export interface Grid {
  readonly columns: number;
  readonly head: readonly GridRow[];
  readonly body: readonly GridRow[];
}

/** Columns that can be told apart on a page, and places that are looked at to find them. */
const MAX_COLUMNS = 24;
const MAX_PLACES = 4096;

/**
 * Places the cells of a table as HTML does (rowspan, colspan; HTML §4.9.12); columns in which no cell begins
 * are left out.
 *
 * @returns undefined where the table has more columns than can be shown.
 */
export function placeCells({ head, body, foot }: Table): Grid | undefined {
  const groups = [head, body, foot].map(placeGroup);
  const starts = new Set<number>();
  for (const group of groups) {
    if (group === undefined) return undefined;
    for (const row of group) for (const { column } of row) starts.add(column);
  }
  if (starts.size > MAX_COLUMNS) return undefined;
  const columns = [...starts].sort((left, right) => left - right);
  const [headRows = [], bodyRows = [], footRows = []] = groups.map(rows =>
    rows?.map(row => row.map(cell => narrowed(cell, columns))),
  );
  return { columns: columns.length, head: headRows, body: [...bodyRows, ...footRows] };
}

function placeGroup(rows: readonly Row[]): PlacedCell[][] | undefined {
  /** For each column, the first row in which it is free. */
  const free: number[] = [];
  const placed: PlacedCell[][] = [];
  for (const [index, row] of rows.entries()) {
    let column = 0;
    const cells: PlacedCell[] = [];
    for (const cell of row) {
      while ((free[column] ?? 0) > index) column += 1;
      if (column + cell.colspan > MAX_PLACES) return undefined;
      const rowspan = Math.min(cell.rowspan, rows.length - index);
      cells.push({ cell, column, colspan: cell.colspan, rowspan });
      const end = column + cell.colspan;
      for (; column < end; column += 1) free[column] = Math.max(free[column] ?? 0, index + rowspan);
    }
    placed.push(cells);
  }
  return placed;
}

/** The cell's place among the columns that are left. */
function narrowed(placed: PlacedCell, columns: readonly number[]): PlacedCell {
  const end = columns.findIndex(column => column >= placed.column + placed.colspan);
  const column = columns.indexOf(placed.column);
  return { ...placed, column, colspan: (end < 0 ? columns.length : end) - column };
}

/**
 * The rows in groups that stay together: a group ends where no cell reaches into the next row. Empty rows are
 * kept: a rowspan counts them.
 */
export function* rowGroups(rows: readonly GridRow[]): Generator<readonly GridRow[]> {
  let start = 0;
  let end = 0;
  for (const [index, row] of rows.entries()) {
    for (const { rowspan } of row) end = Math.max(end, index + rowspan);
    if (end <= index + 1) {
      yield rows.slice(start, index + 1);
      start = index + 1;
    }
  }
  if (start < rows.length) yield rows.slice(start);
}

/** The rows of a group each on its own: a cell that spans several is shown in the first, and is blank below. */
export function withoutRowspans(group: readonly GridRow[]): GridRow[] {
  const rows: PlacedCell[][] = group.map(() => []);
  for (const [index, row] of group.entries()) {
    for (const placed of row) {
      rows[index]?.push({ ...placed, rowspan: 1 });
      const blank = { ...placed, cell: { ...placed.cell, blocks: [] }, rowspan: 1 };
      for (let below = index + 1; below < index + placed.rowspan; below += 1) rows[below]?.push(blank);
    }
  }
  return rows;
}
