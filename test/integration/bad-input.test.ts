import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LABORATORY } from '../../samples/actors.ts';
import { BAD_ARCHIVES, BAD_MAILS, type BadInput } from '../../samples/bad-input.ts';
import { bomb, rawZip, archiveMembers, type ArchiveDocument } from '../../samples/kit/archive.ts';
import { PATIENTS } from '../../samples/kit/cda.ts';
import { patientIdOf } from '../../samples/kit/metadata.ts';
import { describe as entryOf, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import {
  INTEGRATED,
  type Ended,
  messageIdIn,
  newDocument,
  newMail,
  startWorld,
  readMailAt,
  type World,
} from '../kit/gateway.ts';

/**
 * Bad input: each mail ends with its code, in its folder, with what its sender was told; the mails around
 * it go through. All of them pass one gateway, in one go, each between two good ones.
 */

const SENDER = LABORATORY;

interface Case {
  readonly name: string;
  readonly mail: () => Promise<Buffer>;
  readonly expected: Ended;
  /** The fault that the sender reads of, where it is a document's: it is not the exchange's then. */
  readonly reason?: ErrorCode | undefined;
}

/** Nothing is handed over; the sender reads 906 and why. */
const refusedWith = (code: ErrorCode | undefined): Case['expected'] => ({
  messages: [],
  outcome: 'refused',
  code,
  told: [`mdn 906 ${SENDER}`],
  folder: 'failed',
});

/** Nothing is handed over and nobody is told: a person looks. */
const waitsWith = (code: ErrorCode): Case['expected'] => ({
  messages: [],
  outcome: 'worklist',
  code,
  told: [],
  folder: 'failed',
});

const WORKLIST: readonly string[] = ['XDM-015', 'XDM-016', 'XDM-017', 'XDM-018', 'XDM-019', 'CDA-010'];
/** Faults of the archive as a whole are the exchange's; those of a document stand in its ending. */
const OF_A_DOCUMENT: readonly ErrorCode[] = [
  'XDM-011',
  'XDM-012',
  'XDM-013',
  'CDA-001',
  'CDA-002',
  'CDA-003',
];

function ofArchive({ name, expected, build }: BadInput): Case {
  return {
    name,
    mail: async () => newMail({ archive: await build() }),
    expected: expectedOf(expected),
    reason: OF_A_DOCUMENT.find(code => code === expected),
  };
}

function expectedOf(code: BadInput['expected']): Case['expected'] {
  if (code === 'integrated') return INTEGRATED;
  if (WORKLIST.includes(code)) return waitsWith(code);
  return refusedWith(OF_A_DOCUMENT.includes(code) ? undefined : code);
}

const withDocument = (
  name: string,
  document: Partial<ArchiveDocument>,
  expected: Case['expected'],
): Case => ({
  name,
  mail: () => newMail({ documents: [{ ...newDocument(), ...document }] }),
  expected,
});

const CASES: readonly Case[] = [
  ...BAD_ARCHIVES.filter(({ name }) => name !== 'sans-ins').map(ofArchive),
  {
    name: 'bomb: 210 MB in all, no member over its own bound',
    mail: async () => newMail({ archive: totalBomb() }),
    expected: refusedWith('XDM-006'),
  },
  {
    name: 'patient of METADATA.XML is another',
    mail: async () =>
      newMail({ documents: [newDocument({}, { patientId: patientIdOf(PATIENTS.dartagnan) })] }),
    expected: waitsWith('XDM-017'),
  },
  withDocument(
    'unique id of METADATA.XML is another',
    { uniqueId: '1.2.250.1.999.7^AUTRE' },
    waitsWith('XDM-018'),
  ),
  withDocument('unknown action', { action: 'X' }, waitsWith('XDM-015')),
  withDocument('replacement that names no parent', { action: 'C' }, waitsWith('XDM-016')),
  {
    name: 'two patients in one document',
    mail: () => newMail({ documents: [newDocument({ otherPatients: [PATIENTS.diallo] })] }),
    expected: waitsWith('CDA-010'),
  },
  {
    name: 'document with a DOCTYPE',
    mail: async () => {
      const bytes = Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><ClinicalDocument xmlns="urn:hl7-org:v3"/>');
      return newMail({ documents: [newDocument({}, { bytes })] });
    },
    expected: refusedWith(undefined),
    reason: 'CDA-003',
  },
  {
    name: 'no From: the required PRT of the sender could not be written',
    mail: () => newMail({ from: '' }),
    expected: waitsWith('MAIL-011'),
  },
  {
    name: 'no INS: the DPI decides',
    mail: () => newMail({ documents: [newDocument({ patient: PATIENTS.lenoir })] }),
    expected: {
      messages: ['T02 903'],
      outcome: 'refused',
      code: undefined,
      told: [`mdn 903 ${SENDER}`],
      folder: 'failed',
    },
  },
  {
    name: 'no hash and no size: noted',
    mail: () => newMail({ documents: [newDocument({}, { hash: null, size: null })] }),
    expected: INTEGRATED,
  },
];

/** 21 members of 10 MB that deflate a hundred times. */
function totalBomb(): Buffer {
  const members = Array.from({ length: 21 }, (_, index) =>
    bomb(`IHE_XDM/SUBSET01/B${index}.XML`, 10_000_000),
  );
  return rawZip([...archiveMembers({ documents: [newDocument()] }), ...members]);
}

/** Mails of the samples that stand by themselves: with their own Message-ID and no request for an MDN. */
const BAD_MAIL_ENDS: Readonly<Record<string, Partial<Ended>>> = {
  'deux-archives': {
    outcome: 'refused',
    code: 'MAIL-008',
    told: ['error-mail 906 erreurs@chu-x.mssante.fr'],
    folder: 'failed',
  },
  'sans-message-id': { outcome: 'worklist', code: 'MAIL-004', told: [] },
  'dix-mille-parties': { outcome: 'worklist', code: 'MAIL-002', told: [], folder: 'failed' },
  'en-tetes-iso-8859-15': { messages: ['T02 AA'], outcome: 'accepted', folder: 'done' },
  'mime-reparable': { messages: ['T02 AA'], outcome: 'accepted', folder: 'done' },
};

let world: World;
const good: ExchangeView[] = [];
const bad = new Map<string, ExchangeView>();

beforeAll(async () => {
  world = await startWorld({ dpi: { requireIns: true }, application: {} });
  const goodMails: Buffer[] = [await newMail()];
  const badMails = new Map<string, Buffer>();
  world.deliver(goodMails[0] as Buffer);
  for (const { name, mail } of CASES) {
    const [hostile, next] = [await mail(), await newMail()];
    world.deliver(hostile);
    world.deliver(next);
    badMails.set(name, hostile);
    goodMails.push(next);
  }
  for (const { name, build } of BAD_MAILS) {
    const [hostile, next] = [await build(), await newMail()];
    world.deliver(hostile);
    world.deliver(next);
    badMails.set(name, hostile);
    goodMails.push(next);
  }
  for (const mail of goodMails) good.push(await world.settled(mail));
  for (const [name, mail] of badMails) bad.set(name, await settledOf(name, mail));
}, 120_000);
afterAll(() => world.stop());

async function settledOf(name: string, mail: Buffer): Promise<ExchangeView> {
  if (messageIdIn(mail) !== undefined) return world.settled(mail);
  const [nameless] = (await world.gateway().journal.list({ limit: 1_000 })).filter(
    ({ messageId, nature }) => messageId === undefined && nature === 'unusable',
  );
  const view = nameless && (await world.gateway().journal.exchange(nameless.id));
  if (view === undefined) throw new Error(`${name} is not in the journal`);
  return view;
}

function viewOf(name: string): ExchangeView {
  const view = bad.get(name);
  if (view === undefined) throw new Error(name);
  return view;
}

describe('archives and documents', () => {
  test.each(CASES)('$name', async ({ name, expected, reason }) => {
    const view = viewOf(name);
    expect(world.ended(view)).toEqual(expected);
    const [answer] = world.answers(view.exchange.messageId);
    const code = reason ?? view.exchange.fault?.code;
    if (answer === undefined || code === undefined) return;
    const { subject, text } = await readMailAt(answer.raw);
    expect(subject).toMatch(/^\[KO Intégration système !\]\[906\] XDM\/1\.0\/DDM\+/);
    expect(text?.replaceAll(/\s+/g, ' ')).toContain(entryOf(code).why);
  });

  test('every one of them came between two good ones, which went through', () => {
    expect(good.length).toBeGreaterThan(CASES.length + BAD_MAILS.length);
    for (const view of good) expect(world.ended(view)).toEqual(INTEGRATED);
  });
});

describe('mails', () => {
  test.each(Object.entries(BAD_MAIL_ENDS))('%s', (name, expected) => {
    expect(world.ended(viewOf(name))).toMatchObject(expected);
  });
});
