import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CdaSample } from '../../samples/kit/cda.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange, type RetryOptions } from '../../src/flows/steer.ts';
import type { DmpBehaviour, ScriptedBehaviour, Transaction } from '../../src/sandbox/dmp.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, nextVersion, startDmpSite } from '../kit/dmp.ts';
import { type Laboratory, newRequest, type Outcome, startLaboratory } from '../kit/outgoing.ts';

/** No yes without the DMP having what was asked for, no no without a look; found by attack, each named by what went wrong. */

let site: DmpSite;
let laboratory: Laboratory;
beforeAll(async () => {
  site = await startDmpSite();
  laboratory = await startLaboratory({ settings: { dmp: { ...site.settings, limits: { timeout: '1s' } } } });
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});
beforeEach(() => site.dmp.behave('answer'));

const DONE: Outcome = { told: ['Z01 Y'], worklist: [], state: 'ended' };
const WISHES = DMP_ALONE.wishes;
const MASKED = {
  wishes: { ...WISHES, MODIF_CONF_CODE: 'Y', MASQUE_PS: 'Y', INVISIBLE_PATIENT: 'Y' },
} as const;

async function accepted(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ ...DMP_ALONE, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

const cameOf = async (overrides: Partial<RequestSample>): Promise<Outcome> =>
  laboratory.cameOf(await accepted(overrides));

/** `Approved N`: status and confidentiality of each that lies in the DMP. */
function shown(...samples: readonly CdaSample[]): string[] {
  return samples.flatMap(({ id }) =>
    site.dmp
      .documents()
      .filter(({ uniqueId }) => uniqueId === id.root)
      .map(({ status, confidentialityCodes }) =>
        [status, ...confidentialityCodes.map(code => code.split('^', 1)[0])].join(' '),
      ),
  );
}

function firstOf(counts: Partial<Record<Transaction, number>>, behaviour: DmpBehaviour): ScriptedBehaviour {
  const left = { submit: 0, update: 0, query: 0, ...counts };
  return transaction => {
    left[transaction] -= 1;
    return left[transaction] < 0 ? 'answer' : behaviour;
  };
}

async function exchangeOf(controlId: string): Promise<string> {
  return (await laboratory.view(controlId))?.exchange.id ?? '';
}

async function retry(controlId: string, options: Partial<RetryOptions> = {}): Promise<void> {
  await retryExchange(await exchangeOf(controlId), laboratory.steering(), options);
}

/** Held by the DMP's refusal of its patient. */
async function heldOriginal(document: CdaSample): Promise<string> {
  site.dmp.behave({ failure: 'DMPClosed' }, 1);
  const id = await accepted({ documents: [document] });
  expect(await laboratory.cameOf(id)).toMatchObject({ worklist: ['DMP-006'] });
  site.dmp.behave('answer');
  return id;
}

describe('a document whose id lies in the DMP with other content', () => {
  it('is not taken for it after a lost answer: the one that is there is visible to more', async () => {
    const open = newDmpDocument();
    await cameOf({ documents: [open] });
    site.dmp.behave(firstOf({ submit: 1 }, 'drop-before'));
    const came = await cameOf({
      documents: [{ ...open, title: 'Autre contenu' }],
      ...MASKED,
      action: 'add',
      wishes: { ...WISHES, MASQUE_PS: 'Y' },
    });
    expect(came).toEqual({ told: ['Z01 N DMP-023'], worklist: ['DMP-023'], state: 'closing' });
    expect(shown(open)).toEqual(['Approved N']);
  });

  it('is refused when the DMP says that the content is another', async () => {
    const open = newDmpDocument();
    await cameOf({ documents: [open] });
    let submissions = 0;
    site.dmp.behave(transaction => {
      if (transaction !== 'submit') return 'answer';
      submissions += 1;
      return submissions === 1 ? 'drop-before' : { failure: 'XDSNonIdenticalHash' };
    });
    expect(await cameOf({ documents: [{ ...open, title: 'Autre contenu' }] })).toMatchObject({
      told: ['Z01 N XDSNonIdenticalHash'],
    });
  });

  it('is not taken for it because a question was not answered', async () => {
    const original = newDmpDocument();
    await cameOf({ documents: [original] });
    const next = nextVersion(original);
    await cameOf({ documents: [next] });
    site.dmp.behave(firstOf({ query: 1 }, 'drop-before'));
    const came = await cameOf({ documents: [next], action: 'replace', ...MASKED });
    expect(came).toMatchObject({ told: ['Z01 N XDSDuplicateUniqueIdInRegistry'], worklist: ['DMP-006'] });
    expect(shown(original, next)).toEqual(['Approved N', 'Approved N']);
  });
});

describe('a deposit that was done without a word', () => {
  it('is a yes, though the answer said that nothing was done', async () => {
    const document = newDmpDocument();
    site.dmp.behave(firstOf({ submit: 1 }, { http: 503, isDone: true }));
    expect(await cameOf({ documents: [document] })).toEqual(DONE);
    expect(shown(document)).toEqual(['Approved N']);
  });

  it('of two documents is a yes once both are there', async () => {
    const documents = [newDmpDocument({ level: 1 }), newDmpDocument()];
    site.dmp.behave(firstOf({ submit: 1 }, 'drop-after'));
    expect(await cameOf({ documents })).toEqual(DONE);
  });

  it('of a replacement is a yes, though its original can be replaced no more', async () => {
    const original = newDmpDocument();
    await cameOf({ documents: [original] });
    const next = nextVersion(original);
    let submissions = 0;
    site.dmp.behave(transaction => {
      if (transaction !== 'submit') return 'answer';
      submissions += 1;
      return submissions === 1 ? 'drop-after' : { failure: 'XDSRegistryDeprecatedDocumentError' };
    });
    expect(await cameOf({ documents: [next], action: 'replace' })).toEqual(DONE);
    expect(shown(original, next)).toEqual(['Deprecated N', 'Approved N']);
  });
});

describe('a deletion', () => {
  it('of what the DMP does not know is no deletion, whatever became of the first question', async () => {
    site.dmp.behave(firstOf({ query: 1 }, 'drop-before'));
    expect(await cameOf({ documents: [newDmpDocument()], action: 'delete' })).toEqual({
      told: ['Z01 N DMP-008'],
      worklist: ['DMP-008'],
      state: 'closing',
    });
  });

  it('that is refused was not done, whatever became of the first question', async () => {
    const document = newDmpDocument();
    await cameOf({ documents: [document] });
    let questions = 0;
    site.dmp.behave(transaction => {
      if (transaction === 'update') return { failure: 'XDSMetadataUpdateError' };
      questions += 1;
      return questions === 1 ? 'drop-before' : 'answer';
    });
    expect(await cameOf({ documents: [document], action: 'delete' })).toMatchObject({
      told: ['Z01 N XDSMetadataUpdateError'],
    });
    expect(shown(document)).toEqual(['Approved N']);
  });

  it('of two documents goes on where it was', async () => {
    const documents = [newDmpDocument({ level: 1 }), newDmpDocument()];
    await cameOf({ documents });
    let updates = 0;
    site.dmp.behave(transaction => {
      if (transaction !== 'update') return 'answer';
      updates += 1;
      return updates === 2 ? { failure: 'XDSRegistryBusy' } : 'answer';
    });
    const before = site.dmp.submissions().length;
    expect(await cameOf({ documents, action: 'delete' })).toEqual(DONE);
    expect(shown(...documents)).toEqual(['Deleted N', 'Deleted N']);
    expect(site.dmp.submissions().length - before).toBe(2);
  });
});

describe('what replaces or deletes a document that waits for a person', () => {
  it('waits for it: sent again first, it does not come back after its deletion', async () => {
    const document = newDmpDocument();
    const original = await heldOriginal(document);
    const deletion = await accepted({ documents: [document], action: 'delete' });
    await retry(original);
    for (const id of [original, deletion]) {
      expect(await laboratory.cameOf(id)).toMatchObject({ worklist: [], state: 'ended' });
    }
    expect(shown(document)).toEqual(['Deleted N']);
  });

  it('waits for it: its masked version takes its place', async () => {
    const document = newDmpDocument();
    const original = await heldOriginal(document);
    const next = nextVersion(document);
    const replacement = await accepted({ documents: [next], action: 'replace', ...MASKED });
    expect(laboratory.told(replacement)).toEqual([]);
    await retry(original);
    expect(await laboratory.cameOf(replacement)).toEqual(DONE);
    expect(shown(document, next)).toEqual(['Deprecated N', 'Approved N MASQUE_PS INVISIBLE_PATIENT']);
  });

  it('goes on once it is given up', async () => {
    const document = newDmpDocument();
    const original = await heldOriginal(document);
    const replacement = await accepted({ documents: [nextVersion(document)], action: 'replace' });
    await abandonExchange(await exchangeOf(original), 'Erreur', laboratory.steering());
    expect(await laboratory.cameOf(replacement)).toMatchObject({ worklist: ['DMP-008'] });
  });
});

describe('a replacement that a person has deposited as a new document', () => {
  it('replaces its original, if that has come meanwhile', async () => {
    const document = newDmpDocument();
    const next = nextVersion(document);
    const id = await accepted({ documents: [next], action: 'replace', ...MASKED });
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: ['DMP-008'] });
    await cameOf({ documents: [document] });
    await retry(id, { asNew: true });
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: [], state: 'ended' });
    expect(shown(document, next)).toEqual(['Deprecated N', 'Approved N MASQUE_PS INVISIBLE_PATIENT']);
  });

  it('of two, replaces the original that the DMP knows', async () => {
    const known = newDmpDocument({ level: 1 });
    await cameOf({ documents: [known] });
    const nexts = [nextVersion(known), nextVersion(newDmpDocument())];
    const id = await accepted({ documents: nexts, action: 'replace' });
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: ['DMP-008'] });
    await retry(id, { asNew: true });
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: [], state: 'ended' });
    expect(shown(known, ...nexts)).toEqual(['Deprecated N', 'Approved N', 'Approved N']);
  });

  it('is the change of confidentiality of a document that it does not name', async () => {
    const open = newDmpDocument();
    const id = await accepted({ documents: [open], ...MASKED });
    expect(await laboratory.cameOf(id)).toMatchObject({ told: ['Z01 N DMP-008'], worklist: ['DMP-008'] });
    expect(shown(open)).toEqual([]);
    await retry(id, { asNew: true });
    expect(await laboratory.cameOf(id)).toMatchObject({ worklist: [], state: 'ended' });
    expect(shown(open)).toEqual(['Approved N MASQUE_PS INVISIBLE_PATIENT']);
  });
});

