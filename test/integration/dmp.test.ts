import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CdaSample } from '../../samples/kit/cda.ts';
import { cdaDocument } from '../../samples/kit/cda.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import type { DmpDocument } from '../../src/sandbox/dmp.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, nextVersion, startDmpSite } from '../kit/dmp.ts';
import { type Laboratory, newRequest, type Outcome, startLaboratory } from '../kit/outgoing.ts';

/** Documents of requests in a DMP that believes nothing, and what the application hears of it. */

let site: DmpSite;
let laboratory: Laboratory;
beforeAll(async () => {
  site = await startDmpSite();
  laboratory = await startLaboratory({ settings: { dmp: site.settings } });
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});
beforeEach(() => site.dmp.behave('answer'));

const DONE: Outcome = { told: ['Z01 Y'], worklist: [], state: 'ended' };
const UNKNOWN: Outcome = { told: ['Z01 N DMP-008'], worklist: ['DMP-008'], state: 'closing' };

async function accepted(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ ...DMP_ALONE, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

async function cameOf(overrides: Partial<RequestSample>): Promise<Outcome> {
  return laboratory.cameOf(await accepted(overrides));
}

function inDmp(...samples: readonly CdaSample[]): DmpDocument[] {
  const roots = samples.map(({ id }) => id.root);
  return site.dmp.documents().filter(({ uniqueId }) => roots.includes(uniqueId));
}

const statuses = (...samples: readonly CdaSample[]): string[] =>
  inDmp(...samples).map(({ status }) => status);

describe('a document', () => {
  it('is published as it came, replaced and deleted', async () => {
    const first = newDmpDocument();
    expect(await cameOf({ documents: [first] })).toEqual(DONE);
    expect(inDmp(first)).toMatchObject([{ status: 'Approved', content: cdaDocument(first) }]);
    const second = nextVersion(first);
    expect(await cameOf({ documents: [second], action: 'replace' })).toEqual(DONE);
    expect(statuses(first, second)).toEqual(['Deprecated', 'Approved']);
    expect(inDmp(second)[0]?.replaces).toBe(inDmp(first)[0]?.entryUuid);
    expect(await cameOf({ documents: [second], action: 'delete' })).toEqual(DONE);
    expect(statuses(first, second)).toEqual(['Deprecated', 'Deleted']);
    expect(site.dmp.faults()).toEqual([]);
  });

  it('of a request that asks for no receipt is published, and nothing is said of it', async () => {
    const document = newDmpDocument();
    const came = await cameOf({ documents: [document], wishes: { DESTDMP: 'Y' } });
    expect(came).toEqual({ ...DONE, told: [] });
    expect(statuses(document)).toEqual(['Approved']);
  });

  it('goes to the DMP and by mail, each on its own', async () => {
    const document = newDmpDocument();
    const { message, controlId } = newRequest({
      documents: [document],
      wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' },
    });
    expect(await laboratory.ask(message)).toBe('AA');
    const view = await laboratory.reported(controlId);
    expect(laboratory.mails(view)).toHaveLength(1);
    expect(statuses(document)).toEqual(['Approved']);
    expect(laboratory.told(controlId).toSorted()).toEqual([
      'Z01 Y',
      'Z02 Y anne.tanguy@cabinet-du-port.mssante.fr',
    ]);
  });

  it('whose confidentiality changes is replaced, with its new one', async () => {
    const document = newDmpDocument();
    await cameOf({ documents: [document] });
    const hidden = nextVersion(document);
    const wishes = { ...DMP_ALONE.wishes, MODIF_CONF_CODE: 'Y', INVISIBLE_PATIENT: 'Y' } as const;
    expect(await cameOf({ documents: [hidden], action: 'replace', wishes })).toEqual(DONE);
    expect(statuses(document, hidden)).toEqual(['Deprecated', 'Approved']);
    expect(inDmp(hidden)[0]?.confidentialityCodes).toContain('INVISIBLE_PATIENT^1.2.250.1.213.1.1.4.13');
  });
});

describe('a change of confidentiality that is asked for as a new document', () => {
  it('is a replacement, where the document says of what', async () => {
    const document = newDmpDocument();
    await cameOf({ documents: [document] });
    const hidden = nextVersion(document);
    const wishes = { ...DMP_ALONE.wishes, MODIF_CONF_CODE: 'Y', MASQUE_PS: 'Y' } as const;
    expect(await cameOf({ documents: [hidden], wishes })).toEqual(DONE);
    expect(statuses(document, hidden)).toEqual(['Deprecated', 'Approved']);
  });
});

describe('two documents of one request', () => {
  it('are published in one lot, replaced in one, deleted each, and told of once', async () => {
    const firsts = [newDmpDocument({ level: 1 }), newDmpDocument()];
    expect(await cameOf({ documents: firsts })).toEqual(DONE);
    expect(new Set(inDmp(...firsts).map(({ setUniqueId }) => setUniqueId)).size).toBe(1);
    const seconds = firsts.map(document => nextVersion(document));
    expect(await cameOf({ documents: seconds, action: 'replace' })).toEqual(DONE);
    expect(statuses(...firsts, ...seconds)).toEqual(['Deprecated', 'Deprecated', 'Approved', 'Approved']);
    expect(inDmp(...seconds).map(({ replaces }) => replaces)).toEqual(
      inDmp(...firsts).map(({ entryUuid }) => entryUuid),
    );
    const before = site.dmp.submissions().length;
    expect(await cameOf({ documents: seconds, action: 'delete' })).toEqual(DONE);
    expect(statuses(...seconds)).toEqual(['Deleted', 'Deleted']);
    expect(site.dmp.submissions().length - before).toBe(2);
  });
});

describe('what waits for its original', () => {
  it('leaves after it, whatever the DMP makes of the first attempts', async () => {
    const first = newDmpDocument();
    const second = nextVersion(first);
    site.dmp.behave({ failure: 'XDSRegistryBusy' }, 2);
    const ids = [
      await accepted({ documents: [first] }),
      await accepted({ documents: [second], action: 'replace' }),
      await accepted({ documents: [second], action: 'delete' }),
    ];
    for (const id of ids) expect(await laboratory.cameOf(id)).toEqual(DONE);
    expect(statuses(first, second)).toEqual(['Deprecated', 'Deleted']);
  });
});

describe('what the DMP does not know', () => {
  it('is not replaced; a person has the replacement deposited as a new document', async () => {
    const orphan = nextVersion(newDmpDocument());
    const id = await accepted({ documents: [orphan], action: 'replace' });
    expect(await laboratory.cameOf(id)).toEqual(UNKNOWN);
    expect(inDmp(orphan)).toEqual([]);
    const view = await laboratory.settled(id);
    expect(await retryExchange(view.exchange.id, laboratory.steering(), { asNew: true })).toBe(1);
    expect(await laboratory.cameOf(id)).toEqual({ ...DONE, told: ['Z01 N DMP-008', 'Z01 Y'] });
    expect(inDmp(orphan)).toMatchObject([{ status: 'Approved', replaces: undefined }]);
  });

  it('is not replaced, tried again as often as one likes, until its original is there', async () => {
    const original = newDmpDocument();
    const next = nextVersion(original);
    const id = await accepted({ documents: [next], action: 'replace' });
    expect(await laboratory.cameOf(id)).toEqual(UNKNOWN);
    const { exchange } = await laboratory.settled(id);
    await retryExchange(exchange.id, laboratory.steering());
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: ['DMP-008'] });
    await cameOf({ documents: [original] });
    await retryExchange(exchange.id, laboratory.steering());
    const told = ['Z01 N DMP-008', 'Z01 N DMP-008', 'Z01 Y'];
    expect(await laboratory.cameOf(id)).toEqual({ ...DONE, told });
    expect(statuses(original, next)).toEqual(['Deprecated', 'Approved']);
  });

  it('is not deleted, nor can that be deposited as new', async () => {
    const id = await accepted({ documents: [newDmpDocument()], action: 'delete' });
    expect(await laboratory.cameOf(id)).toEqual(UNKNOWN);
    const { exchange } = await laboratory.settled(id);
    const retried = retryExchange(exchange.id, laboratory.steering(), { asNew: true });
    await expect(retried).rejects.toMatchObject({ code: 'JRN-005' });
  });

  it('because its id could not be deposited there, is deposited as new too', async () => {
    const replaces = { root: '1.2.250.1.999.7', extension: 'V1' };
    const next = newDmpDocument({ replaces, version: 2 });
    const id = await accepted({ documents: [next], action: 'replace' });
    expect(await laboratory.cameOf(id)).toEqual(UNKNOWN);
    const { exchange } = await laboratory.settled(id);
    await retryExchange(exchange.id, laboratory.steering(), { asNew: true });
    expect(await laboratory.cameOf(id)).toEqual({ ...DONE, told: ['Z01 N DMP-008', 'Z01 Y'] });
    expect(inDmp(next)).toMatchObject([{ status: 'Approved', replaces: undefined }]);
  });
});
