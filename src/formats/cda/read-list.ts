import { type CdaEvents, eachChild, type OpenEvent, skip } from './cda-events.ts';
import type { ContentReader } from './content-reader.ts';
import { styleInside } from './narrative-style.ts';
import type { Block, Inline, List, ListMark, TextStyle } from './narrative-types.ts';

const MARKS: ReadonlyMap<string, ListMark> = new Map([
  ['arabic', 'decimal'],
  ['littlealpha', 'lower-alpha'],
  ['bigalpha', 'upper-alpha'],
  ['littleroman', 'lower-roman'],
  ['bigroman', 'upper-roman'],
]);

/** Reads the list that was opened last. */
export function readList(
  events: CdaEvents,
  { attributes }: OpenEvent,
  style: TextStyle,
  content: ContentReader,
): List {
  let caption: readonly Inline[] = [];
  const items: (readonly Block[])[] = [];
  eachChild(events, element => {
    if (!content.room()) return skip(events);
    const inside = styleInside(element, style);
    if (element.name === 'caption') caption = content.inlines(events, { ...inside, bold: true });
    else items.push(content.blocks(events, inside));
  });
  return { kind: 'list', mark: markOf(attributes), caption, items };
}

function markOf(attributes: ReadonlyMap<string, string>): ListMark {
  const code = attributes.get('styleCode')?.trim().toLowerCase() ?? '';
  return MARKS.get(code) ?? (attributes.get('listType') === 'ordered' ? 'decimal' : 'bullet');
}
