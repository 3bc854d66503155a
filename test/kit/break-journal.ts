import { DatabaseSync } from 'node:sqlite';

const BREAKS = {
  requests: 'INSERT ON request',
  answers: `INSERT ON payload WHEN NEW.name = 'answer'`,
  ends: `UPDATE ON delivery WHEN NEW.state IN ('done', 'held')`,
} as const;

/** What a journal can be made to refuse. */
export type BrokenPart = keyof typeof BREAKS;

/** Has the journal at a path refuse what is asked, as a full disk would, until the function that it gives is called. */
export function breakJournal(path: string, what: BrokenPart = 'requests'): () => void {
  const database = new DatabaseSync(path);
  database.exec(`CREATE TRIGGER broken BEFORE ${BREAKS[what]} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
  return () => {
    database.exec('DROP TRIGGER broken');
    database.close();
  };
}
