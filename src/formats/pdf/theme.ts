import type { TextStyle } from '../cda/narrative-types.ts';

/** The four faces that a document is set in. */
export type Face = 'regular' | 'bold' | 'italic' | 'boldItalic';

/** The face of a style. */
export function faceOf({ bold, italic }: Pick<TextStyle, 'bold' | 'italic'>): Face {
  if (bold) return italic ? 'boldItalic' : 'bold';
  return italic ? 'italic' : 'regular';
}

/** A4 and its margins, in points; running header and footer stand in the margins. */
export const PAGE = { width: 595.28, height: 841.89, left: 42, right: 42, top: 58, bottom: 54 } as const;

/** The area of a page that text is set in. */
export const CONTENT = {
  width: PAGE.width - PAGE.left - PAGE.right,
  height: PAGE.height - PAGE.top - PAGE.bottom,
} as const;

/** Sizes of type, in points. */
export const SIZE = { text: 9, table: 8.5, small: 7.5, title: 16, headings: [12, 10.5, 9.5] } as const;

/** How far a list's items are moved in, in points. */
export const LIST_INDENT = 14;

/** The height of a line and the depth of its baseline, in ems. */
export const LEADING = { height: 1.3, baseline: 0.99 } as const;

export const COLOR = {
  ink: '#16191d',
  muted: '#59636e',
  accent: '#1f4e79',
  line: '#bcc5cf',
  shade: '#e9eff5',
  panel: '#f4f7fa',
} as const;
