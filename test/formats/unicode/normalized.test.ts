import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalized } from '../../../src/formats/unicode/normalized.ts';

/** Letters, marks of several classes, jamo, ligatures, and marks that are letters before they are normalized. */
const character = fc.oneof(
  fc.constantFrom(
    ...Array.from(
      'eéﬁΩ\u1E69\u0301\u0323\u0327\u0344\u1100\u1161\u11A8가\uFF76\uFF9E\u0E33\u0B47\u0B3E\u212B\uFDFA',
    ),
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const text = fc.array(character, { maxLength: 24 }).map(characters => characters.join(''));

describe.each(['NFC', 'NFKD'] as const)('%s', form => {
  it('is that of Unicode', () => {
    fc.assert(
      fc.property(text, value => {
        expect(normalized(value, form)).toBe(value.normalize(form));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for a run of thirty marks, and loses none of a longer one', () => {
    const run = (marks: number) => `e${'\u0323\u0301'.repeat(marks / 2)}x`;
    expect(normalized(run(30), form)).toBe(run(30).normalize(form));
    expect(normalized(run(400), form)).toHaveLength(run(400).normalize(form).length);
  });

  it.each([
    ['marks of two classes', '\u0301\u0323'],
    ['a mark and one of half width', '\u0301\uFF9E'],
  ])('takes time linear in the text’s length: %s', (_, marks) => {
    const value = `e${marks.repeat(250_000)}`;
    const started = performance.now();
    expect(normalized(value, form).length).toBeGreaterThan(499_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
