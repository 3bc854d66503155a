import type { Block } from '../cda/narrative-types.ts';
import { imageWidth, type Layout, plainInlines } from './boxes.ts';
import { textWidths } from './lines.ts';
import { rowsAsText } from './rows-as-text.ts';
import type { Grid, PlacedCell } from './table-grid.ts';
import { LIST_INDENT } from './theme.ts';

/** Rows by which columns are measured: what comes after them is like them. */
const MEASURED_ROWS = 200;

/** The most that one word, and one line, may claim of the table's width. */
const MAX_LEAST = 0.3;
const MAX_MOST = 0.8;

interface Claim {
  least: number;
  most: number;
}

/** The columns of a table; lengths in points. */
export interface Columns {
  readonly widths: readonly number[];
  /** Whether each is as wide as its widest word. */
  readonly fit: boolean;
}

/**
 * The widths of a table's columns: each gets what its widest word needs; the rest goes to those whose text is
 * longer. Together they fill the table's width.
 *
 * @param padding what a cell takes beside its content, both sides together, in points.
 */
export function measureColumns(
  grid: Grid,
  width: number,
  { size, padding }: { readonly size: number; readonly padding: number },
  layout: Layout,
): Columns {
  const columns: Claim[] = Array.from({ length: grid.columns }, () => ({ least: padding, most: padding }));
  const cells = [...grid.head, ...grid.body].slice(0, MEASURED_ROWS).flat();
  const claimOf = ({ cell, colspan }: PlacedCell): Claim => {
    const { least, most } = claimOfBlocks(cell.blocks, size, layout);
    return {
      least: Math.min(least, width * MAX_LEAST * colspan) + padding,
      most: Math.min(most, width * MAX_MOST) + padding,
    };
  };
  for (const placed of cells) if (placed.colspan === 1) widen([columns[placed.column]], claimOf(placed));
  for (const placed of cells) {
    if (placed.colspan > 1) {
      widen(columns.slice(placed.column, placed.column + placed.colspan), claimOf(placed));
    }
  }
  const least = columns.reduce((sum, column) => sum + column.least, 0);
  return { widths: share(columns, width), fit: least <= width };
}

function claimOfBlocks(blocks: readonly Block[], size: number, layout: Layout): Claim {
  const claim: Claim = { least: 0, most: 0 };
  for (const block of blocks) {
    const { least, most } = claimOfBlock(block, size, layout);
    claim.least = Math.max(claim.least, least);
    claim.most = Math.max(claim.most, most);
  }
  return claim;
}

function claimOfBlock(block: Block, size: number, layout: Layout): Claim {
  switch (block.kind) {
    case 'paragraph':
      return textWidths(block.inlines, size, layout.setter);
    case 'lines':
      return textWidths(plainInlines(block.text), size, layout.setter);
    case 'list': {
      const { least, most } = claimOfBlocks(block.items.flat(), size, layout);
      return { least: least + LIST_INDENT, most: most + LIST_INDENT };
    }
    case 'table':
      return claimOfBlocks(rowsAsText(block), size, layout);
    case 'picture': {
      const image = layout.image(block.object);
      if (typeof image === 'string') return textWidths(plainInlines(image), size, layout.setter);
      return { least: Math.min(imageWidth(image), 100), most: imageWidth(image) };
    }
  }
}

/** Widens columns together until they hold what a cell over them claims. */
function widen(columns: readonly (Claim | undefined)[], claim: Claim): void {
  const known = columns.filter(column => column !== undefined);
  for (const key of ['least', 'most'] as const) {
    const missing = claim[key] - known.reduce((sum, column) => sum + column[key], 0);
    if (missing > 0) for (const column of known) column[key] += missing / known.length;
  }
  for (const column of known) column.most = Math.max(column.most, column.least);
}

function share(columns: readonly Claim[], width: number): number[] {
  const least = columns.reduce((sum, column) => sum + column.least, 0);
  const most = columns.reduce((sum, column) => sum + column.most, 0);
  if (least >= width) return columns.map(column => (column.least * width) / least);
  if (most <= width) return columns.map(column => (column.most * width) / most);
  return columns.map(
    column => column.least + ((width - least) * (column.most - column.least)) / (most - least),
  );
}
