import type { Block, Inline, Narrative, Row, Section } from '../../../src/formats/cda/narrative-types.ts';

/** A narrative as lines of text that tests can compare: marks for styles, indentation for what is inside. */
export function outlineOf({ sections }: Narrative): string {
  return sections.map(section => outlineOfSection(section, '#')).join('\n');
}

function outlineOfSection({ title, blocks, notes, sections }: Section, mark: string): string {
  return [
    `${mark} ${title ?? '(untitled)'}`,
    ...blocks.map(block => outlineOfBlock(block)),
    ...notes.map(({ number, blocks: inside }) => `[${number}] ${inside.map(outlineOfBlock).join(' / ')}`),
    ...sections.map(section => outlineOfSection(section, `${mark}#`)),
  ].join('\n');
}

export function outlineOfBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `${block.align === undefined ? '' : `<${block.align}> `}${inlinesText(block.inlines)}`;
    case 'lines':
      return JSON.stringify(block.text);
    case 'list':
      return [
        `list ${block.mark}${captionText(block.caption)}`,
        ...block.items.map(item => `  - ${item.map(outlineOfBlock).join(' / ')}`),
      ].join('\n');
    case 'table':
      return [
        `table${captionText(block.caption)}`,
        ...block.head.map(row => `  head ${rowText(row)}`),
        ...block.body.map(row => `  body ${rowText(row)}`),
        ...block.foot.map(row => `  foot ${rowText(row)}`),
      ].join('\n');
    case 'picture': {
      const { mediaType, bytes, region } = block.object;
      return `picture ${mediaType} ${bytes?.byteLength} bytes${region ? ' region' : ''}${captionText(block.caption)}`;
    }
  }
}

function captionText(caption: readonly Inline[]): string {
  return caption.length === 0 ? '' : ` (${inlinesText(caption)})`;
}

function rowText(row: Row): string {
  return row
    .map(({ header, colspan, rowspan, align, blocks }) => {
      const marks = `${header ? '!' : ''}${colspan > 1 ? `c${colspan}` : ''}${rowspan > 1 ? `r${rowspan}` : ''}`;
      return `${marks}${align === undefined ? '' : `<${align}>`}${blocks.map(outlineOfBlock).join(' / ')}`;
    })
    .join(' | ');
}

function inlinesText(inlines: readonly Inline[]): string {
  return inlines
    .map(inline => {
      if (inline.kind === 'break') return '⏎';
      if (inline.kind === 'note') return `[^${inline.number}]`;
      const { bold, italic, underline, struck, position } = inline.style;
      const marks = [
        bold && '*',
        italic && '/',
        underline && '_',
        struck && '~',
        position !== 'base' && `${position}:`,
      ];
      const mark = marks.filter(Boolean).join('');
      return mark === '' ? inline.text : `${mark}{${inline.text}}`;
    })
    .join('');
}
