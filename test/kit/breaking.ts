import type { Engine } from '../../src/journal/engine.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createJournal } from '../../src/journal/store.ts';
import type { JournalBed } from './journal.ts';

/**
 * Has something written by a process that ends before one of its changes, then before the next one, and so on until it
 * is written whole: `undone` looks at what each left behind.
 *
 * @returns how many changes it takes
 */
export function breaking(
  bed: JournalBed,
  act: (journal: Journal) => Promise<unknown>,
): { readonly undone: (look: () => Promise<void>) => Promise<number> } {
  return {
    undone: async look => {
      for (let change = 0; ; change += 1) {
        const engine = breakingAt(bed.engine, change);
        const journal = await createJournal({ ...bed, engine: engine.whole, sealKey: undefined });
        engine.begin();
        try {
          await act(journal);
          return change;
        } catch (error) {
          if (error !== BROKEN) throw error;
        }
        await look();
      }
    },
  };
}

const BROKEN = new Error('broken');

function breakingAt(engine: Engine, change: number): { readonly whole: Engine; readonly begin: () => void } {
  let left = Number.POSITIVE_INFINITY;
  return {
    begin: () => {
      left = change;
    },
    whole: {
      ...engine,
      write: work =>
        engine.write(statements =>
          work({
            ...statements,
            run: async (sql, ...values) => {
              if (left === 0) throw BROKEN;
              left -= 1;
              return statements.run(sql, ...values);
            },
          }),
        ),
    },
  };
}
