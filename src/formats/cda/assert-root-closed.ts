import { decodeXmlSuffix } from '../xml/decode.ts';
import { isXmlBlank } from '../xml/element.ts';
import { XmlError } from '../xml/xml-error.ts';

const FIRST_BYTES = 4 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Checks that a file ends with the end tag of its root element; blanks, comments and processing instructions
 * may follow it (XML 1.0 §2.1). Only the end of the file is decoded, and only as much as those take.
 *
 * @param name the root's qualified name.
 * @throws XmlError `malformed`: the document is truncated, or something follows it.
 */
export function assertRootClosed(bytes: Uint8Array, name: string): void {
  for (let limit = FIRST_BYTES; limit <= MAX_BYTES; limit *= 32) {
    const tail = decodeTail(bytes, limit);
    if (endsWithTag(tail, endOfMarkup(tail), name)) return;
    if (limit >= bytes.byteLength) break;
  }
  throw new XmlError('malformed');
}

function decodeTail(bytes: Uint8Array, limit: number): string {
  try {
    return decodeXmlSuffix(bytes, limit);
  } catch (cause) {
    // The head was decoded: what cannot be decoded here is a character cut in two.
    throw new XmlError('malformed', { cause });
  }
}

/** Where the text ends once trailing blanks, comments and processing instructions are left out. */
function endOfMarkup(text: string): number {
  for (let end = trimmedEnd(text, text.length); ; ) {
    const opening = text.endsWith('-->', end) ? '<!--' : text.endsWith('?>', end) ? '<?' : undefined;
    const start = opening === undefined ? -1 : text.lastIndexOf(opening, end - 1);
    if (start < 0) return end;
    end = trimmedEnd(text, start);
  }
}

function trimmedEnd(text: string, from: number): number {
  let end = from;
  while (end > 0 && isXmlBlank(text.charAt(end - 1))) end -= 1;
  return end;
}

function endsWithTag(text: string, end: number, name: string): boolean {
  if (!text.endsWith('>', end)) return false;
  const nameEnd = trimmedEnd(text, end - 1);
  return text.endsWith(`</${name}`, nameEnd);
}
