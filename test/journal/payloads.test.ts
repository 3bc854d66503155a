import { randomBytes } from 'node:crypto';
import { assert, asyncProperty, nat, oneof, option, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, type PackedPayload, unpack } from '../../src/journal/payloads.ts';

const KEY = Buffer.alloc(32, 7);
const JRN_004 = { fault: { code: 'JRN-004' } };

const key = option(uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined });
/** Noise, text that repeats itself, and text that does so beyond the sample. */
const content = oneof(
  uint8Array({ maxLength: 500 }),
  string({ maxLength: 200 }).map(text => Buffer.from(text.repeat(50))),
  nat(200_000).map(size => Buffer.alloc(size, 'MSH|^~\\&|')),
  nat(100_000).map(size => randomBytes(size)),
);

function flipped({ bytes, ...packed }: PackedPayload, bit: number): PackedPayload {
  const altered = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % altered.length;
  altered[at] = (altered[at] ?? 0) ^ (1 << (bit % 8));
  return { ...packed, bytes: altered };
}

describe('a payload', () => {
  it('comes back as it was, sealed or not', async () => {
    await assert(
      asyncProperty(string(), content, key, async (name, bytes, sealKey) => {
        const packed = await pack({ name, bytes }, sealKey);
        expect(packed).toMatchObject({ name, sealed: sealKey !== undefined });
        expect(Buffer.compare(await unpack(packed, sealKey), bytes)).toBe(0);
      }),
    );
  });

  it('is deflated where that pays, and only there', async () => {
    const text = await pack({ name: 'mdm', bytes: Buffer.alloc(100_000, 'OBX|1|ED|') }, undefined);
    expect(text.deflated).toBe(true);
    expect(text.bytes.byteLength).toBeLessThan(2_000);
    const noise = await pack({ name: 'zip', bytes: randomBytes(100_000) }, undefined);
    expect(noise.deflated).toBe(false);
  });

  it('is sealed differently each time', async () => {
    const [one, two] = [
      await pack({ name: 'a', bytes: KEY }, KEY),
      await pack({ name: 'a', bytes: KEY }, KEY),
    ];
    expect(Buffer.compare(one.bytes, two.bytes)).not.toBe(0);
  });

  it('shows when a single bit of it was altered', async () => {
    await assert(
      asyncProperty(content, nat(), async (bytes, bit) => {
        const packed = await pack({ name: 'mail', bytes }, KEY);
        await expect(unpack(flipped(packed, bit), KEY)).rejects.toMatchObject(JRN_004);
      }),
    );
  });

  it.each([
    ['another key', Buffer.alloc(32, 8), {}],
    ['no key', undefined, {}],
    ['the place of another payload', KEY, { name: 'exchange/other' }],
    ['an end cut off', KEY, { bytes: new Uint8Array(20) }],
    ['nothing left of it', KEY, { bytes: new Uint8Array() }],
  ])('is not opened with %s', async (_, otherKey, change) => {
    const packed = await pack({ name: 'exchange/mail', bytes: Buffer.from('content') }, KEY);
    await expect(unpack({ ...packed, ...change }, otherKey)).rejects.toMatchObject(JRN_004);
  });

  it('that was never sealed is refused where it can no longer be inflated', async () => {
    const packed = await pack({ name: 'mail', bytes: Buffer.alloc(5_000, 'text ') }, undefined);
    await expect(unpack({ ...packed, bytes: packed.bytes.subarray(3) }, undefined)).rejects.toMatchObject(
      JRN_004,
    );
  });
});
