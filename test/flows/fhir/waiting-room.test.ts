import { describe, expect, it } from 'vitest';
import { createWaitingRoom } from '../../../src/flows/fhir/waiting-room.ts';

const HOUR = 3_600_000;

describe('a caller that waits', () => {
  it('is called, and whoever calls is told that somebody was there', async () => {
    const room = createWaitingRoom();
    const waited = room.wait('e', HOUR, new AbortController().signal);
    expect(room.call('other')).toBe(false);
    expect(room.call('e')).toBe(true);
    await waited;
    expect(room.call('e')).toBe(false);
  });

  it('is there no more once its time is over, it has left, or all have', async () => {
    const room = createWaitingRoom();
    await room.wait('e', 1, new AbortController().signal);
    expect(room.call('e')).toBe(false);
    const left = new AbortController();
    const waited = room.wait('e', HOUR, left.signal);
    left.abort();
    await waited;
    expect(room.call('e')).toBe(false);
    await room.wait('e', HOUR, left.signal);
    const others = room.wait('e', HOUR, new AbortController().signal);
    room.empty();
    await others;
    expect(room.call('e')).toBe(false);
  });

  it('is called though another has left', async () => {
    const room = createWaitingRoom();
    const left = new AbortController();
    const others = room.wait('e', HOUR, new AbortController().signal);
    const waited = room.wait('e', HOUR, left.signal);
    left.abort();
    await waited;
    expect(room.call('e')).toBe(true);
    await others;
  });
});
