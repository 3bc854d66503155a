import { array, assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget, createTieredBudget } from '../../src/basics/budget.ts';

describe('a budget', () => {
  it('is never spent twice over, and everybody has one turn', async () => {
    await assert(
      asyncProperty(
        integer({ min: 1, max: 100 }),
        array(integer({ min: 0, max: 150 }), { maxLength: 30 }),
        async (whole, shares) => {
          const budget = createBudget(whole);
          const order: number[] = [];
          let spent = 0;
          let most = 0;
          const task = (asked: number, turn: number) => async (): Promise<number> => {
            const share = Math.min(asked, whole);
            order.push(turn);
            spent += share;
            most = Math.max(most, spent);
            for (let count = 0; count < turn % 4; count += 1) await Promise.resolve();
            spent -= share;
            return turn;
          };
          const done = await Promise.all(shares.map((share, turn) => budget.spend(share, task(share, turn))));
          const turns = shares.map((_, turn) => turn);
          expect(done).toEqual(turns);
          expect(order.toSorted((a, b) => a - b)).toEqual(turns);
          expect(most).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });

  it('gets its share back from a task that fails', async () => {
    const budget = createBudget(10);
    await expect(budget.spend(10, () => Promise.reject(new Error('no')))).rejects.toThrowError('no');
    await expect(budget.spend(10, async () => 'yes')).resolves.toBe('yes');
  });

  it('lets a task go that asks for more than there is, alone', async () => {
    const budget = createBudget(10);
    const order: string[] = [];
    await Promise.all([
      budget.spend(1, async () => order.push('small')),
      budget.spend(1_000, async () => order.push('large')),
      budget.spend(1, async () => order.push('last')),
    ]);
    expect(order.toSorted()).toEqual(['large', 'last', 'small']);
  });

  it('lets a small task pass a large one that waits for a slow peer, though not for ever', async () => {
    const budget = createBudget(10);
    const slow = Promise.withResolvers<void>();
    const first = budget.spend(8, () => slow.promise);
    let largeRan = false;
    const large = budget.spend(9, async () => {
      largeRan = true;
    });
    for (let count = 0; count < 100; count += 1) await budget.spend(1, async () => undefined);
    let lateRan = false;
    const late = budget.spend(1, async () => {
      lateRan = true;
    });
    await Promise.resolve();
    expect([largeRan, lateRan]).toEqual([false, false]);
    slow.resolve();
    await Promise.all([first, large, late]);
    expect([largeRan, lateRan]).toEqual([true, true]);
  });

  it('of two tiers lets no large task hold up a small one', async () => {
    const budget = createTieredBudget({ upTo: 1, whole: 2 }, 10);
    const slow = Promise.withResolvers<void>();
    const large = [budget.spend(10, () => slow.promise), budget.spend(10, () => slow.promise)];
    await expect(budget.spend(1, async () => 'through')).resolves.toBe('through');
    slow.resolve();
    await Promise.all(large);
  });
});
