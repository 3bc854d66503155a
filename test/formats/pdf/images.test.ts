import { Buffer } from 'node:buffer';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { MediaObject } from '../../../src/formats/cda/narrative-types.ts';
import { flatPng, readPngHead } from '../../../src/formats/pdf/flat-png.ts';
import { createImageSource } from '../../../src/formats/pdf/images.ts';
import { readJpeg } from '../../../src/formats/pdf/jpeg.ts';
import { sampleJpeg, samplePng } from './sample-images.ts';

const image = (bytes: Uint8Array | undefined, mediaType = 'image/png'): MediaObject => ({
  mediaType,
  bytes,
  region: false,
});

/** A source that opens nothing: what it would open is its handle. */
function source() {
  const opened: Uint8Array[] = [];
  const prepare = createImageSource(bytes => {
    opened.push(bytes);
    return { width: 1, height: 1, handle: bytes };
  });
  return { opened, prepare };
}

const shown = (object: MediaObject) => {
  const prepared = source().prepare(object);
  return typeof prepared === 'string' ? prepared : 'shown';
};

/** The pixels of a flattened PNG, as RGBA. */
function pixelsOf(bytes: Uint8Array): number[] {
  const head = readPngHead(bytes);
  if (head === undefined) throw new Error('no PNG');
  return [...PNG.sync.read(Buffer.from(flatPng(bytes, head))).data];
}

describe('PNGs', () => {
  const white = [255, 255, 255, 255];
  it.each([
    ['gray', { depth: 8, colorType: 0, rows: [0, 0x80] }, [0x80, 0x80, 0x80, 255]],
    ['black and white', { depth: 1, colorType: 0, rows: [0, 0] }, [0, 0, 0, 255]],
    ['16 bits', { depth: 16, colorType: 2, rows: [0, 0xff, 0xff, 0x80, 0x80, 0, 0] }, [255, 128, 0, 255]],
    ['transparent', { depth: 8, colorType: 6, rows: [0, 10, 20, 30, 0] }, white],
    ['half transparent', { depth: 8, colorType: 6, rows: [0, 0, 0, 0, 51] }, [204, 204, 204, 255]],
    ['gray with alpha', { depth: 8, colorType: 4, rows: [0, 0, 102] }, [153, 153, 153, 255]],
    ['16 bits with alpha', { depth: 16, colorType: 6, rows: [0, 1, 2, 3, 4, 5, 6, 0, 0] }, white],
    [
      'a transparent colour',
      {
        depth: 8,
        colorType: 2,
        rows: [0, 1, 2, 3],
        chunks: [['tRNS', Buffer.from([0, 1, 0, 2, 0, 3])]] as const,
      },
      white,
    ],
    [
      'a palette',
      { depth: 8, colorType: 3, rows: [0, 1], chunks: [['PLTE', Buffer.from([9, 9, 9, 1, 2, 3])]] as const },
      [1, 2, 3, 255],
    ],
    [
      'a palette with alpha',
      {
        depth: 8,
        colorType: 3,
        rows: [0, 0],
        chunks: [
          ['PLTE', Buffer.from([9, 9, 9])],
          ['tRNS', Buffer.from([0])],
        ] as const,
      },
      white,
    ],
    ['interlaced', { depth: 8, colorType: 6, interlaced: true, rows: [0, 0, 0, 255, 255] }, [0, 0, 255, 255]],
  ])('%s: flat, on white', (_, kind, expected) => {
    const png = samplePng({ width: 1, height: 1, ...kind, rows: Buffer.from(kind.rows) });
    expect(pixelsOf(png)).toEqual(expected);
    expect(shown(image(png))).toBe('shown');
  });

  it('have no alpha once they are flat', () => {
    const png = samplePng({
      width: 1,
      height: 1,
      depth: 8,
      colorType: 6,
      rows: Buffer.from([0, 1, 2, 3, 4]),
    });
    const { opened, prepare } = source();
    prepare(image(png));
    expect(Buffer.from(opened[0] ?? []).readUInt8(25)).toBe(2);
  });

  const tiny = (width: number, height: number, rows = Buffer.alloc(10)) =>
    samplePng({ width, height, depth: 8, colorType: 2, rows });
  const bomb = samplePng({
    width: 10,
    height: 10,
    depth: 8,
    colorType: 2,
    interlaced: true,
    rows: Buffer.alloc(20_000_000),
  });

  it.each([
    ['giant dimensions', tiny(60_000, 60_000), 'trop grande'],
    ['dimensions beyond 31 bits', tiny(0xffffffff, 0xffffffff), 'trop grande'],
    ['no width', tiny(0, 5), 'son format'],
    ['pixels that inflate to more than they are', bomb, 'abîmée'],
    ['pixels that are cut', tiny(100, 100), 'abîmée'],
    [
      'an unknown colour type',
      samplePng({ width: 1, height: 1, depth: 8, colorType: 7, rows: Buffer.alloc(9) }),
      'son format',
    ],
    ['a cut file', tiny(2, 2, Buffer.alloc(14)).subarray(0, 50), 'abîmée'],
    ['a wrong checksum', tiny(2, 2, Buffer.alloc(14)).fill(1, 40, 44), 'abîmée'],
  ])('%s: said, not shown', (_, png, why) => {
    const started = performance.now();
    expect(shown(image(png))).toContain(why);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('JPEGs', () => {
  it.each([
    ['colour', {}, { width: 40, height: 30, components: 3 }],
    ['gray', { components: 1 }, { width: 40, height: 30, components: 1 }],
    ['progressive', { frame: 0xc2 }, { width: 40, height: 30, components: 3 }],
    ['CMYK', { components: 4 }, 'colors'],
    ['12 bits', { precision: 12 }, 'colors'],
    ['lossless', { frame: 0xc3 }, 'colors'],
    ['arithmetic coding', { frame: 0xc9 }, 'colors'],
    ['cut', { end: false }, 'broken'],
    ['no pixels', { width: 0 }, 'broken'],
  ])('%s', (_, kind, expected) => {
    expect(readJpeg(sampleJpeg(kind))).toEqual(expected);
  });

  it.each([
    ['a length beyond the end', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0])],
    ['a length of nothing', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0])],
    ['no frame', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9])],
    ['nothing', Buffer.from([0xff, 0xd8])],
    ['a frame that is cut', Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, 0])],
  ])('with %s are broken', (_, bytes) => {
    expect(readJpeg(bytes)).toBe('broken');
    expect(shown(image(bytes, 'image/jpeg'))).toContain('abîmée');
  });

  it('are given as they are, others are said', () => {
    const { opened, prepare } = source();
    const jpeg = sampleJpeg();
    prepare(image(jpeg, 'image/jpeg'));
    expect(opened).toEqual([jpeg]);
    expect(shown(image(sampleJpeg({ components: 4 })))).toContain('codage des couleurs');
    expect(shown(image(sampleJpeg({ width: 20_000, height: 20_000 })))).toContain('trop grande');
  });
});

