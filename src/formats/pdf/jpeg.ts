/** What PDF readers are told of a JPEG. */
export interface JpegHead {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 colour. */
  readonly components: 1 | 3;
}

/** Why a JPEG cannot be shown. */
export type JpegFault = 'broken' | 'colors';

/** Baseline, extended and progressive JPEG with Huffman coding: what a PDF of version 1.4 may hold. */
const SHOWABLE_FRAMES = new Set([0xc0, 0xc1, 0xc2]);

/** Other frames: lossless, hierarchical, arithmetic coding. C4, C8 and CC are no frames. */
const FRAMES = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

const START_OF_SCAN = 0xda;

/**
 * Reads the segments of a JPEG up to its pixels, and checks that its end is there; pixels are not decoded
 * (ISO/IEC 10918-1 annex B).
 *
 * @returns `colors` where it is neither gray nor RGB with 8 bits for each: the sRGB output intent of PDF/A
 *   allows no CMYK (ISO 19005-1 §6.2.3.3).
 */
export function readJpeg(bytes: Uint8Array): JpegHead | JpegFault {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return 'broken';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: JpegHead | JpegFault = 'broken';
  for (let at = 2; at + 4 <= bytes.byteLength; ) {
    const marker = bytes[at + 1] ?? 0;
    const length = view.getUint16(at + 2);
    if (bytes[at] !== 0xff || marker === 0xff || length < 2) return 'broken';
    if (FRAMES.has(marker)) return 'colors';
    if (SHOWABLE_FRAMES.has(marker)) head = readFrame(view, at + 4, length - 2);
    if (typeof head === 'string' && head === 'colors') return head;
    at += 2 + length;
    if (marker === START_OF_SCAN) return hasEnd(bytes, at) ? head : 'broken';
  }
  return 'broken';
}

function readFrame(view: DataView, at: number, length: number): JpegHead | JpegFault {
  if (length < 6 || at + length > view.byteLength) return 'broken';
  const height = view.getUint16(at + 1);
  const width = view.getUint16(at + 3);
  const components = view.getUint8(at + 5);
  if (width === 0 || height === 0 || length < 6 + 3 * components) return 'broken';
  if (view.getUint8(at) !== 8 || (components !== 1 && components !== 3)) return 'colors';
  return { width, height, components };
}

/** Whether an end of image follows; some cameras write more behind it. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return rest.lastIndexOf(Buffer.from([0xff, 0xd9])) >= from;
}
