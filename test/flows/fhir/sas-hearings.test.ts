import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHearings } from '../../../src/flows/fhir/sas-hearings.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const here = (): AbortSignal => new AbortController().signal;

describe('a hearing', () => {
  it('ends with the word once it is recorded, for all who wait', async () => {
    const hearings = createHearings();
    const unheard = vi.fn<() => Promise<void>>(async () => {});
    const all = Promise.all([
      hearings.hear('e', { ms: 100, unheard }, here()),
      hearings.hear('e', { ms: 1, unheard }, here()),
    ]);
    const word = hearings.speak('e');
    await vi.advanceTimersByTimeAsync(99);
    expect([hearings.isOpen('e'), word?.isHeard()]).toEqual([true, true]);
    word?.recorded();
    await all;
    expect(unheard).not.toHaveBeenCalled();
    expect([hearings.isOpen('e'), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('ends when the time is over though the word was said: a journal may take long', async () => {
    const hearings = createHearings();
    const unheard = vi.fn<() => Promise<void>>(async () => {});
    const heard = hearings.hear('e', { ms: 100, unheard }, here());
    const word = hearings.speak('e');
    await vi.advanceTimersByTimeAsync(100);
    await heard;
    expect(word?.isHeard()).toBe(false);
    word?.recorded();
    expect(unheard).toHaveBeenCalledTimes(1);
    expect(hearings.isOpen('e')).toBe(false);
  });

  it('ends without a word when the time is over, and what comes then is too late', async () => {
    const hearings = createHearings();
    const { promise, resolve } = Promise.withResolvers<void>();
    const unheard = vi.fn<() => Promise<void>>(() => promise);
    const all = Promise.all([
      hearings.hear('e', { ms: 100, unheard }, here()),
      hearings.hear('e', { ms: 100, unheard }, here()),
    ]);
    await vi.advanceTimersByTimeAsync(100);
    expect([hearings.speak('e'), hearings.isOpen('e')]).toEqual([undefined, true]);
    resolve();
    await all;
    expect(unheard).toHaveBeenCalledTimes(1);
    expect(hearings.isOpen('e')).toBe(false);
  });

  it('waits for a word that came before anybody listened', async () => {
    const hearings = createHearings();
    const unheard = vi.fn<() => Promise<void>>(async () => {});
    hearings.expect('e', here());
    const word = hearings.speak('e');
    const heard = hearings.hear('e', { ms: 1, unheard }, here());
    await vi.advanceTimersByTimeAsync(10_000);
    word?.recorded();
    await heard;
    expect(unheard).not.toHaveBeenCalled();
    hearings.expect('f', here());
    hearings.speak('f')?.recorded();
    await hearings.hear('f', { ms: 60_000, unheard }, here());
    expect(unheard).not.toHaveBeenCalled();
    expect([hearings.isOpen('e'), hearings.isOpen('f')]).toEqual([false, false]);
  });

  it('goes on without those who have left, and is over for the word when all have', async () => {
    const hearings = createHearings();
    const unheard = vi.fn<() => Promise<void>>(async () => {});
    const [one, other] = [new AbortController(), new AbortController()];
    const all = Promise.all(
      [one, other].map(({ signal }) => hearings.hear('e', { ms: 60_000, unheard }, signal)),
    );
    one.abort();
    hearings.speak('e')?.recorded();
    await all;
    expect(unheard).not.toHaveBeenCalled();
    const left = hearings.hear('f', { ms: 60_000, unheard }, other.signal);
    other.abort();
    expect(hearings.isOpen('f')).toBe(true);
    // Who comes again joins it.
    const again = hearings.hear('f', { ms: 1, unheard }, undefined);
    expect(hearings.speak('f')).toBeUndefined();
    await Promise.all([left, again]);
    expect(unheard).toHaveBeenCalledTimes(1);
  });

  it('is none where nobody listens, nor was going to', async () => {
    const hearings = createHearings();
    expect([hearings.speak('e'), hearings.isOpen('e')]).toEqual([undefined, false]);
    hearings.expect('f', here());
    hearings.forget('f');
    expect(hearings.speak('f')).toBeUndefined();
  });

  it('ends at once where nothing will be said, where a word is dropped, and where nobody waits any longer', async () => {
    const hearings = createHearings();
    const unheard = vi.fn<() => Promise<void>>(async () => {});
    const missed = hearings.hear('a', { ms: 60_000, unheard }, here());
    hearings.miss('a');
    const dropped = hearings.hear('b', { ms: 60_000, unheard }, here());
    const word = hearings.speak('b');
    hearings.miss('b');
    word?.dropped();
    const closed = hearings.hear('c', { ms: 60_000, unheard }, here());
    hearings.close();
    await Promise.all([missed, dropped, closed, hearings.hear('d', { ms: 60_000, unheard }, here())]);
    expect(unheard).toHaveBeenCalledTimes(4);
  });

  it('fails for all where nothing can be made of the silence, and may begin again', async () => {
    const hearings = createHearings();
    const unheard = async (): Promise<void> => {
      throw new Error('disk');
    };
    const all = Promise.allSettled([
      hearings.hear('e', { ms: 1, unheard }, here()),
      hearings.hear('e', { ms: 1, unheard }, here()),
    ]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(hearings.isOpen('e')).toBe(false);
  });
});
