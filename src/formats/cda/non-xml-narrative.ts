import type { Block, MediaObject, Narrative } from './narrative-types.ts';
import { decodeWithin, type Encoded } from './read-media.ts';

/** Characters of a text body, and bytes of an image, that are read. */
const MAX_CHARACTERS = 1_000_000;
const MAX_IMAGE_BYTES = 16 * 1024 * 1024;

/**
 * A body that is no XML as text to read: plain text as its lines, anything else as an object that may or may
 * not be shown.
 */
export function nonXmlNarrative(content: Encoded | undefined): Narrative {
  if (content === undefined) return { sections: [], truncated: false };
  const text = isPlainText(content) ? plainTextOf(content) : undefined;
  const block: Block =
    text === undefined
      ? { kind: 'picture', object: objectOf(content), caption: [] }
      : { kind: 'lines', text: text.slice(0, MAX_CHARACTERS) };
  return {
    sections: [{ title: undefined, blocks: [block], notes: [], sections: [] }],
    truncated: (text?.length ?? 0) > MAX_CHARACTERS,
  };
}

/** Text is what a content is that says nothing else (HL7 data types R1, ED). */
function isPlainText({ mediaType, base64 }: Encoded): boolean {
  return mediaType === 'text/plain' || (mediaType === undefined && !base64);
}

/** UTF-8, as HL7 has no charset for it here but the document's; else the bytes are a Windows text. */
function plainTextOf(content: Encoded): string {
  if (!content.base64) return content.text;
  const bytes = decodeWithin(content) ?? new Uint8Array();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function objectOf(content: Encoded): MediaObject {
  const mediaType = content.mediaType ?? 'application/octet-stream';
  const bytes = mediaType.startsWith('image/') ? decodeWithin(content, MAX_IMAGE_BYTES) : undefined;
  return { mediaType, bytes, region: false };
}
