import { describe, expect, it } from 'vitest';
import { createWaitingRoom } from '../../../src/flows/fhir/waiting-room.ts';

const HOUR = 3_600_000;

describe('a caller that has left', () => {
  it('is awaited no more: a refusal that nobody else would hear of waits for a person', async () => {
    const room = createWaitingRoom();
    const left = new AbortController();
    const waited = room.wait('e', HOUR, left.signal);
    expect(room.isAwaited('e')).toBe(true);
    left.abort();
    await waited;
    expect(room.isAwaited('e')).toBe(false);
    await room.wait('e', HOUR, left.signal);
    expect(room.isAwaited('e')).toBe(false);
  });

  it('leaves others who wait for the same', async () => {
    const room = createWaitingRoom();
    const left = new AbortController();
    const others = room.wait('e', HOUR, new AbortController().signal);
    const waited = room.wait('e', HOUR, left.signal);
    left.abort();
    await waited;
    expect(room.isAwaited('e')).toBe(true);
    room.call('e');
    await others;
  });
});
