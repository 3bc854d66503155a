import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/journal/journal.ts';
import { planRequest } from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const NATIONAL = 'urn:oid:1.2.250.1.71.4.2.1';
const INTERNAL = 'urn:oid:1.2.250.1.213.3.6';
const INTERN = { system: INTERNAL, value: 'b6e39355', current: true } as const;
const RPPS = { system: NATIONAL, value: '810002673899', current: true } as const;

/** Accounts of regulators. */
export function accountsContract({ bed, another }: ContractContext): void {
  async function change(account: Omit<Account, 'changedBy'>): Promise<string> {
    const { request } = planRequest(bed());
    await bed().journal.changeAccount({ request, account });
    return request.exchangeId;
  }

  describe('changeAccount', () => {
    it('stores the request and the account in one transaction', async () => {
      const exchangeId = await change({ id: 'a1', active: true, identifiers: [INTERN] });
      const { journal } = await another();
      expect(await journal.findAccounts([INTERN])).toEqual([
        { id: 'a1', active: true, identifiers: [INTERN], changedBy: exchangeId },
      ]);
      expect(await journal.exchange(exchangeId)).toBeDefined();
      expect(await journal.findAccounts([RPPS])).toEqual([]);
    });

    it('keeps the identifier that was replaced', async () => {
      await change({ id: 'a1', active: true, identifiers: [INTERN] });
      const identifiers = [RPPS, { ...INTERN, current: false }];
      await change({ id: 'a1', active: false, identifiers });
      const { journal } = bed();
      for (const query of [INTERN, RPPS, { system: undefined, value: RPPS.value }]) {
        expect(await journal.findAccounts([query])).toMatchObject([{ id: 'a1', active: false, identifiers }]);
      }
    });

    it('lets no identifier be of two accounts, and then changes nothing', async () => {
      await change({ id: 'a1', active: true, identifiers: [INTERN] });
      const { request } = planRequest(bed());
      const account = { id: 'a2', active: true, identifiers: [RPPS, INTERN] };
      await expect(bed().journal.changeAccount({ request, account })).rejects.toThrow('UNIQUE');
      expect(await bed().journal.findAccounts([RPPS])).toEqual([]);
      expect(await bed().journal.exchange(request.exchangeId)).toBeUndefined();
    });

    it('finds several accounts by a value of several systems', async () => {
      await change({ id: 'a1', active: true, identifiers: [INTERN] });
      await change({ id: 'a2', active: true, identifiers: [{ ...INTERN, system: NATIONAL }] });
      const found = await bed().journal.findAccounts([{ system: undefined, value: INTERN.value }]);
      expect(found.map(({ id }) => id)).toEqual(['a1', 'a2']);
    });
  });

  describe('undoAccountChange', () => {
    it('takes a creation back', async () => {
      const exchangeId = await change({ id: 'a1', active: true, identifiers: [INTERN] });
      await bed().journal.undoAccountChange(exchangeId, { id: 'a1', before: undefined });
      expect(await bed().journal.findAccounts([INTERN])).toEqual([]);
    });

    it('makes an account what it was', async () => {
      const { journal } = bed();
      await change({ id: 'a1', active: true, identifiers: [INTERN] });
      const [before] = await journal.findAccounts([INTERN]);
      const exchangeId = await change({
        id: 'a1',
        active: false,
        identifiers: [RPPS, { ...INTERN, current: false }],
      });
      await journal.undoAccountChange(exchangeId, { id: 'a1', before });
      expect(await journal.findAccounts([INTERN])).toEqual([before]);
      expect(await journal.findAccounts([RPPS])).toEqual([]);
    });

    it('leaves what was changed since', async () => {
      const { journal } = bed();
      const first = await change({ id: 'a1', active: true, identifiers: [INTERN] });
      await change({ id: 'a1', active: false, identifiers: [INTERN] });
      await journal.undoAccountChange(first, { id: 'a1', before: undefined });
      expect(await journal.findAccounts([INTERN])).toMatchObject([{ active: false }]);
    });
  });
}
