import { writeSync } from 'node:fs';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';
import { bringMail } from '../kit/journal.ts';
import { answered, bringRequest, CREATOR, mailsOf, PREPARE, SMTP } from '../kit/requests.ts';

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

  const request = await bringRequest({ journal, newId }, { payloads: [{ name: 'request', bytes: payload }] });
  say(`accepted ${request.exchangeId}`);
  for (const delivery of await journal.claim(PREPARE, 3)) {
    const { id, exchangeId, mailbox } = delivery;
    await journal.sending(id);
    const recipients = await journal.recipients(exchangeId);
    const mails = [{ id: recipients[0]?.mailId ?? '', audience: 'professionals', recipients } as const];
    const about = { application: CREATOR, mailbox, exchangeId, documents: [] };
    await journal.end(id, { outcome: 'accepted' }, mailsOf({ newId }, { request: about, mails }));
    say(`prepared ${exchangeId}`);
  }
  for (const { id, exchangeId } of await journal.claim(SMTP, 3)) {
    await journal.sending(id);
    const recipients = (await journal.recipients(exchangeId)).map(recipient => answered(recipient.id));
    await journal.submitted(id, { recipients, reportBy: undefined });
    await journal.end(id, { outcome: 'accepted' });
    say(`mailed ${exchangeId}`);
  }
}
