import { describe, expect, it } from 'vitest';
import { createTurnedAway } from '../../src/journal/turned-away.ts';

describe('a delivery that is turned away', () => {
  it('is alone when it is again, after another got in', () => {
    const away = createTurnedAway();
    expect(away.add('p', true)).toBe(false);
    expect(away.add('q', false)).toBe(false);
    expect(away.last()).toBe('q');
    away.letIn();
    expect([away.add('p', true), away.add('q', true)]).toEqual([true, true]);
    // Nobody got in since.
    expect(away.add('p', true)).toBe(false);
  });

  it('is not where it was turned away before the outage that is now', () => {
    const away = createTurnedAway();
    away.add('a', true);
    away.letIn();
    expect([away.add('b', true), away.add('a', false)]).toEqual([false, false]);
  });

  it('stays known to be alone when another is turned away for the first time', () => {
    const away = createTurnedAway();
    away.add('p', true);
    away.letIn();
    expect(away.add('p', true)).toBe(true);
    away.letIn();
    expect(away.add('new', true)).toBe(false);
    expect(away.add('p', true)).toBe(true);
  });

  it('is nothing special once another word was said of it', () => {
    const away = createTurnedAway();
    away.add('p', true);
    away.letIn();
    away.delete('p');
    expect(away.add('p', true)).toBe(false);
  });
});
