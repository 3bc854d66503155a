import type { MediaObject } from '../cda/narrative-types.ts';
import type { PreparedImage } from './canvas.ts';
import { flatPng, readPngHead } from './flat-png.ts';
import { readJpeg } from './jpeg.ts';

/** Pixels of one image, and of all that one document's PNGs are flattened into: each takes 4 bytes. */
const MAX_PIXELS = 16_000_000;
const MAX_TOTAL_PIXELS = 40_000_000;
/** A JPEG is not decoded here, but by who reads the PDF. */
const MAX_JPEG_PIXELS = 100_000_000;

/** Gives an image its place in the file, as it is; throws where pdfkit cannot read it. */
export type OpenImage = (bytes: Uint8Array) => PreparedImage;

/** The image of an object of the document, or why it is not shown, as a French text. */
export type ImageSource = (object: MediaObject) => PreparedImage | string;

/**
 * Prepares images for PDF/A-1b, each once: PNGs flattened on white, gray and RGB JPEGs as they are. What an
 * image is, its first bytes say, not the type that is declared.
 */
export function createImageSource(open: OpenImage): ImageSource {
  const known = new Map<MediaObject, PreparedImage | string>();
  let pixels = 0;

  function prepare({ mediaType, bytes }: MediaObject): PreparedImage | string {
    if (mediaType === undefined) return notShown('elle manque dans le document');
    if (!mediaType.startsWith('image/')) {
      return `pièce jointe non reproduite (${typeName(mediaType)}) : elle est dans le document CDA de l’archive`;
    }
    if (bytes === undefined) return notShown('elle est vide ou trop volumineuse');
    try {
      return readPngHead(bytes) === undefined ? prepareJpeg(bytes) : preparePng(bytes);
    } catch {
      // What the libraries say quotes nothing that is worth keeping, and they throw bare strings.
      return notShown('elle est abîmée');
    }
  }

  function prepareJpeg(bytes: Uint8Array): PreparedImage | string {
    const head = readJpeg(bytes);
    if (head === 'colors') return notShown('son codage des couleurs ne peut pas être repris');
    if (head === 'broken')
      return notShown(isJpeg(bytes) ? 'elle est abîmée' : 'son format ne peut pas être repris');
    if (head.width * head.height > MAX_JPEG_PIXELS) return notShown('elle est trop grande');
    return open(bytes);
  }

  function preparePng(bytes: Uint8Array): PreparedImage | string {
    const head = readPngHead(bytes);
    if (head === undefined) return notShown('elle est abîmée');
    const size = head.width * head.height;
    if (size > MAX_PIXELS || pixels + size > MAX_TOTAL_PIXELS) return notShown('elle est trop grande');
    pixels += size;
    return open(flatPng(bytes, head));
  }

  return object => {
    const prepared = known.get(object) ?? prepare(object);
    known.set(object, prepared);
    return prepared;
  };
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

function notShown(why: string): string {
  return `image non reproduite : ${why} ; voir le document CDA de l’archive`;
}

/** A type as it may be shown: a short one, of the characters of RFC 6838 §4.2. */
function typeName(mediaType: string): string {
  return /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,80}$/.test(mediaType) ? mediaType : 'type inconnu';
}
