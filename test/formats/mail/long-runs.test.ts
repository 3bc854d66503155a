import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenLongRuns } from '../../../src/formats/mail/long-runs.ts';

/** So much that every long run has to go. */
const TOO_MANY_BLANKS = ' '.repeat(40_000);
const TOO_MANY_LINES = '\n'.repeat(2_000_000);

const shortened = (text: string): string => Buffer.from(shortenLongRuns(Buffer.from(text))).toString();

const run = fc
  .tuple(fc.constantFrom(' ', '\t', '\n', '\r\n', 'x', '='), fc.integer({ min: 1, max: 100 }))
  .map(([unit, times]) => unit.repeat(times));
const text = fc.array(run, { maxLength: 30 }).map(runs => runs.join(''));

describe('shortenLongRuns', () => {
  it('gives the same bytes back where there is nothing to shorten', () => {
    fc.assert(
      fc.property(text, sound => {
        const bytes = Buffer.from(sound);
        expect(shortenLongRuns(bytes)).toBe(bytes);
      }),
    );
  });

  it('shortens every run of 32 blanks once there are too many, and nothing else', () => {
    fc.assert(
      fc.property(text, sound => {
        const expected = sound.replaceAll(/[ \t]{32,}/g, blanks => blanks.slice(-1));
        expect(shortened(`${sound}x${TOO_MANY_BLANKS}x`)).toBe(`${expected}x x`);
      }),
    );
  });

  it('shortens every run of empty lines once there are too many, and nothing else', () => {
    fc.assert(
      fc.property(text, sound => {
        const expected = sound.replaceAll(/[\r\n]{32,}/g, ends => ends.slice(-2));
        expect(shortened(`${sound}x${TOO_MANY_LINES}x`)).toBe(`${expected}x\n\nx`);
      }),
      { numRuns: 20 },
    );
  });
});
