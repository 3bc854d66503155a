import { writeSync } from 'node:fs';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';
import { bringMail } from '../kit/journal.ts';

/** Started by `crash.test.ts`: a gateway that does nothing but write, and says on stdout what it may rely on. */
const [path = '', firstUid = '1'] = process.argv.slice(2);
const newId = createIdSource(systemClock);
const engine = openSqlite({ path, exclusive: true });
const journal = await createJournal({ engine, clock: systemClock, newId, sealKey: undefined });
await journal.recover();
const payload = Buffer.alloc(20_000, 'MSH|^~\\&|');
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
say('open');

for (let uid = Number(firstUid); ; uid += 1) {
  const { exchangeId } = await bringMail(
    { journal, newId },
    { uid, documents: [{ payload }, { payload }], payloads: [{ name: 'mail', bytes: payload }] },
  );
  say(`recorded ${exchangeId}`);
  for (const delivery of await journal.claim('dpi', 3)) {
    await journal.sending(delivery.id);
    say(`sending ${delivery.id}`);
    await journal.end(delivery.id, { outcome: 'accepted' });
    say(`ended ${delivery.id}`);
  }
}
