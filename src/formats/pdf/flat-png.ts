import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Samples of a pixel by colour type (PNG §11.2.2): gray, RGB, palette, gray and alpha, RGB and alpha. */
const SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

interface PngHead {
  readonly width: number;
  readonly height: number;
  /** Bytes of the pixels once they are inflated, filter bytes included. */
  readonly size: number;
}

/** The seven passes of an interlaced PNG (§8.2): first column and row, and the steps between them. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** What encoders may leave behind the pixels. */
const SLACK = 64 * 1024;

/** The size of a PNG, in pixels; undefined where the bytes begin like no PNG. */
export function readPngHead(bytes: Uint8Array): PngHead | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < 33 || !data.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const width = data.readUInt32BE(16);
  const height = data.readUInt32BE(20);
  const samples = SAMPLES.get(data.readUInt8(25));
  if (data.toString('latin1', 12, 16) !== 'IHDR' || width === 0 || height === 0 || samples === undefined) {
    return undefined;
  }
  const bits = samples * data.readUInt8(24);
  const sizeOf = (columns: number, rows: number) =>
    columns <= 0 || rows <= 0 ? 0 : (Math.ceil((columns * bits) / 8) + 1) * rows;
  if (data.readUInt8(28) === 0) return { width, height, size: sizeOf(width, height) };
  const sizes = PASSES.map(([x, y, stepX, stepY]) =>
    sizeOf(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)),
  );
  return { width, height, size: sizes.reduce((sum, size) => sum + size, 0) };
}

/**
 * A PNG that PDF/A-1 allows (ISO 19005-1 §6.4: no transparency), with the same pixels as another: 8 bits, not
 * interlaced, what was transparent blended with the white of the page.
 *
 * @param bytes a PNG whose head has been found small enough.
 * @throws whatever pngjs and zlib say of a broken one.
 */
export function flatPng(bytes: Uint8Array, { size }: PngHead): Uint8Array {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // pngjs leaves white what is missing, and inflates all that an interlaced PNG holds, be it gigabytes.
  const pixels = inflateSync(pixelData(data), { maxOutputLength: size + SLACK });
  if (pixels.byteLength < size) throw new Error('PNG: pixels are missing');
  const image = PNG.sync.read(data);
  const bgColor = { red: 255, green: 255, blue: 255 };
  return PNG.sync.write(image, { colorType: 2, inputHasAlpha: true, bgColor });
}

function pixelData(data: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 8 <= data.length; ) {
    const length = data.readUInt32BE(at);
    if (data.toString('latin1', at + 4, at + 8) === 'IDAT')
      pieces.push(data.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(pieces);
}
