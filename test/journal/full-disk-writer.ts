import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { bringMail, openBed } from '../kit/journal.ts';

/** Started by `engine.test.ts` where the database cannot grow: records a mail, closes, and says its exchange. */
const [path = ''] = process.argv.slice(2);
const engine = openSqlite({ path, exclusive: true });
const bed = await openBed(
  { open: () => engine, remove: () => undefined },
  { clock: { ...systemClock, at: Date.now, advance: () => undefined }, newId: createIdSource(systemClock) },
);
const { exchangeId } = await bringMail(bed, {
  payloads: [{ name: 'mail', bytes: randomBytes(50_000) }],
});
await bed.journal.close();
writeSync(1, exchangeId);
