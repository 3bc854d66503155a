import { describe, expect, it } from 'vitest';
import type { Cell, Row, Table } from '../../../src/formats/cda/narrative-types.ts';
import { type GridRow, placeCells, rowGroups, withoutRowspans } from '../../../src/formats/pdf/table-grid.ts';

/** `c2r3` spans two columns and three rows. */
function cell(spans: string): Cell {
  const colspan = Number(/c(\d+)/.exec(spans)?.[1] ?? 1);
  const rowspan = Number(/r(\d+)/.exec(spans)?.[1] ?? 1);
  return { header: false, colspan, rowspan, align: undefined, blocks: [] };
}

const row = (spans: string): Row => spans.split(' ').filter(Boolean).map(cell);
const tableOf = (rows: readonly string[]): Table => ({
  kind: 'table',
  caption: [],
  head: [],
  body: rows.map(row),
  foot: [],
});

/** Each cell as its columns and rows: `0-1x2` covers the columns 0 and 1, and two rows. */
const placesOf = (rows: readonly GridRow[]) =>
  rows.map(cells =>
    cells
      .map(({ column, colspan, rowspan }) => {
        const columns = colspan === 1 ? `${column}` : `${column}-${column + colspan - 1}`;
        return rowspan === 1 ? columns : `${columns}x${rowspan}`;
      })
      .join(' '),
  );

const places = (rows: readonly string[]) => {
  const grid = placeCells(tableOf(rows));
  return grid === undefined ? 'too wide' : placesOf(grid.body);
};

describe('placeCells', () => {
  it.each([
    [
      ['- -', '- -'],
      ['0 1', '0 1'],
    ],
    [
      ['c2', '- -'],
      ['0-1', '0 1'],
    ],
    [
      ['r2 -', '-'],
      ['0x2 1', '1'],
    ],
    [
      ['r2 r3 -', '-', '- -'],
      ['0x2 1x3 2', '2', '0 2'],
    ],
    [
      ['- c2r2 -', '- -', '- - - -'],
      ['0 1-2x2 3', '0 3', '0 1 2 3'],
    ],
    [['r9 -'], ['0 1']],
    [['c9'], ['0']],
    [
      ['c9 -', '- c8 -'],
      ['0-1 2', '0 1 2'],
    ],
    [
      ['- - c2', ''],
      ['0 1 2', ''],
    ],
  ])('%j', (rows, expected) => {
    expect(places(rows)).toEqual(expected);
  });

  it('gives up where a table has more columns than a page can hold', () => {
    expect(places(['- '.repeat(24)])).toHaveLength(1);
    expect(places(['- '.repeat(25)])).toBe('too wide');
    expect(places(['c1000 '.repeat(5)])).toBe('too wide');
  });

  it('lets no row of the head reach into the body', () => {
    const grid = placeCells({ ...tableOf(['- -']), head: [row('r5 -')] });
    expect(placesOf(grid?.head ?? [])).toEqual(['0 1']);
    expect(placesOf(grid?.body ?? [])).toEqual(['0 1']);
  });
});

describe('rowGroups', () => {
  it.each([
    [
      ['-', '-'],
      [1, 1],
    ],
    [
      ['r2 -', '-', '-'],
      [2, 1],
    ],
    [
      ['r2 -', 'r2', '-', '-'],
      [3, 1],
    ],
    [['- r9', '-', '-'], [3]],
  ])('%j: rows of a group', (rows, expected) => {
    const grid = placeCells(tableOf(rows));
    expect([...rowGroups(grid?.body ?? [])].map(group => group.length)).toEqual(expected);
  });
});

describe('withoutRowspans', () => {
  it('leaves a blank cell below', () => {
    const grid = placeCells(tableOf(['r3 -', '-', '-']));
    expect(placesOf(withoutRowspans(grid?.body ?? []))).toEqual(['0 1', '0 1', '0 1']);
  });

  it('takes no more than each cell’s rows, be they ever so many', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => (index % 1000 === 0 ? 'r1000 -' : '-'));
    const grid = placeCells(tableOf(rows));
    const started = performance.now();
    expect(withoutRowspans(grid?.body ?? [])).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
