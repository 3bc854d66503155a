import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CdaSample } from '../../samples/kit/cda.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { DmpBehaviour, DmpRequest, ScriptedBehaviour, Transaction } from '../../src/sandbox/dmp.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, nextVersion, startDmpSite } from '../kit/dmp.ts';
import { type Laboratory, newRequest, type Outcome, startLaboratory } from '../kit/outgoing.ts';

/** Whatever the DMP answers, or does not: nothing is deposited twice, nothing is lost, and the application hears the truth. */

let site: DmpSite;
let laboratory: Laboratory;
beforeAll(async () => {
  site = await startDmpSite();
  laboratory = await startLaboratory({
    settings: { dmp: { ...site.settings, limits: { timeout: '1s' } } },
  });
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});
beforeEach(() => site.dmp.behave('answer'));
afterEach(() => site.dmp.behave('answer'));

const DONE: Outcome = { told: ['Z01 Y'], worklist: [], state: 'ended' };

async function accepted(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ ...DMP_ALONE, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

const cameOf = async (overrides: Partial<RequestSample>): Promise<Outcome> =>
  laboratory.cameOf(await accepted(overrides));

function statuses(...samples: readonly CdaSample[]): string[] {
  const roots = samples.map(({ id }) => id.root);
  return site.dmp
    .documents()
    .filter(({ uniqueId }) => roots.includes(uniqueId))
    .map(({ status }) => status);
}

/** What nobody hears the end of, or hears too late; the DMP may have done it. */
const AMBIGUOUS = [
  'cut-upload',
  'drop-before',
  'drop-after',
  'half-answer',
  'silent-before',
  'silent-after',
  'not-xml',
  { http: 502 },
  { http: 504, isDone: true },
] as const;
/** What the DMP has not done, and may do later. */
const LATER = [{ http: 503 }, { http: 429 }, { failure: 'XDSRegistryBusy' }] as const;

/** The first requests of each kind are answered so; the rest as they should be. */
function firstOf(counts: Partial<Record<Transaction, number>>, behaviour: DmpBehaviour): ScriptedBehaviour {
  const left = { submit: 0, update: 0, query: 0, ...counts };
  return transaction => {
    left[transaction] -= 1;
    return left[transaction] < 0 ? 'answer' : behaviour;
  };
}

describe.each([...AMBIGUOUS, ...LATER])('after %j', behaviour => {
  it('one document is deposited, one replaced, one deleted, each once', async () => {
    const added = newDmpDocument({ patient: PATIENTS.morvan });
    const replaced = newDmpDocument({ patient: PATIENTS.dartagnan });
    const deleted = newDmpDocument({ patient: PATIENTS.oeuvrard });
    const next = nextVersion(replaced);
    for (const document of [replaced, deleted]) expect(await cameOf({ documents: [document] })).toEqual(DONE);
    site.dmp.behave(firstOf({ submit: 2, update: 1 }, behaviour));
    const ids = [
      await accepted({ documents: [added] }),
      await accepted({ documents: [next], action: 'replace' }),
      await accepted({ documents: [deleted], action: 'delete' }),
    ];
    for (const id of ids) expect(await laboratory.cameOf(id)).toEqual(DONE);
    expect(statuses(added, replaced, next, deleted)).toEqual([
      'Deprecated',
      'Deleted',
      'Approved',
      'Approved',
    ]);
  });
});

describe.each(['drop-before', 'not-xml', { http: 503 }, { failure: 'XDSRegistryBusy' }] as const)(
  'after a question that is answered %j',
  behaviour => {
    it('one document is replaced, one deleted', async () => {
      const replaced = newDmpDocument({ patient: PATIENTS.dartagnan });
      const deleted = newDmpDocument({ patient: PATIENTS.oeuvrard });
      const next = nextVersion(replaced);
      for (const document of [replaced, deleted])
        expect(await cameOf({ documents: [document] })).toEqual(DONE);
      site.dmp.behave(firstOf({ query: 2 }, behaviour));
      const ids = [
        await accepted({ documents: [next], action: 'replace' }),
        await accepted({ documents: [deleted], action: 'delete' }),
      ];
      for (const id of ids) expect(await laboratory.cameOf(id)).toEqual(DONE);
      expect(statuses(replaced, deleted, next)).toEqual(['Deprecated', 'Deleted', 'Approved']);
    });
  },
);

describe('another attempt', () => {
  it('brings the same lot, byte for byte, under a new MessageID and a new VIHF', async () => {
    const before = site.dmp.requests().length;
    site.dmp.behave({ failure: 'XDSRegistryBusy' }, 2);
    expect(await cameOf({ documents: [newDmpDocument()] })).toEqual(DONE);
    const sent = site.dmp.requests().slice(before);
    const lots = new Set(
      sent.map(({ setUniqueId, submissionTime, ids, signature }: DmpRequest) =>
        JSON.stringify([setUniqueId, submissionTime, ids, signature?.toString('latin1')]),
      ),
    );
    expect([sent.length, lots.size]).toEqual([3, 1]);
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
    expect(new Set(sent.map(({ assertionId }) => assertionId)).size).toBe(3);
  });

  it('never counts as done because somebody else’s document lies under the same id', async () => {
    const document = newDmpDocument();
    await cameOf({ documents: [document] });
    const again = await cameOf({ documents: [document] });
    expect(again).toEqual({
      told: ['Z01 N XDSDuplicateUniqueIdInRegistry'],
      worklist: ['DMP-006'],
      state: 'closing',
    });
  });
});

describe('a no', () => {
  it.each<[string, ScriptedBehaviour, told: string, worklist: string]>([
    ['of the registry', { failure: 'XDSRegistryMetadataError' }, 'XDSRegistryMetadataError', 'DMP-006'],
    [
      'in a code of the DMP’s own',
      { failure: 'DMPClosed', context: 'Le DMP est fermé' },
      'DMPClosed',
      'DMP-006',
    ],
    ['to who asks', { fault: 'DMPInvalidCertificate' }, 'DMPInvalidCertificate', 'DMP-007'],
    ['of HTTP to who asks', { http: 403 }, 'DMP-007', 'DMP-007'],
    ['of HTTP', { http: 404 }, 'DMP-006', 'DMP-006'],
  ])('%s waits for a person, and is told word for word', async (_, behaviour, told, worklist) => {
    const document = newDmpDocument();
    site.dmp.behave(behaviour, 1);
    const id = await accepted({ documents: [document], wishes: { DESTDMP: 'Y' } });
    expect(await laboratory.cameOf(id)).toEqual({
      told: [`Z01 N ${told}`],
      worklist: [worklist],
      state: 'closing',
    });
    const { exchange } = await laboratory.settled(id);
    await retryExchange(exchange.id, laboratory.steering());
    // The N is corrected, though no receipt was asked for.
    expect(await laboratory.cameOf(id)).toEqual({
      told: [`Z01 N ${told}`, 'Z01 Y'],
      worklist: [],
      state: 'ended',
    });
    expect(statuses(document)).toEqual(['Approved']);
  });

  it('to a question about the original is told word for word', async () => {
    const document = newDmpDocument();
    await cameOf({ documents: [document] });
    site.dmp.behave({ failure: 'DMPClosed', context: 'Le DMP est fermé' }, 1);
    const came = await cameOf({ documents: [document], action: 'delete' });
    expect(came).toMatchObject({ told: ['Z01 N DMPClosed'], worklist: ['DMP-006'] });
  });

  it('keeps the words of the DMP from the log and the worklist: they may be about the patient', async () => {
    site.dmp.behave({ failure: 'XDSRegistryError', context: 'MORVAN Claire a été refusée' }, 1);
    const id = await accepted({ documents: [newDmpDocument()] });
    const { deliveries } = await laboratory.settled(id);
    expect(laboratory.zams(id)[0]?.error?.label).toBe('MORVAN Claire a été refusée');
    expect(deliveries.flatMap(({ hold }) => hold?.detail ?? [])).toEqual(['Code : XDSRegistryError.']);
    expect(JSON.stringify(deliveries)).not.toContain('MORVAN');
    expect(laboratory.logText()).not.toContain('MORVAN');
  });
});

describe('a warning', () => {
  it('is a yes', async () => {
    const document = newDmpDocument();
    site.dmp.behave({ warning: 'XDSExtraMetadataNotSaved' }, 1);
    expect(await cameOf({ documents: [document] })).toEqual(DONE);
    expect(statuses(document)).toEqual(['Approved']);
  });
});

describe('a DMP that does not answer in time', () => {
  it('is given up after a while; once a person has it tried again it is asked first', async () => {
    await laboratory.stopGateway();
    const limits = { timeout: '1s', giveUpAfter: '1s' };
    await laboratory.startGateway({ settings: { dmp: { ...site.settings, limits } } });
    const document = newDmpDocument();
    site.dmp.behave('drop-after');
    const id = await accepted({ documents: [document] });
    expect(await laboratory.cameOf(id)).toEqual({
      told: ['Z01 N DMP-019'],
      worklist: ['DMP-019'],
      state: 'closing',
    });
    site.dmp.behave('answer');
    const { exchange } = await laboratory.settled(id);
    await retryExchange(exchange.id, laboratory.steering());
    expect(await laboratory.cameOf(id)).toEqual({ ...DONE, told: ['Z01 N DMP-019', 'Z01 Y'] });
    expect(statuses(document)).toEqual(['Approved']);
  });

  it('may be given up by a person before that, and the application hears of it', async () => {
    await laboratory.stopGateway();
    await laboratory.startGateway({ settings: { dmp: site.settings } });
    site.dmp.behave({ failure: 'XDSRegistryBusy' });
    const id = await accepted({ documents: [newDmpDocument()] });
    await laboratory.until('an attempt was made', async () =>
      ((await laboratory.view(id))?.deliveries ?? []).some(
        ({ lastError, state }) => lastError?.code === 'DMP-004' && state === 'waiting',
      ),
    );
    const view = await laboratory.view(id);
    await abandonExchange(view?.exchange.id ?? '', 'fermé', laboratory.steering());
    expect(await laboratory.cameOf(id)).toEqual({ told: ['Z01 N DMP-022'], worklist: [], state: 'ended' });
  });
});
