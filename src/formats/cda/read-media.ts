import { type CdaEvents, eachChild, type OpenEvent, readAllText } from './cda-events.ts';
import { decodeBase64 } from './decode-base64.ts';
import type { MediaObject } from './narrative-types.ts';

/** Bytes of one image and of all of one document; the images of official samples have up to 280 kB. */
const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** The content of an element of type ED, still encoded: a slice of the document. */
export interface Encoded {
  /** Lower case, without parameters; undefined where none is written. */
  readonly mediaType: string | undefined;
  readonly base64: boolean;
  readonly text: string;
}

/** The objects of one document, by ID. */
export interface MediaStore {
  /** The object of an ID; what it is may be known later, as entries stand behind the text. */
  readonly object: (id: string) => MediaObject;
  /** Reads the rest of an entry, and gives the contents that stand in it. */
  readonly readEntry: (events: CdaEvents, found: (content: Encoded) => void) => void;
  /** Decodes the images that were asked for. */
  readonly decode: () => void;
}

type Draft = { -readonly [key in keyof MediaObject]: MediaObject[key] };

/** A store without objects. */
export function createMediaStore(): MediaStore {
  const asked = new Map<string, Draft>();
  const contents = new Map<string, Encoded & { readonly region: boolean }>();

  function readEntry(events: CdaEvents, found: (content: Encoded) => void, region?: string): void {
    eachChild(events, element => {
      if (element.name === 'observationMedia') readObject(events, element, found, region);
      else if (element.name === 'regionOfInterest') readEntry(events, found, element.attributes.get('ID'));
      else readEntry(events, found, region);
    });
  }

  function readObject(
    events: CdaEvents,
    { attributes }: OpenEvent,
    found: (content: Encoded) => void,
    region: string | undefined,
  ): void {
    eachChild(events, element => {
      if (element.name !== 'value') return readEntry(events, found);
      const content = readEncoded(events, element);
      found(content);
      keep(attributes.get('ID'), { ...content, region: false });
      keep(region, { ...content, region: true });
    });
  }

  function keep(id: string | undefined, content: Encoded & { readonly region: boolean }): void {
    if (id !== undefined && !contents.has(id)) contents.set(id, content);
  }

  function object(id: string): MediaObject {
    const known = asked.get(id);
    if (known !== undefined) return known;
    const draft = { mediaType: undefined, bytes: undefined, region: false };
    asked.set(id, draft);
    return draft;
  }

  function decode(): void {
    let room = MAX_TOTAL_BYTES;
    for (const [id, draft] of asked) {
      const content = contents.get(id);
      if (content === undefined) continue;
      draft.mediaType = content.mediaType ?? 'application/octet-stream';
      draft.region = content.region;
      if (!draft.mediaType.startsWith('image/')) continue;
      draft.bytes = decodeWithin(content, Math.min(room, MAX_IMAGE_BYTES));
      room -= draft.bytes?.byteLength ?? 0;
    }
  }

  return { object, readEntry: (events, found) => readEntry(events, found), decode };
}

/** The content of the ED element that was opened last. A reference in it is never followed. */
export function readEncoded(events: CdaEvents, { attributes }: OpenEvent): Encoded {
  const type = attributes.get('mediaType')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    mediaType: type === '' ? undefined : type,
    base64: attributes.get('representation')?.toUpperCase() === 'B64',
    text: readAllText(events),
  };
}

/** The decoded content; undefined where there is none, or more than `limit` bytes of it. */
export function decodeWithin({ text }: Encoded, limit = Number.POSITIVE_INFINITY): Uint8Array | undefined {
  // Line ends take a few hundredths of the text: a content that is near the limit may pass it.
  if ((text.length / 4) * 3 > limit * 1.05) return undefined;
  const bytes = decodeBase64(text);
  return bytes.byteLength === 0 ? undefined : bytes;
}
