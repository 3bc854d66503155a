import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFairLimit } from '../../src/basics/fair-limit.ts';

const refusal = (): Error => new Error('late');

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Tasks that run until they are told to end, and the order in which they began. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    end: async (name: string) => {
      ends.get(name)?.();
      await vi.advanceTimersByTimeAsync(0);
    },
    task: (name: string) => async () => {
      begun.push(name);
      await new Promise<void>(resolve => ends.set(name, resolve));
      return name;
    },
  };
}

describe('a fair limit', () => {
  it('leaves room for the others, and gives what becomes free to whom has least', async () => {
    const { begun, end, task } = tasks();
    const limit = createFairLimit({ parallel: 3, share: 2, timeoutMs: 1_000 }, refusal);
    const results = ['a1', 'a2', 'a3', 'b1', 'c1'].map(name => limit.run(name.charAt(0), task(name)));
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
    for (const name of ['a2', 'a3', 'c1']) await end(name);
    expect(await Promise.all(results)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
  });

  it('of one place gives it to each in turn, however many one has waiting', async () => {
    const { begun, end, task } = tasks();
    const limit = createFairLimit({ parallel: 1, share: 1, timeoutMs: 1_000 }, refusal);
    const all = ['a1', 'a2', 'a3', 'b1', 'b2'].map(name => limit.run(name.charAt(0), task(name)));
    for (const name of ['a1', 'b1', 'a2', 'b2', 'a3']) await end(name);
    await Promise.all(all);
    expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('keeps nobody waiting longer than it says, in line or running', async () => {
    const { begun, end, task } = tasks();
    const limit = createFairLimit({ parallel: 1, share: 1, timeoutMs: 1_000 }, refusal);
    const ended = Promise.allSettled(['a1', 'a2', 'b1'].map(name => limit.run(name.charAt(0), task(name))));
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const next = limit.run('b', task('b2'));
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b2']);
    await end('b2');
    expect(await next).toBe('b2');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the turn on when a task fails', async () => {
    const limit = createFairLimit({ parallel: 1, share: 1, timeoutMs: 1_000 }, refusal);
    const failed = limit.run('a', () => Promise.reject(new Error('failed')));
    const next = limit.run('a', () => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('failed');
    expect(await next).toBe('next');
    expect(vi.getTimerCount()).toBe(0);
  });
});
