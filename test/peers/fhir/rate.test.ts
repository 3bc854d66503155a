import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRate } from '../../../src/peers/fhir/rate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Tasks of a duration, and when each began, ms. */
function bench(count: number, durationMs: number) {
  const rate = createRate({ count, perMs: 1000 });
  const began: number[] = [];
  const start = performance.now();
  const task = async (): Promise<void> => {
    began.push(performance.now() - start);
    if (durationMs > 0) await new Promise(resolve => setTimeout(resolve, durationMs));
  };
  return { rate, began, task };
}

describe('a rate', () => {
  it.each([
    ['as fast as allowed', 0, [0, 0, 0, 1000, 1000, 1000, 2000]],
    ['counted from the end of each', 250, [0, 0, 0, 1250, 1250, 1250, 2500]],
  ])('starts tasks in order, %s', async (_, durationMs, times) => {
    const { rate, began, task } = bench(3, durationMs);
    const order: number[] = [];
    const all = Promise.all(
      times.map((__, index) =>
        rate.run(async () => {
          order.push(index);
          await task();
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(5000);
    await all;
    expect(began).toEqual(times);
    expect(order).toEqual(times.map((__, index) => index));
  });

  it('counts tasks that fail', async () => {
    const { rate, began, task } = bench(1, 0);
    const failed = rate.run(async () => {
      await task();
      throw new Error('non');
    });
    await expect(failed).rejects.toThrow('non');
    const second = rate.run(task);
    await vi.advanceTimersByTimeAsync(999);
    expect(began).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    await second;
    expect(began).toEqual([0, 1000]);
  });

  it('is refused once closed, and leaves no timer behind', async () => {
    const { rate, began, task } = bench(1, 100);
    const running = rate.run(task);
    const waiting = rate.run(task);
    rate.close(() => new Error('fermé'));
    await expect(waiting).rejects.toThrow('fermé');
    await expect(rate.run(task)).rejects.toThrow('fermé');
    await vi.advanceTimersByTimeAsync(100);
    await running;
    expect(began).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
