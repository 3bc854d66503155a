import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeframer, FrameTooLarge, frame } from '../../../src/formats/hl7/framing.ts';

const LIMIT = { maxBytes: 1000 };
const text = (messages: Uint8Array[]) => messages.map(message => Buffer.from(message).toString('latin1'));
const push = (...chunks: string[]) => {
  const deframer = createDeframer(LIMIT);
  const messages = chunks.flatMap(chunk => text(deframer.push(Buffer.from(chunk, 'latin1'))));
  return { messages, stray: deframer.stray, open: deframer.open };
};

describe('createDeframer', () => {
  it.each<[string, string[], string[]]>([
    ['one block', ['\vMSH|1\x1c\r'], ['MSH|1']],
    ['two in a chunk', ['\vMSH|1\x1c\r\vMSH|2\x1c\r'], ['MSH|1', 'MSH|2']],
    ['a cut between FS and CR', ['\vMSH|1\x1c', '\r\vMSH|2\x1c\r'], ['MSH|1', 'MSH|2']],
    ['a forgotten CR', ['\vMSH|1\x1c\vMSH|2\x1c\r'], ['MSH|1', 'MSH|2']],
    ['a forgotten CR at a cut', ['\vMSH|1\x1c', '\vMSH|2\x1c\r'], ['MSH|1', 'MSH|2']],
    ['a lone FS in the data', ['\vMSH|1\x1cx\x1c\r'], ['MSH|1\x1cx']],
    ['a lone FS at a cut', ['\vMSH|1\x1c', 'x\x1c\r'], ['MSH|1\x1cx']],
    ['FS FS CR', ['\vMSH|1\x1c\x1c\r'], ['MSH|1\x1c']],
    ['FS FS CR at a cut', ['\vMSH|1\x1c', '\x1c', '\r'], ['MSH|1\x1c']],
    ['a vertical tab in the data', ['\vMSH|a\vb\x1c\r'], ['MSH|a\vb']],
    ['a peer that began again', ['\vMSH|lost\vMSH|2\x1c\r'], ['MSH|2']],
    ['line ends between blocks', ['\r\n\vMSH|1\x1c\r\r\n \vMSH|2\x1c\r\n'], ['MSH|1', 'MSH|2']],
    ['no block', ['MSH|1\r'], []],
    ['an empty block', ['\v\x1c\r'], []],
    ['empty blocks around a message', ['\v\x1c\v\x1c\r\vMSH|1\x1c\r\v', '\x1c', '\r'], ['MSH|1']],
  ])('%s', (_, chunks, messages) => {
    expect(push(...chunks).messages).toEqual(messages);
  });

  it('counts what is outside blocks, line ends aside', () => {
    expect(push('HTTP\r\n', '\vMSH\x1c\r\r\n ')).toMatchObject({ stray: 4, open: false });
    expect(push('\vMSH|1\x1c\r\r\n')).toMatchObject({ stray: 0, open: false });
    expect(push('\vMSH|1')).toMatchObject({ stray: 0, open: true });
    expect(push('\v\x1c\r\v\x1c\r')).toMatchObject({ stray: 6, open: false });
  });

  it('gives the same messages however the stream is cut', () => {
    const message = fc.string({ unit: fc.constantFrom('M', 'S', 'H', '|', '\r', '\n', 'é', 'a') });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 7 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(each => frame(Buffer.from(each, 'latin1'))));
        const deframer = createDeframer(LIMIT);
        const found: string[] = [];
        let at = 0;
        for (let cut = 0; at < stream.length; cut++) {
          const next = at + (cuts[cut % Math.max(1, cuts.length)] ?? 3);
          found.push(...text(deframer.push(stream.subarray(at, next))));
          at = next;
        }
        expect(found).toEqual(messages.filter(each => each !== ''));
      }),
    );
  });

  it('refuses a block over the limit, however it comes, and takes the next one', () => {
    for (const chunk of [1, 100, 5000]) {
      const deframer = createDeframer(LIMIT);
      const huge = frame(Buffer.alloc(1001, 0x41));
      expect(() => {
        for (let at = 0; at < huge.length; at += chunk) deframer.push(huge.subarray(at, at + chunk));
      }).toThrow(FrameTooLarge);
      expect(text(deframer.push(frame(Buffer.from('MSH|2'))))).toEqual(['MSH|2']);
    }
    expect(createDeframer(LIMIT).push(frame(Buffer.alloc(1000, 0x41)))).toHaveLength(1);
  });

  it('gives the beginning of a block over the limit, and the messages before it', () => {
    const deframer = createDeframer({ maxBytes: 100_000 });
    const huge = Buffer.alloc(100_001, 'MSH|trop');
    const stream = Buffer.concat([frame(Buffer.from('MSH|1')), frame(huge)]);
    expect(() => deframer.push(stream)).toThrow(
      expect.objectContaining({ before: [Buffer.from('MSH|1')], begin: huge.subarray(0, 65_536) }),
    );
    expect(deframer.open).toBe(false);
  });

  it.each([1, 700, 65_000, 100_000])('shows what is open, however it comes: %i at a time', chunk => {
    const deframer = createDeframer({ maxBytes: 100_000 });
    const block = Buffer.alloc(90_000, 'MSH|encore');
    deframer.push(Buffer.from('\v'));
    expect([deframer.size, deframer.begin()]).toEqual([0, Buffer.of()]);
    for (let at = 0; at < block.length; at += chunk) deframer.push(block.subarray(at, at + chunk));
    expect(deframer.size).toBe(block.length);
    expect(block.subarray(0, 65_536).equals(deframer.begin())).toBe(true);
    expect(block.equals(deframer.push(Buffer.from('\x1c\r'))[0] ?? Buffer.of())).toBe(true);
    expect(deframer.size).toBe(0);
  });

  it('shows the last beginning of a peer that began again', () => {
    const deframer = createDeframer(LIMIT);
    deframer.push(Buffer.from('\vMSH|lost\vMSH|2'));
    expect(text([deframer.begin()])).toEqual(['MSH|2']);
  });

  it('holds about what was sent, though it came byte by byte', () => {
    const deframer = createDeframer({ maxBytes: 8 * 1024 * 1024 });
    const message = Buffer.alloc(1024 * 1024, 'octet par octet ');
    deframer.push(Buffer.from('\v'));
    const before = heapInUse();
    for (let at = 0; at < message.length; at++) deframer.push(message.subarray(at, at + 1));
    // A part for each byte would take about a hundred MiB.
    expect(heapInUse() - before).toBeLessThan(10 * 1024 * 1024);
    expect(message.equals(deframer.push(Buffer.from('\x1c\r'))[0] ?? Buffer.of())).toBe(true);
  });

  it('joins 50 MB from chunks of 4 KiB in linear time', () => {
    const message = Buffer.alloc(50 * 1024 * 1024, 0x41);
    const stream = frame(message);
    const times = Array.from({ length: 3 }, () => {
      const deframer = createDeframer({ maxBytes: 64 * 1024 * 1024 });
      const start = performance.now();
      let found: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += 4096) found = deframer.push(stream.subarray(at, at + 4096));
      expect(found[0]?.byteLength).toBe(message.length);
      return performance.now() - start;
    });
    // Under 100 ms on an idle machine; a quadratic framer needs minutes.
    expect(Math.min(...times)).toBeLessThan(300);
  });

  it('is linear on FS after FS', () => {
    const hostile = Buffer.concat([Buffer.of(0x0b), Buffer.alloc(4 * 1024 * 1024, 0x1c)]);
    const deframer = createDeframer({ maxBytes: 8 * 1024 * 1024 });
    const start = performance.now();
    for (let at = 0; at < hostile.length; at += 4096) deframer.push(hostile.subarray(at, at + 4096));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** Once what is held no more has been collected. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
