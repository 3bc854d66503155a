import {
  type CdaEvents,
  eachChild,
  type OpenEvent,
  plainText,
  readAllText,
  skip,
  type TextEvent,
} from './cda-events.ts';
import type { ContentReader } from './content-reader.ts';
import { alignmentOf, PLAIN, styleInside } from './narrative-style.ts';
import type { Alignment, Block, Footnote, Inline, TextStyle } from './narrative-types.ts';
import { readList } from './read-list.ts';
import type { MediaStore } from './read-media.ts';
import { readTable } from './read-table.ts';

/** Elements and characters of one document's text; the largest official sample has 2 800 and 60 000. */
const MAX_ELEMENTS = 200_000;
const MAX_CHARACTERS = 1_000_000;

/** Reads the text of one document's sections. */
export interface NarrativeReader {
  /** The `title` that was opened last; undefined where it is blank. */
  readonly readTitle: (events: CdaEvents) => string | undefined;
  /** The blocks of the `text` that was opened last, and the footnotes in it. */
  readonly readText: (events: CdaEvents) => { blocks: readonly Block[]; notes: readonly Footnote[] };
  /** Counts an element; false when no more are read. */
  readonly room: () => boolean;
  /** Whether something was left out, being too much. */
  readonly truncated: () => boolean;
}

/** Blocks being read; the inlines have not become a paragraph yet. */
interface Draft {
  readonly blocks: Block[];
  inlines: Inline[];
  align: Alignment | undefined;
}

/**
 * A reader of narrative text (CDA R2, NarrativeBlock.xsd). An element that is not part of it, or not where it
 * should be, keeps its text; entries are no narrative, and are never given to this reader.
 *
 * @param media where the objects that the text shows will be.
 */
export function createNarrativeReader(media: MediaStore): NarrativeReader {
  let elements = 0;
  let characters = 0;
  const numbers = new Map<string, number>();
  let lastNumber = 0;
  let notes: Footnote[] = [];
  const content: ContentReader = { blocks: readBlocks, inlines: readInlines, room };

  function room(): boolean {
    elements += 1;
    return elements <= MAX_ELEMENTS;
  }

  function readBlocks(events: CdaEvents, style: TextStyle): Block[] {
    const draft: Draft = { blocks: [], inlines: [], align: undefined };
    readInto(events, draft, style);
    flush(draft);
    return draft.blocks;
  }

  function readInlines(events: CdaEvents, style: TextStyle): Inline[] {
    return readBlocks(events, style).flatMap(block => (block.kind === 'paragraph' ? block.inlines : []));
  }

  function readInto(events: CdaEvents, draft: Draft, style: TextStyle): void {
    eachChild(
      events,
      element => (room() ? readElement(events, element, draft, styleInside(element, style)) : skip(events)),
      piece => addText(piece, draft, style),
    );
  }

  function addText(piece: TextEvent, { inlines }: Draft, style: TextStyle): void {
    const text = within(plainText(piece).replaceAll(/[ \t\r\n]+/g, ' '));
    if (text !== '') inlines.push({ kind: 'text', text, style });
  }

  /** The text, as far as more is read. */
  function within(text: string): string {
    const left = Math.max(0, MAX_CHARACTERS - characters);
    characters += text.length;
    return text.length <= left ? text : text.slice(0, left);
  }

  function readElement(events: CdaEvents, element: OpenEvent, draft: Draft, style: TextStyle): void {
    switch (element.name) {
      case 'content':
      case 'linkHtml':
        return readInto(events, draft, style);
      case 'sub':
      case 'sup':
        return readInto(events, draft, { ...style, position: element.name });
      case 'br':
        draft.inlines.push({ kind: 'break' });
        return skip(events);
      case 'caption':
        readInto(events, draft, { ...style, bold: true });
        draft.inlines.push({ kind: 'break' });
        return;
      case 'paragraph':
        return readParagraph(events, element, draft, style);
      case 'list':
        return addBlocks(draft, [readList(events, element, style, content)]);
      case 'table':
        return addBlocks(draft, [readTable(events, element, style, content)]);
      case 'renderMultiMedia':
        return addBlocks(draft, readPictures(events, element, style));
      case 'footnote':
        draft.inlines.push({ kind: 'note', number: numberOf(element.attributes.get('ID')) });
        return readFootnote(events, element);
      case 'footnoteRef':
        draft.inlines.push({ kind: 'note', number: numberOf(element.attributes.get('IDREF')) });
        return skip(events);
      default:
        return readUnknown(events, draft, style);
    }
  }

  function readParagraph(events: CdaEvents, element: OpenEvent, draft: Draft, style: TextStyle): void {
    flush(draft);
    const around = draft.align;
    draft.align = alignmentOf(element, around);
    readInto(events, draft, style);
    flush(draft);
    draft.align = around;
  }

  /** Blanks around its text keep it apart from its neighbours': it may be a block. */
  function readUnknown(events: CdaEvents, draft: Draft, style: TextStyle): void {
    draft.inlines.push({ kind: 'text', text: ' ', style });
    readInto(events, draft, style);
    draft.inlines.push({ kind: 'text', text: ' ', style });
  }

  function readPictures(events: CdaEvents, { attributes }: OpenEvent, style: TextStyle): Block[] {
    const caption = readInlines(events, style);
    const written = attributes.get('referencedObject')?.split(/\s+/) ?? [];
    const ids = written.filter(id => id !== '' && room());
    return ids.map((id, index) => ({
      kind: 'picture',
      object: media.object(id),
      caption: index === ids.length - 1 ? caption : [],
    }));
  }

  function readFootnote(events: CdaEvents, { attributes }: OpenEvent): void {
    const number = attributes.has('ID') ? numberOf(attributes.get('ID')) : lastNumber;
    notes.push({ number, blocks: readBlocks(events, PLAIN) });
  }

  /** The number of a footnote, from where it is first mentioned; one without ID is mentioned once. */
  function numberOf(id: string | undefined): number {
    const known = numbers.get(id ?? '');
    if (known !== undefined) return known;
    lastNumber += 1;
    if (id !== undefined) numbers.set(id, lastNumber);
    return lastNumber;
  }

  function readText(events: CdaEvents): { blocks: readonly Block[]; notes: readonly Footnote[] } {
    notes = [];
    const blocks = readBlocks(events, PLAIN);
    return { blocks, notes };
  }

  function readTitle(events: CdaEvents): string | undefined {
    const title = within(readAllText(events).replaceAll(/\s+/g, ' ').trim());
    return title === '' ? undefined : title;
  }

  return {
    readTitle,
    readText,
    room,
    truncated: () => elements > MAX_ELEMENTS || characters > MAX_CHARACTERS,
  };
}

function addBlocks(draft: Draft, blocks: readonly Block[]): void {
  flush(draft);
  for (const block of blocks) draft.blocks.push(block);
}

/** Makes a paragraph of the inlines, without the blanks and line breaks at its ends. */
function flush(draft: Draft): void {
  const { inlines, align } = draft;
  const first = inlines.findIndex(isVisible);
  if (first >= 0) {
    const last = inlines.findLastIndex(isVisible);
    draft.blocks.push({ kind: 'paragraph', align, inlines: inlines.slice(first, last + 1) });
  }
  draft.inlines = [];
}

function isVisible(inline: Inline): boolean {
  return inline.kind === 'note' || (inline.kind === 'text' && inline.text !== '' && inline.text !== ' ');
}
