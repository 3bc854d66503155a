import { describe, expect, it, vi } from 'vitest';
import { createWaitingRoom } from '../../../src/flows/fhir/waiting-room.ts';

const HOUR = 3_600_000;

describe('a caller that waits', () => {
  it('waits on, once its answer is about to be recorded, whatever the time', async () => {
    vi.useFakeTimers();
    try {
      const room = createWaitingRoom();
      const seen = vi.fn<() => void>();
      const waited = room.wait('e', 100, new AbortController().signal).then(seen);
      expect(room.detain('e')).toBe(true);
      await vi.advanceTimersByTimeAsync(HOUR);
      expect(seen).not.toHaveBeenCalled();
      room.call('e');
      await waited;
      expect(room.detain('e')).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a caller that has left', () => {
  it('is awaited no more: a refusal that nobody else would hear of waits for a person', async () => {
    const room = createWaitingRoom();
    const left = new AbortController();
    const waited = room.wait('e', HOUR, left.signal);
    expect(room.detain('e')).toBe(true);
    left.abort();
    await waited;
    expect(room.detain('e')).toBe(false);
    await room.wait('e', HOUR, left.signal);
    expect(room.detain('e')).toBe(false);
  });

  it('leaves others who wait for the same', async () => {
    const room = createWaitingRoom();
    const left = new AbortController();
    const others = room.wait('e', HOUR, new AbortController().signal);
    const waited = room.wait('e', HOUR, left.signal);
    left.abort();
    await waited;
    expect(room.detain('e')).toBe(true);
    room.call('e');
    await others;
  });
});
