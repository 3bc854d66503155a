import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLargeFrames, type LargeFrame } from '../../../src/peers/mllp/large-frames.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Frames by name, `A1` being of peer A; those granted, in order, and those cut. */
function bench() {
  const places = createLargeFrames();
  const granted: string[] = [];
  const cut: string[] = [];
  const slow = new Set<string>();
  const frames = new Map<string, LargeFrame>();
  function ask(...names: string[]): void {
    for (const name of names) {
      const frame: LargeFrame = {
        address: name.charAt(0),
        granted: () => void granted.push(name),
        isSlow: () => slow.has(name),
        cut() {
          cut.push(name);
          leave(name);
        },
      };
      frames.set(name, frame);
      places.ask(frame);
    }
  }
  function leave(...names: string[]): void {
    for (const name of names) {
      const frame = frames.get(name);
      if (frame !== undefined) places.leave(frame);
    }
  }
  return { granted, cut, slow, ask, leave };
}

describe('createLargeFrames', () => {
  it('has room for four, three of them of one peer', () => {
    const { granted, ask, leave } = bench();
    ask('A1', 'A2', 'A3', 'A4', 'A5');
    expect(granted).toEqual(['A1', 'A2', 'A3']);
    ask('B1', 'C1');
    expect(granted).toEqual(['A1', 'A2', 'A3', 'B1']);
    leave('A2');
    // The peer that has none before the one that asked first.
    expect(granted.at(-1)).toBe('C1');
    leave('B1', 'C1', 'A1');
    expect(granted.slice(5)).toEqual(['A4', 'A5']);
  });

  it('forgets one that leaves before its turn, and leaves twice', () => {
    const { granted, ask, leave } = bench();
    ask('A1', 'A2', 'A3', 'A4', 'A5');
    leave('A4', 'A4', 'A1', 'A1');
    expect(granted).toEqual(['A1', 'A2', 'A3', 'A5']);
  });

  it('cuts a slow one only while another waits', () => {
    const { granted, cut, slow, ask, leave } = bench();
    ask('A1', 'A2', 'A3', 'B1');
    slow.add('A1');
    vi.advanceTimersByTime(60_000);
    expect([cut, vi.getTimerCount()]).toEqual([[], 0]);
    ask('C1');
    vi.advanceTimersByTime(1_000);
    expect(cut).toEqual(['A1']);
    expect(granted.at(-1)).toBe('C1');
    leave('A2', 'A3', 'B1', 'C1');
    expect(vi.getTimerCount()).toBe(0);
  });
});