describe('what the application is told', () => {
  it('each refusal after an order of a person, in the DMP’s words', async () => {
    const document = newDmpDocument();
    site.dmp.behave({ failure: 'DMPClosed', context: 'Le DMP est fermé' }, 1);
    const id = await accepted({ documents: [document] });
    await laboratory.cameOf(id);
    site.dmp.behave({ fault: 'DMPInvalidCertificate', reason: 'Le certificat est invalide' }, 1);
    await retry(id);
    await laboratory.cameOf(id);
    expect(laboratory.zams(id).map(({ error }) => error)).toEqual([
      { code: 'DMPClosed', label: 'Le DMP est fermé' },
      expect.objectContaining({ label: 'Le certificat est invalide' }),
    ]);
  });

  it('that the DMP may have it, where it was asked and not heard', async () => {
    site.dmp.behave('drop-after');
    const id = await accepted({ documents: [newDmpDocument()] });
    await laboratory.until('an attempt was not heard', async () =>
      ((await laboratory.view(id))?.deliveries ?? []).some(
        ({ ambiguous, state }) => ambiguous > 0 && state === 'waiting',
      ),
    );
    await abandonExchange(await exchangeOf(id), 'Trop long', laboratory.steering());
    await laboratory.cameOf(id);
    expect(laboratory.zams(id)[0]?.error).toEqual({
      code: 'DMP-022',
      label: expect.stringContaining('le DMP a pu prendre le document') as string,
    });
  });
});

describe('a fault of the DMP’s own', () => {
  it('is tried again', async () => {
    const document = newDmpDocument();
    site.dmp.behave({ fault: 'Unavailable', of: 'Receiver' }, 1);
    expect(await cameOf({ documents: [document] })).toEqual(DONE);
  });
});

describe('a secret connection', () => {
  it('is asked for in every message of a deposit, a replacement and a deletion', async () => {
    await laboratory.stopGateway();
    const vihf = { secretConnection: 'SECRETE' };
    await laboratory.startGateway({ settings: { dmp: { ...site.settings, vihf } } });
    const wishes = { ...WISHES, CONNEXION_SECRETE: 'Y' } as const;
    const before = site.dmp.requests().length;
    const document = newDmpDocument();
    const next = nextVersion(document);
    await cameOf({ documents: [document], wishes });
    await cameOf({ documents: [next], action: 'replace', wishes });
    await cameOf({ documents: [next], action: 'delete', wishes });
    const sent = site.dmp.requests().slice(before);
    expect(sent.map(({ transaction }) => transaction)).toEqual([
      'submit',
      'query',
      'submit',
      'query',
      'update',
    ]);
    expect(sent.every(({ isSecret }) => isSecret)).toBe(true);
  });
});
