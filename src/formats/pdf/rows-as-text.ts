import { PLAIN } from '../cda/narrative-style.ts';
import type { Block, Cell, Inline, Row, Table } from '../cda/narrative-types.ts';

const BAR: Inline = { kind: 'text', text: ' | ', style: PLAIN };

/**
 * A table as paragraphs, one for each row, bars between its cells: what is left of a table inside a cell, or
 * of one with more columns than a page can hold. Pictures and lists in its cells follow the row.
 */
export function rowsAsText({ caption, head, body, foot }: Table): Block[] {
  const title: Block[] =
    caption.length === 0 ? [] : [{ kind: 'paragraph', align: undefined, inlines: caption }];
  return [...title, ...[...head, ...body, ...foot].flatMap(rowAsText)];
}

function rowAsText(row: Row): Block[] {
  const inlines = row.map(inlinesOf);
  const shown = inlines.flatMap((cell, index) => (index === 0 ? cell : [BAR, ...cell]));
  const rest = row.flatMap(({ blocks }) => blocks.filter(block => block.kind !== 'paragraph'));
  const isBlank = inlines.every(cell => cell.length === 0);
  return [...(isBlank ? [] : [{ kind: 'paragraph' as const, align: undefined, inlines: shown }]), ...rest];
}

function inlinesOf({ blocks }: Cell): Inline[] {
  const paragraphs = blocks.filter(block => block.kind === 'paragraph');
  return paragraphs.flatMap(({ inlines }, index) => [
    ...(index === 0 ? [] : [{ kind: 'text' as const, text: ' ', style: PLAIN }]),
    ...inlines.map(inline =>
      inline.kind === 'break' ? { kind: 'text' as const, text: ' ', style: PLAIN } : inline,
    ),
  ]);
}
