import { type CdaEvents, eachChild, type OpenEvent, plainText, skip, type TextEvent } from './cda-events.ts';
import type { ContentReader } from './content-reader.ts';
import { alignmentOf, PLAIN, styleInside } from './narrative-style.ts';
import type { Alignment, Block, Cell, Inline, Row, Table, TextStyle } from './narrative-types.ts';

const MAX_SPAN = 1000;

/** Reads the table that was opened last. Text and elements that stand between its rows become rows. */
export function readTable(
  events: CdaEvents,
  table: OpenEvent,
  style: TextStyle,
  content: ContentReader,
): Table {
  let caption: readonly Inline[] = [];
  const groups = { thead: [] as Row[], tbody: [] as Row[], tfoot: [] as Row[] };

  function readGroup(rows: Row[], inside: TextStyle, align: Alignment | undefined): void {
    eachChild(
      events,
      element => {
        if (!content.room()) return skip(events);
        const own = styleInside(element, inside);
        if (element.name === 'tr') rows.push(readRow(events, element, own, align, content));
        else addStray(rows, content.blocks(events, own));
      },
      piece => addStray(rows, strayText(piece)),
    );
  }

  eachChild(
    events,
    element => {
      if (!content.room()) return skip(events);
      const inside = styleInside(element, style);
      switch (element.name) {
        case 'caption':
          caption = content.inlines(events, { ...inside, bold: true });
          return;
        case 'thead':
        case 'tbody':
        case 'tfoot':
          return readGroup(groups[element.name], inside, alignmentOf(element, undefined));
        case 'tr':
          groups.tbody.push(readRow(events, element, inside, undefined, content));
          return;
        default:
          addStray(groups.tbody, content.blocks(events, inside));
      }
    },
    piece => addStray(groups.tbody, strayText(piece)),
  );
  return { kind: 'table', caption, head: groups.thead, body: groups.tbody, foot: groups.tfoot };
}

function readRow(
  events: CdaEvents,
  row: OpenEvent,
  style: TextStyle,
  around: Alignment | undefined,
  content: ContentReader,
): Row {
  const align = alignmentOf(row, around);
  const cells: Cell[] = [];
  eachChild(
    events,
    element => {
      if (!content.room()) return skip(events);
      const header = element.name === 'th';
      const inside = styleInside(element, header ? { ...style, bold: true } : style);
      cells.push({
        header,
        colspan: spanOf(element, 'colspan'),
        rowspan: spanOf(element, 'rowspan'),
        align: alignmentOf(element, align),
        blocks: content.blocks(events, inside),
      });
    },
    piece => cells.push(...strayText(piece).map(block => strayCell([block]))),
  );
  return cells;
}

function spanOf({ attributes }: OpenEvent, name: string): number {
  const span = Number(/^\s*(\d{1,6})\s*$/.exec(attributes.get(name) ?? '')?.[1] ?? 1);
  return Math.min(Math.max(span, 1), MAX_SPAN);
}

function addStray(rows: Row[], blocks: readonly Block[]): void {
  if (blocks.length > 0) rows.push([strayCell(blocks)]);
}

function strayCell(blocks: readonly Block[]): Cell {
  return { header: false, colspan: 1, rowspan: 1, align: undefined, blocks };
}

function strayText(piece: TextEvent): Block[] {
  const text = plainText(piece)
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim();
  if (text === '') return [];
  return [{ kind: 'paragraph', align: undefined, inlines: [{ kind: 'text', text, style: PLAIN }] }];
}
