import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';

/** How a sample PNG is stored (PNG §11.2.2). */
export interface SamplePng {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced?: boolean;
  /** Rows with their filter bytes, uncompressed. */
  readonly rows: Uint8Array;
  /** PLTE, tRNS and others. */
  readonly chunks?: readonly (readonly [name: string, content: Uint8Array])[];
}

/** A PNG of any kind, also of kinds that pngjs does not write. */
export function samplePng({
  width,
  height,
  depth,
  colorType,
  interlaced,
  rows,
  chunks = [],
}: SamplePng): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colorType, 0, 0, interlaced === true ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...chunks.map(([name, content]) => chunk(name, content)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(content.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** The segments of a JPEG; its pixels are none, as nothing here decodes them. */
export function sampleJpeg({
  width = 40,
  height = 30,
  components = 3,
  precision = 8,
  frame = 0xc0,
  orientation,
  end = true,
}: {
  readonly width?: number;
  readonly height?: number;
  readonly components?: number;
  readonly precision?: number;
  readonly frame?: number;
  readonly orientation?: number;
  readonly end?: boolean;
} = {}): Buffer {
  const ids = Array.from({ length: components }, (_, index) => index + 1);
  const frameHead = [precision, height >> 8, height & 255, width >> 8, width & 255, components];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(orientation === undefined ? [] : [segment(0xe1, exif(orientation))]),
    segment(frame, Buffer.from([...frameHead, ...ids.flatMap(id => [id, 0x11, 0])])),
    segment(0xda, Buffer.from([components, ...ids.flatMap(id => [id, 0]), 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56]),
    Buffer.from(end ? [0xff, 0xd9] : []),
  ]);
}

function segment(marker: number, content: Uint8Array): Buffer {
  const length = content.length + 2;
  return Buffer.concat([Buffer.from([0xff, marker, length >> 8, length & 255]), content]);
}

/** Exif with one entry: Orientation (274, SHORT). */
function exif(orientation: number): Buffer {
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.from(tiff)]);
}
