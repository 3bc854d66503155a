import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_MAILBOX, KNOWN_PATIENTS, LABORATORY, SECRETARY } from '../../samples/actors.ts';
import { PATIENTS, type SamplePatient } from '../../samples/kit/cda.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import {
  faultOf,
  messageIdIn,
  newDocument,
  newMail,
  readMailAt,
  startWorld,
  type World,
} from '../kit/gateway.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

/** Telling the sender: who is told, how, once, and what the mail server makes of it. */

const CHECKER = join(SHARED, 'tools/check_mail.py');

let world: World;

describe('policy', () => {
  /** One mailbox for each set of rules. */
  const RULES = {
    usual: {},
    'guard-off': { loopGuard: 'off' },
    'no-error-mailbox': { errorMailbox: undefined },
    'mdn-only': { failure: 'requested' },
    'never-failure': { failure: 'never' },
    'never-success': { success: 'never' },
    'mailbox-envelope': { envelopeFrom: 'mailbox' },
  } as const;
  type Rules = keyof typeof RULES;
  const addressOf = (rules: Rules): string => `dpi.${rules}@chu-x.mssante.fr`;

  beforeAll(async () => {
    world = await startWorld({
      mailboxes: (Object.keys(RULES) as Rules[]).map(name => ({
        name,
        address: addressOf(name),
        settings: { notify: { errorMailbox: ERROR_MAILBOX, ...RULES[name] } },
      })),
    });
  });
  afterAll(() => world.stop());

  const toSender = `mdn ok ${LABORATORY}`;
  const koToSender = `mdn 902 ${LABORATORY}`;
  const toErrors = `error-mail 902 ${ERROR_MAILBOX}`;

  test.each([
    { rules: 'usual', asks: true, refused: false, told: [toSender] },
    { rules: 'usual', asks: true, refused: true, told: [koToSender] },
    { rules: 'usual', asks: false, refused: false, told: [] },
    { rules: 'usual', asks: false, refused: true, told: [toErrors] },
    // The requester is not the return path (RFC 8098 §2.1).
    { rules: 'usual', asks: true, from: SECRETARY, refused: false, told: [] },
    { rules: 'usual', asks: true, from: SECRETARY, refused: true, told: [toErrors] },
    { rules: 'guard-off', asks: true, from: SECRETARY, refused: false, told: [toSender] },
    { rules: 'guard-off', asks: true, from: SECRETARY, refused: true, told: [koToSender] },
    { rules: 'no-error-mailbox', asks: false, refused: true, told: [`error-mail 902 ${LABORATORY}`] },
    { rules: 'never-success', asks: true, refused: false, told: [] },
    { rules: 'never-success', asks: true, refused: true, told: [koToSender] },
    { rules: 'mdn-only', asks: true, refused: true, told: [koToSender] },
    // A refusal that nobody hears of is a person's to deal with.
    { rules: 'mdn-only', asks: false, refused: true, told: [], held: 'DOC-004' },
    { rules: 'never-failure', asks: true, refused: true, told: [], held: 'DOC-004' },
    { rules: 'usual', asks: true, from: '', refused: false, told: [] },
    { rules: 'usual', asks: true, from: '', refused: true, told: [], held: 'DOC-004' },
  ] as const)(
    '$rules, asked for: $asks, refused: $refused, return path: $from',
    async ({ rules, asks, refused, told, ...special }) => {
      const mail = await aMail({ refused, asksReceipt: asks });
      const from = 'from' in special ? special.from : LABORATORY;
      const view = await world.bring(mail, { from, to: addressOf(rules) });
      expect(world.ended(view).told).toEqual(told);
      expect(world.ended(view).folder).toBe(refused ? 'failed' : 'done');
      expect(faultOf(view)?.code).toBe('held' in special ? special.held : undefined);
    },
  );

  test.each([
    ['usual', ''],
    ['mailbox-envelope', addressOf('mailbox-envelope')],
  ] as const)('under %s the envelope’s sender is <%s>', async (rules, from) => {
    const mail = await aMail({ refused: false });
    await world.bring(mail, { to: addressOf(rules) });
    expect(world.answers(messageIdIn(mail)).map(({ envelope }) => envelope.from)).toEqual([from]);
  });

  test('one refused document makes it negative, and the text lists every document', async () => {
    const documents = [
      newDocument(),
      newDocument({ replaces: { root: '1.2.250.1.999.5' } }, { action: 'C' }),
    ];
    const mail = await newMail({ documents });
    const view = await world.bring(mail, { to: addressOf('usual') });
    expect(world.ended(view)).toMatchObject({
      messages: ['T02 AA', 'T10 900'],
      outcome: 'refused',
      told: [`mdn 900 ${LABORATORY}`],
    });
    const text = await answerText(mail);
    for (const { sample } of documents) expect(text).toContain(sample.id.extension);
    expect(text).toMatch(/1\. .*accepté/);
    expect(text).toMatch(/2\. .*refusé.*900/);
  });
});

