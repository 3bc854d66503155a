import { describe, expect, it } from 'vitest';
import { claimIds, deliver, viewOf } from '../../kit/journal.ts';
import { hear, saying, zamText } from '../../kit/receipts.ts';
import { bringSentRequest, CREATOR, payloadText, stateOf } from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

/** From acceptance to purge: a request's exchange lives as long as anything is owed or expected. */
export function requestLifetimeContract({ bed }: ContractContext): void {
  describe('the exchange of a request', () => {
    it('ends when nothing is owed and nothing expected, and opens again for a late receipt', async () => {
      const { clock } = bed();
      const planned = await bringSentRequest(bed());
      expect(await stateOf(bed(), planned)).toBe('closing');
      const reception = saying(bed(), planned, ['reception', 'accepted'], { asked: true });
      await hear(bed(), reception);
      expect(await stateOf(bed(), planned)).toBe('closing');
      await claimIds(bed(), CREATOR);
      await deliver(bed(), reception.zam?.id ?? '');
      expect((await viewOf(bed(), planned.exchangeId)).exchange).toMatchObject({
        state: 'ended',
        endedAt: clock.at(),
      });
      clock.advance(86_400_000);
      const reading = saying(bed(), planned, ['reading', 'accepted'], { asked: true });
      await hear(bed(), reading);
      expect((await viewOf(bed(), planned.exchangeId)).exchange).toMatchObject({
        state: 'closing',
        endedAt: undefined,
      });
      await claimIds(bed(), CREATOR);
      await deliver(bed(), reading.zam?.id ?? '');
      expect((await viewOf(bed(), planned.exchangeId)).exchange).toMatchObject({
        state: 'ended',
        endedAt: clock.at(),
      });
    });

    it('stays ended where a late receipt gives rise to nothing', async () => {
      const planned = await bringSentRequest(bed(), {}, { reportBy: undefined });
      const { exchange } = await viewOf(bed(), planned.exchangeId);
      bed().clock.advance(1_000);
      await hear(bed(), saying(bed(), planned, ['reading', 'accepted'], { asked: false }));
      expect((await viewOf(bed(), planned.exchangeId)).exchange).toEqual(exchange);
    });

    it('is never purged while a report is expected, and takes a receipt after its payloads were', async () => {
      const { journal, clock } = bed();
      const purge = async (): Promise<void> => {
        clock.advance(1);
        while (await journal.purge({ payloads: clock.at(), history: clock.at() - 86_400_000 }));
      };
      const planned = await bringSentRequest(bed());
      clock.advance(10_000 * 86_400_000);
      await purge();
      expect(await payloadText(bed(), planned, 'request')).toBeDefined();
      await hear(bed(), saying(bed(), planned, ['reception', 'accepted'], { asked: false }));
      expect(await stateOf(bed(), planned)).toBe('ended');
      await purge();
      expect(await payloadText(bed(), planned, 'request')).toBeUndefined();
      expect(await payloadText(bed(), planned, `delivery:${planned.mailId}`)).toBeUndefined();

      const late = saying(bed(), planned, ['reading', 'refused'], { asked: true });
      await hear(bed(), late);
      await purge();
      expect(await zamText(bed(), planned, late.zam)).toBe('reading refused');
      await claimIds(bed(), CREATOR);
      await deliver(bed(), late.zam?.id ?? '');
      await purge();
      expect(await zamText(bed(), planned, late.zam)).toBeUndefined();
      clock.advance(86_400_000);
      await purge();
      expect(await journal.exchange(planned.exchangeId)).toBeUndefined();
      expect(await journal.recipients(planned.exchangeId)).toEqual([]);
      expect(await journal.recogniseRequest(planned.request)).toBeUndefined();
    });

    it('has its ZAM leave one after the other, in the order in which they came to be owed', async () => {
      const [one, two] = [await bringSentRequest(bed()), await bringSentRequest(bed())];
      const told = [
        saying(bed(), two, ['reception', 'accepted'], { asked: true }),
        saying(bed(), one, ['reception', 'accepted'], { asked: true }),
        saying(bed(), two, ['reading', 'accepted'], { asked: true }),
      ];
      for (const each of told) await hear(bed(), each);
      const left: string[] = [];
      for (let ids = await claimIds(bed(), CREATOR); ids.length > 0; ids = await claimIds(bed(), CREATOR)) {
        expect(ids).toHaveLength(1);
        left.push(...ids);
        await deliver(bed(), ids[0] ?? '');
      }
      expect(left).toEqual(told.map(({ zam: each }) => each?.id));
    });
  });
}
