/** What an ebRIM `Value` or `LongName` holds at most (rim.xsd), in characters. */
export const MAX_VALUE = 256;

/** How much is left of names and labels, in turn, until a value fits. */
const NAME_LENGTHS = [256, 128, 64, 32, 16];

/**
 * HL7 text that fits a slot's value: its names and labels are cut as short as that takes, and nothing else
 * is, for a part of an identifier is another identifier.
 *
 * @param write makes the text; it passes each name or label through `cut`.
 * @returns undefined where it does not fit even so.
 */
export function fitted(
  write: (cut: (name: string | undefined) => string | undefined) => string,
): string | undefined {
  for (const length of NAME_LENGTHS) {
    const text = write(name => (name === undefined ? undefined : cutTo(name, length)));
    if (text.length <= MAX_VALUE) return text;
  }
  return undefined;
}

/** The start of a text, of at most `length` UTF-16 units; no pair of them is cut in two. */
export function cutTo(text: string, length: number): string {
  if (text.length <= length) return text;
  return text
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
