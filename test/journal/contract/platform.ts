import { describe, expect, it } from 'vitest';
import { bringRequest } from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const OWNER = { flow: 'dui', caller: 'dui-esms' };

/** What FHIR platforms answer, and the ids that they give. */
export function platformContract({ bed, another }: ContractContext): void {
  describe('requestNamed', () => {
    it('finds the latest request of a name in its window, whatever its bytes', async () => {
      const { journal, clock } = bed();
      const { exchangeId, request } = await bringRequest(bed(), {
        from: { controlId: 'LOT-1' },
      });
      const { application, from, digest } = request;
      const since = clock.at() - 1;
      expect(await journal.requestNamed({ application, from, since })).toEqual({ exchangeId, digest });
      const other = { ...from, controlId: 'LOT-2' };
      expect(await journal.requestNamed({ application, from: other, since })).toBeUndefined();
      expect(await journal.requestNamed({ application, from, since: clock.at() + 1 })).toBeUndefined();
      expect(await journal.requestNamed({ application: 'autre', from, since })).toBeUndefined();
    });
  });

  describe('answered', () => {
    it('keeps the answer and the ids, each caller’s apart', async () => {
      const { journal } = bed();
      const { exchangeId } = await bringRequest(bed());
      const ids = [
        { local: 'urn:uuid:1', remote: 'Patient/71' },
        { local: 'urn:uuid:2', remote: 'Encounter/72' },
      ];
      await journal.answered(exchangeId, { bytes: Buffer.from('{"status":201}'), ids, owner: OWNER });
      const { journal: other } = await another();
      expect(Buffer.from((await other.payload(exchangeId, 'answer')) ?? []).toString()).toBe(
        '{"status":201}',
      );
      expect(await other.platformIdsOf(exchangeId)).toEqual(ids.map(({ remote }) => remote));
      expect(await other.platformIds(OWNER, ['urn:uuid:2', 'urn:uuid:3', 'Patient/71'])).toEqual({
        remoteOf: new Map([['urn:uuid:2', 'Encounter/72']]),
        remotes: new Set(['Patient/71']),
      });
      for (const owner of [
        { ...OWNER, caller: 'autre' },
        { ...OWNER, flow: 'dmi' },
      ]) {
        expect(await other.platformIds(owner, ['urn:uuid:1', 'Patient/71'])).toEqual({
          remoteOf: new Map(),
          remotes: new Set(),
        });
      }
      expect(await other.isPlatformId('dui', 'Patient/71')).toBe(true);
      expect(await other.isPlatformId('dui', 'urn:uuid:1')).toBe(false);
      expect(await other.isPlatformId('dmi', 'Patient/71')).toBe(false);
    });

    it('the last id of a local one counts', async () => {
      const { journal } = bed();
      for (const remote of ['Patient/1', 'Patient/2']) {
        const { exchangeId } = await bringRequest(bed());
        await journal.answered(exchangeId, {
          bytes: Buffer.from('{}'),
          ids: [{ local: 'Patient/p', remote }],
          owner: OWNER,
        });
      }
      const { remoteOf } = await journal.platformIds(OWNER, ['Patient/p']);
      expect(remoteOf).toEqual(new Map([['Patient/p', 'Patient/2']]));
    });
  });
}