describe('an object that is not shown', () => {
  it.each([
    [
      'that is missing',
      { mediaType: undefined, bytes: undefined, region: false },
      'image non reproduite : elle manque',
    ],
    ['that is empty', image(undefined), 'image non reproduite : elle est vide'],
    ['in another format', image(Buffer.from('GIF89a')), 'image non reproduite : son format'],
    [
      'that is no image',
      image(undefined, 'application/pdf'),
      'pièce jointe non reproduite (application/pdf)',
    ],
    [
      'of a type that is no type',
      image(undefined, 'texte\nJavaScript: "x"'),
      'pièce jointe non reproduite (type inconnu)',
    ],
    ['that only says so', image(Buffer.from('%PDF-1.4'), 'image/png'), 'image non reproduite : son format'],
  ])('%s is said', (_, object, text) => {
    expect(shown(object)).toContain(text);
  });
});

describe('the source', () => {
  it('prepares an object once', () => {
    const { opened, prepare } = source();
    const object = image(sampleJpeg());
    expect(prepare(object)).toBe(prepare(object));
    expect(opened).toHaveLength(1);
  });

  it('flattens no more than so many pixels for one document', () => {
    const { prepare } = source();
    const large = samplePng({
      width: 4000,
      height: 4000,
      depth: 1,
      colorType: 0,
      rows: Buffer.alloc(501 * 4000),
    });
    const first = [1, 2].map(() => prepare(image(large)));
    expect(first.map(prepared => typeof prepared)).toEqual(['object', 'object']);
    expect(prepare(image(large))).toContain('trop grande');
  });

  it('says of an image that cannot be opened that it is broken', () => {
    const prepare = createImageSource(() => {
      throw 'Invalid JPEG.';
    });
    expect(prepare(image(sampleJpeg()))).toContain('abîmée');
  });
});
