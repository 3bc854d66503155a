import type { OpenEvent } from './cda-events.ts';
import type { Alignment, TextStyle } from './narrative-types.ts';

/** Text as it is where nothing asks for anything. */
export const PLAIN: TextStyle = {
  bold: false,
  italic: false,
  underline: false,
  struck: false,
  position: 'base',
};

/**
 * The style inside an element: what is around it, and what its `styleCode` adds (`Bold`, `Italics`,
 * `Underline`, `Emphasis`; samples join them as `BoldItalics` and write `bold`). Codes that only a style
 * sheet of the sender's knows change nothing.
 */
export function styleInside({ attributes }: OpenEvent, around: TextStyle): TextStyle {
  const code = attributes.get('styleCode')?.toLowerCase() ?? '';
  const struck = attributes.get('revised') === 'delete';
  if (code === '' && !struck) return around;
  return {
    ...around,
    bold: around.bold || code.includes('bold'),
    italic: around.italic || code.includes('italic') || code.includes('emphasis'),
    underline: around.underline || code.includes('underline'),
    struck: around.struck || struck,
  };
}

/** The alignment that an element asks for, else the one around it. */
export function alignmentOf({ attributes }: OpenEvent, around: Alignment | undefined): Alignment | undefined {
  const align = attributes.get('align')?.trim().toLowerCase();
  return align === 'left' || align === 'center' || align === 'right' ? align : around;
}
