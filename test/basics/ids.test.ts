import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdSource } from '../../src/basics/ids.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 13).replace('-', ''), 16);
}

describe('createIdSource', () => {
  it('gives UUIDv7 with the time of the clock', () => {
    const at = Date.UTC(2026, 10, 20, 8, 30);
    const id = createIdSource({ now: () => new Date(at) })();
    expect(id).toMatch(UUID_V7);
    expect(timeOf(id)).toBe(at);
  });

  it('goes forward within a millisecond, and runs ahead of the clock rather than repeat itself', () => {
    const at = Date.UTC(2026, 10, 20);
    const newId = createIdSource({ now: () => new Date(at) });
    const ids = Array.from({ length: 20_000 }, newId);
    expect(ids.every(id => UUID_V7.test(id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(timeOf(ids.at(-1) ?? '')).toBeLessThan(at + 10);
  });

  it('never goes backwards, whatever the clock does', () => {
    const steps = array(integer({ min: -100_000, max: 1_000 }), { minLength: 1, maxLength: 200 });
    assert(
      property(steps, moves => {
        let at = Date.UTC(2026, 10, 20);
        const newId = createIdSource({ now: () => new Date(at) });
        const ids = moves.map(move => {
          at += move;
          return newId();
        });
        expect(ids.toSorted()).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('differs between two sources of one clock', () => {
    const clock = { now: () => new Date(0) };
    const [one, other] = [createIdSource(clock), createIdSource(clock)];
    expect(new Set(Array.from({ length: 100 }, () => [one(), other()]).flat()).size).toBe(200);
  });
});
