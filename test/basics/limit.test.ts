import { describe, expect, it } from 'vitest';
import { createLimit } from '../../src/basics/limit.ts';

const refusal = (): Error => new Error('closed');

/** Tasks that run until they are told to end, and the order in which they began. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    end: (name: string) => ends.get(name)?.(),
    task: (name: string) => async () => {
      begun.push(name);
      await new Promise<void>(resolve => ends.set(name, resolve));
      return name;
    },
  };
}

describe('createLimit', () => {
  it('runs so many at once, the others in order', async () => {
    const { begun, end, task } = tasks();
    const limit = createLimit(2);
    const results = ['a', 'b', 'c', 'd'].map(name => limit.run(task(name)));
    await expect.poll(() => begun).toEqual(['a', 'b']);
    end('b');
    expect(await results[1]).toBe('b');
    await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
    end('c');
    await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd']);
    end('a');
    end('d');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives the turn on when a task fails', async () => {
    const limit = createLimit(1);
    const failed = limit.run(() => Promise.reject(new Error('failed')));
    const next = limit.run(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('failed');
    expect(await next).toBe('next');
  });

  it('when closed lets the running finish, refuses those who wait and those who come', async () => {
    const { begun, end, task } = tasks();
    const limit = createLimit(1);
    const running = limit.run(task('running'));
    const waiting = limit.run(task('waiting'));
    await expect.poll(() => begun).toEqual(['running']);
    let isClosed = false;
    const closed = limit.close(refusal).then(() => (isClosed = true));
    await expect(waiting).rejects.toThrow('closed');
    await expect(limit.run(task('late'))).rejects.toThrow('closed');
    expect(isClosed).toBe(false);
    end('running');
    expect(await running).toBe('running');
    await closed;
    expect(begun).toEqual(['running']);
  });

  it('begins nothing once closed, not even what was about to begin', async () => {
    const { begun, task } = tasks();
    const limit = createLimit(1);
    const about = limit.run(task('about'));
    const closed = limit.close(refusal);
    await expect(about).rejects.toThrow('closed');
    await closed;
    expect(begun).toEqual([]);
  });
});
