import { expect, it } from 'vitest';
import { concludeMail } from '../../src/flows/notify-sender.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { MAILBOX } from '../kit/mailbox-settings.ts';
import { bringMail, viewOf } from '../kit/journal.ts';
import { useBed } from '../kit/use-bed.ts';

const bed = useBed();

function conclude(exchangeId: string, journal: Journal): Promise<readonly string[]> {
  const gateway = {
    party: { application: 'PFI', facility: 'CHU_X' },
    nil: 'DEV000000',
    product: 'pfi-gateway',
  };
  return concludeMail(exchangeId, { ...bed(), journal, gateway, mailbox: MAILBOX });
}

// Seen on the lab: three mails of two documents in fifteen were told as given up (906) while the DPI had answered both.
it('does not conclude on a look at the mail in which one document had not ended yet', async () => {
  const { journal } = bed();
  const { exchangeId, ids } = await bringMail(bed(), { documents: [{}, {}] });
  const [first = '', second = ''] = ids;
  await journal.claim('dpi', 2);
  await journal.end(first, { outcome: 'accepted' });
  const late: Journal = {
    ...journal,
    async exchange(id) {
      const view = await journal.exchange(id);
      await journal.end(second, { outcome: 'accepted' });
      return view;
    },
  };
  expect(await conclude(exchangeId, late)).toEqual([]);
  expect(await journal.readyToConclude(10)).toEqual([exchangeId]);
  await conclude(exchangeId, journal);
  expect((await viewOf(bed(), exchangeId)).exchange).toMatchObject({
    outcome: 'accepted',
    outcomeCode: undefined,
  });
});