describe('once a mail', () => {
  /** Ibrahima Diallo is unknown until somebody registers him. */
  let patients: SamplePatient[];

  beforeAll(async () => {
    patients = [...KNOWN_PATIENTS];
    world = await startWorld({ dpi: { patients } });
  });
  afterAll(() => world.stop());

  test('a later success after a person’s retry is an event; the mail moves from the errors to the done', async () => {
    const mail = await aMail({ refused: true });
    const refused = await world.bring(mail);
    expect(world.ended(refused)).toMatchObject({ told: [`mdn 902 ${LABORATORY}`], folder: 'failed' });
    patients.push(PATIENTS.diallo);
    await retryExchange(refused.exchange.id, world.steering());
    const accepted = await endedAgain(refused);
    expect(world.ended(accepted)).toMatchObject({
      outcome: 'accepted',
      told: [`mdn 902 ${LABORATORY}`],
      folder: 'done',
    });
    expect(accepted.events).toContainEqual(
      expect.objectContaining({ type: 'not-notified', data: { because: 'notified-before' } }),
    );
    patients.pop();
  });

  test('a person who gives up is quoted: 906 and the reason', async () => {
    const mail = await newMail({ documents: [newDocument({}, { masks: ['MASQUE_PS'] })] });
    const held = await world.bring(mail);
    await abandonExchange(
      held.exchange.id,
      'Patient hospitalisé ailleurs, document sans objet.',
      world.steering(),
    );
    const ended = await endedAgain(held);
    expect(world.ended(ended)).toMatchObject({
      messages: [],
      outcome: 'abandoned',
      told: [`mdn 906 ${LABORATORY}`],
      folder: 'failed',
    });
    expect(await answerText(mail)).toContain('Motif : Patient hospitalisé ailleurs, document sans objet.');
  });
});

describe('a mail server', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test('that says “later”: the same mail leaves again, and arrives once', async () => {
    world.operator.behave({ smtp: 'greylist', times: 1 });
    const mail = await aMail({ refused: false });
    expect(world.ended(await world.bring(mail)).told).toEqual([`mdn ok ${LABORATORY}`]);
    expect(world.log()).toContainEqual(expect.objectContaining({ code: 'SMTP-005', reply: 451 }));
  });

  test.each(['refuse-recipient', 'refuse', 'refuse-null-sender'] as const)(
    'that will not have it (%s): the worklist; a retry leaves under the same Message-ID',
    async refusal => {
      world.operator.behave({ smtp: refusal, times: 1 });
      const mail = await aMail({ refused: false });
      const held = await world.bring(mail);
      expect(world.ended(held)).toMatchObject({
        outcome: 'worklist',
        code: 'SMTP-004',
        told: [],
        folder: 'done',
      });
      await retryExchange(held.exchange.id, world.steering());
      const sent = await endedAgain(held);
      expect(world.ended(sent).told).toEqual([`mdn ok ${LABORATORY}`]);
      expect(messageIdIn(world.answers(messageIdIn(mail))[0]?.raw ?? Buffer.alloc(0))).toBe(
        held.deliveries.find(({ kind }) => kind === 'mdn')?.identifiers['messageId'],
      );
    },
  );

  test('that refuses it for good: abandoned, the exchange ends', async () => {
    world.operator.behave({ smtp: 'refuse', times: 1 });
    const held = await world.bring(await aMail({ refused: false }));
    await abandonExchange(held.exchange.id, 'Prévenu par téléphone', world.steering());
    expect(world.ended(await endedAgain(held))).toMatchObject({
      outcome: 'accepted',
      told: [],
      folder: 'done',
    });
  });

  test.each([
    ['cut-during-data', 1],
    ['cut-before-reply', 2],
  ] as const)(
    'that breaks the line (%s): the same Message-ID and bytes, %i times',
    async (behaviour, times) => {
      world.operator.behave({ smtp: behaviour, times: 1 });
      const mail = await aMail({ refused: false });
      await world.bring(mail);
      const [first, ...again] = world.answers(messageIdIn(mail));
      expect(again).toHaveLength(times - 1);
      for (const { raw } of again) expect(raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true);
    },
  );
});

describe.skipIf(!hasShared('tools/check_mail.py'))('check_mail.py finds no fault', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test.each([
    { kind: ['mdn-ok'], refused: false, asksReceipt: true },
    { kind: ['mdn-error', '902'], refused: true, asksReceipt: true },
    { kind: ['error-mail', '902'], refused: true, asksReceipt: false },
  ])('$kind.0', async ({ kind, ...about }) => {
    const mail = await aMail(about);
    await world.bring(mail);
    const [original, answer] = [join(world.folder, 'original.eml'), join(world.folder, 'answer.eml')];
    writeFileSync(original, mail);
    writeFileSync(answer, world.answers(messageIdIn(mail))[0]?.raw ?? '');
    const checked = spawnSync('python3', [CHECKER, ...kind, answer, original], { encoding: 'utf8' });
    expect(checked.stdout + checked.stderr).toBe('0 faults\n');
  });
});

function aMail(about: { refused: boolean; asksReceipt?: boolean }): Promise<Buffer> {
  const { refused, asksReceipt = true } = about;
  const patient = refused ? PATIENTS.diallo : PATIENTS.morvan;
  return newMail({ documents: [newDocument({ patient })], asksReceipt });
}

/** Once a person has acted: the exchange has ended. */
async function endedAgain({ exchange }: ExchangeView): Promise<ExchangeView> {
  const { journal } = world.gateway();
  let view: ExchangeView | undefined;
  await world.until('it has ended', async () => {
    view = await journal.exchange(exchange.id);
    return view?.exchange.state === 'ended';
  });
  if (view === undefined) throw new Error('unreachable');
  return view;
}

/** The first part of the answer, on one line. */
async function answerText(mail: Uint8Array): Promise<string> {
  const [answer] = world.answers(messageIdIn(mail));
  const { text = '' } = await readMailAt(answer?.raw ?? Buffer.alloc(0));
  return text.replaceAll(/[ \t]+/g, ' ');
}
