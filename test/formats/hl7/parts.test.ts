import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cutter, createCutter, type Span } from '../../../src/formats/hl7/parts.ts';
import { type Mark, marksOf } from '../../../src/formats/hl7/separators.ts';
import { SEPARATORS } from '../../../src/formats/hl7/escape.ts';

const markOf = (field: string): Mark => marksOf({ ...SEPARATORS, field }, 'utf-8').field;
const whole = (body: Buffer): Span => ({ start: 0, end: body.length });
const read = (body: Buffer, { start, end }: Span) => body.toString('utf8', start, end);

describe('a cutter', () => {
  it.each(['|', '§', '🟦'])('gives the parts between %s, in whatever order they are asked for', separator => {
    // Characters that begin as the separators do; pieces on both sides of what counts as long.
    const text = fc.array(fc.constantFrom('a', '£', '🟥', '\\', 'x'.repeat(300)), { maxLength: 8 });
    const pieces = fc.array(
      text.map(parts => parts.join('')),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, fc.array(fc.integer({ min: 1, max: 15 })), (parts, asked) => {
        const body = Buffer.from(parts.join(separator));
        const cutter = createCutter(body, markOf(separator));
        for (const number of asked) {
          expect(read(body, cutter.part(whole(body), number))).toBe(parts[number - 1] ?? '');
        }
        for (const most of [1, 5, 100]) {
          expect(cutter.count(whole(body), most)).toBe(Math.min(parts.length, most));
        }
      }),
    );
  });

  it('finds nothing that stands across the end of a piece', () => {
    const body = Buffer.from('ab§');
    const cut = { start: 0, end: 3 };
    expect(createCutter(body, markOf('§')).part(cut, 1)).toEqual(cut);
  });
});

describe('what a cutter searches', () => {
  /** A body that tells how often it is searched, and a cutter of it. */
  function counted(body: Buffer): { readonly cutter: Cutter; readonly searched: number[] } {
    const searched: number[] = [];
    const told = new Proxy(body, {
      get(target, key) {
        if (key !== 'subarray') return Reflect.get(target, key);
        return (start: number, end: number) => {
          searched.push(end - start);
          return target.subarray(start, end);
        };
      },
    });
    return { cutter: createCutter(told, markOf('§')), searched };
  }

  it('is each long piece once, however often and in whatever turn its parts are asked for', () => {
    const part = '£'.repeat(5_000);
    const body = Buffer.from(`${part}§${part}|${part}§${part}`);
    const middle = body.indexOf('|');
    const pieces = [
      { start: 0, end: middle },
      { start: middle + 1, end: body.length },
    ];
    const { cutter, searched } = counted(body);
    for (let turn = 0; turn < 50; turn++) {
      for (const piece of pieces) for (const number of [3, 1, 2]) cutter.part(piece, number);
    }
    // To the separator, and from it to the end.
    const once = [2 * part.length * 2 + 2, 2 * part.length];
    expect(searched).toEqual([...once, ...once]);
  });

  it('ends with the last part that was asked for', () => {
    const body = Buffer.from(`${'£'.repeat(5_000)}§`.repeat(1_000));
    const { cutter, searched } = counted(body);
    cutter.part(whole(body), 2);
    cutter.count(whole(body), 3);
    expect(searched).toHaveLength(2);
    cutter.count(whole(body), 10);
    expect(searched).toHaveLength(9);
  });
});
