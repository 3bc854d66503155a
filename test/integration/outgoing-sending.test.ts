import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { messageIdIn, newSample } from '../kit/gateway.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';

/** How mails leave when the operator refuses, puts off, breaks off, or is not there. */

const UNKNOWN = 'inconnu@chu-x.mssante.fr';
/** Delivered, and nothing is ever said of it. */
const SILENT = 'muet@chu-x.mssante.fr';

let laboratory: Laboratory;
/** While it stands still nothing is tried again. */
let frozenAt: number | undefined;
beforeAll(async () => {
  laboratory = await startLaboratory({
    clock: { now: () => new Date(frozenAt ?? Date.now()) },
    addresses: [DOCTOR, HOSPITAL, SILENT, PATIENT],
    reports: { refused: [UNKNOWN], silent: [SILENT] },
  });
});
afterAll(() => laboratory.stop());
beforeEach(() => laboratory.operator.behave({ smtp: 'accept' }));

const HEARD = { wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } } as const;
const to = (...addresses: readonly string[]): Partial<RequestSample> => ({
  recipients: addresses.map(address => ({ address })),
});

async function accept(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ ...HEARD, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

/** Whom the mails of a request went to, one list for each time that the operator took it. */
const takenFor = (view: ExchangeView): (readonly string[])[] =>
  laboratory.mails(view).map(({ envelope }) => envelope.to);

const sameMail = ([first, ...others]: readonly AcceptedMail[]): boolean =>
  first !== undefined && others.every(({ raw }) => raw.equals(first.raw));

const worklist = ({ deliveries }: ExchangeView): string[] =>
  deliveries.flatMap(({ hold }) => hold?.code ?? []);

it('a request becomes a mail for the professionals and one for the patient, and receipts for who asked', async () => {
  const controlId = await accept({
    wishes: { ...HEARD.wishes, DESTMSSANTEPAT: 'Y' },
    recipients: [{ address: DOCTOR }, { address: HOSPITAL }, patientRecipient(PATIENTS.morvan)],
  });
  const view = await laboratory.reported(controlId);
  expect(takenFor(view)).toEqual([[DOCTOR, HOSPITAL], [PATIENT]]);
  expect(laboratory.told(controlId).toSorted()).toEqual([
    `Z02 Y ${PATIENT}`,
    `Z02 Y ${DOCTOR}`,
    `Z02 Y ${HOSPITAL}`,
  ]);
  expect(view.exchange.state).toBe('ended');
});

describe('a recipient', () => {
  it('who is put off gets the mail later, alone, and the others at once', async () => {
    laboratory.operator.behave({ smtp: 'greylist', times: 1 });
    const view = await laboratory.reported(await accept(to(DOCTOR, HOSPITAL)));
    expect(takenFor(view)).toEqual([[HOSPITAL], [DOCTOR]]);
    expect(sameMail(laboratory.mails(view))).toBe(true);
    expect(laboratory.told(view.exchange.messageId ?? '').toSorted()).toEqual([
      `Z02 Y ${DOCTOR}`,
      `Z02 Y ${HOSPITAL}`,
    ]);
    const mail = view.deliveries.find(({ kind }) => kind === 'mail');
    expect([mail?.attempts, mail?.ending?.outcome]).toEqual([2, 'accepted']);
  });

  it('who is refused fails alone, and is told alone', async () => {
    const view = await laboratory.reported(await accept(to(DOCTOR, UNKNOWN, HOSPITAL)));
    expect(takenFor(view)).toEqual([[DOCTOR, HOSPITAL]]);
    expect(laboratory.told(view.exchange.messageId ?? '').toSorted()).toEqual([
      `Z02 N ${UNKNOWN} 550`,
      `Z02 Y ${DOCTOR}`,
      `Z02 Y ${HOSPITAL}`,
    ]);
    expect([worklist(view), view.exchange.state]).toEqual([[], 'ended']);
  });

  it('who is refused is a person’s where nobody asked to hear of it', async () => {
    const view = await laboratory.reported(
      await accept({ ...to(UNKNOWN, DOCTOR), wishes: { DESTMSSANTEPS: 'Y' } }),
    );
    expect(takenFor(view)).toEqual([[DOCTOR]]);
    const held = view.deliveries.filter(({ state }) => state === 'held');
    expect(held.map(({ identifiers, hold }) => [identifiers['to'], hold?.code])).toEqual([
      [UNKNOWN, 'OUT-002'],
    ]);
    expect(held[0]?.hold?.detail).toMatch(/^550 : /);
  });

  it('may be refused while another is put off: each has its own end', async () => {
    laboratory.operator.behave({ smtp: 'greylist', times: 1 });
    const view = await laboratory.reported(await accept(to(DOCTOR, UNKNOWN, HOSPITAL)));
    expect(takenFor(view)).toEqual([[HOSPITAL], [DOCTOR]]);
    expect(laboratory.told(view.exchange.messageId ?? '').filter(told => told.startsWith('Z02 N'))).toEqual([
      `Z02 N ${UNKNOWN} 550`,
    ]);
  });

  it('may be refused with all the others: nothing leaves, each is told, and the next mail does leave', async () => {
    laboratory.operator.behave({ smtp: 'refuse-recipient', times: 2 });
    const view = await laboratory.reported(await accept(to(DOCTOR, HOSPITAL)));
    expect(takenFor(view)).toEqual([]);
    expect(laboratory.told(view.exchange.messageId ?? '')).toEqual([
      `Z02 N ${DOCTOR} 550`,
      `Z02 N ${HOSPITAL} 550`,
    ]);
    expect(view.deliveries.find(({ kind }) => kind === 'mail')?.ending?.outcome).toBe('refused');
    expect(view.exchange.state).toBe('ended');
    expect(takenFor(await laboratory.reported(await accept(to(DOCTOR))))).toEqual([[DOCTOR]]);
  });

  it('is nobody’s any more once the mail itself is refused', async () => {
    laboratory.operator.behave({ smtp: 'refuse', times: 1 });
    const view = await laboratory.reported(await accept(to(DOCTOR, HOSPITAL)));
    expect(takenFor(view)).toEqual([]);
    expect(laboratory.told(view.exchange.messageId ?? '')).toEqual([
      `Z02 N ${DOCTOR} 554`,
      `Z02 N ${HOSPITAL} 554`,
    ]);
  });
});

describe('a connection', () => {
  it('that breaks in the middle of the mail: it leaves once', async () => {
    laboratory.operator.behave({ smtp: 'cut-during-data', times: 1 });
    const view = await laboratory.reported(await accept(to(DOCTOR)));
    expect(takenFor(view)).toEqual([[DOCTOR]]);
    expect(laboratory.told(view.exchange.messageId ?? '')).toEqual([`Z02 Y ${DOCTOR}`]);
  });

  it('that breaks before the answer: it leaves again under the same Message-ID, in the same bytes', async () => {
    laboratory.operator.behave({ smtp: 'cut-before-reply', times: 1 });
    const controlId = await accept(to(SILENT));
    const view = await laboratory.settled(controlId);
    expect(takenFor(view)).toEqual([[SILENT], [SILENT]]);
    expect(sameMail(laboratory.mails(view))).toBe(true);
    expect(view.deliveries.find(({ kind }) => kind === 'mail')).toMatchObject({ ambiguous: 1 });
    expect(laboratory.told(controlId)).toEqual([]);
  });

  it('that breaks before the answer, and the report comes first: it need not leave again', async () => {
    laboratory.operator.behave({ smtp: 'cut-before-reply', times: 1 });
    frozenAt = Date.now();
    const controlId = await accept(to(DOCTOR));
    await laboratory.until('the report was read', () => laboratory.told(controlId).length === 1);
    frozenAt = undefined;
    const view = await laboratory.reported(controlId);
    expect(takenFor(view)).toEqual([[DOCTOR]]);
    expect(laboratory.told(view.exchange.messageId ?? '')).toEqual([`Z02 Y ${DOCTOR}`]);
    expect(view.exchange.state).toBe('ended');
  });

  it('that nobody answers: the mails wait, `status` says so, and they leave once it is there again', async () => {
    laboratory.operator.behave({ smtp: 'drop' });
    // A connection that rests would still be served.
    await laboratory.stopGateway();
    await laboratory.startGateway();
    const asked = [await accept(to(DOCTOR)), await accept(to(HOSPITAL))];
    await laboratory.until('it is missed', async () => {
      const { targets } = await laboratory.gateway().status();
      return targets.some(({ name, up, waiting }) => name === 'smtp:embruns' && !up && waiting === 2);
    });
    laboratory.operator.behave({ smtp: 'accept' });
    for (const controlId of asked) {
      const view = await laboratory.reported(controlId);
      expect(takenFor(view)).toHaveLength(1);
      expect(view.deliveries.find(({ kind }) => kind === 'mail')?.spentMs).toBe(0);
    }
    const { targets } = await laboratory.gateway().status();
    expect(targets.find(({ name }) => name === 'smtp:embruns')).toMatchObject({
      up: true,
      waiting: 0,
      held: 0,
    });
  });
});

describe('order', () => {
  it('is broken by a mail that is put off, for which nobody waits', async () => {
    laboratory.operator.behave({ smtp: 'greylist', times: 1 });
    frozenAt = Date.now();
    const begun = laboratory.operator.accepted().length;
    const about = (name: 'morvan' | 'diallo') => ({
      ...to(SILENT),
      documents: [newSample({ patient: PATIENTS[name] })],
    });
    const first = await accept(about('morvan'));
    await laboratory.until('the first is put off', async () => {
      const mail = (await laboratory.view(first))?.deliveries.find(({ kind }) => kind === 'mail');
      return mail?.lastError?.code === 'SMTP-005';
    });
    const asked = [
      first,
      await accept(about('morvan')),
      await accept(about('diallo')),
      await accept(about('morvan')),
    ];
    for (const controlId of asked.slice(1)) await laboratory.settled(controlId);
    frozenAt = undefined;
    const views: ExchangeView[] = [];
    for (const controlId of asked) views.push(await laboratory.settled(controlId));
    const ids = views.map(view => messageIdIn(laboratory.mails(view)[0]?.raw ?? Buffer.alloc(0)));
    const left = laboratory.operator
      .accepted()
      .slice(begun)
      .map(({ raw }) => ids.indexOf(messageIdIn(raw)));
    expect(left.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(left.at(-1)).toBe(0);
  });

  it('between AA and the mail a gateway may end: the next one sends it', async () => {
    laboratory.operator.behave({ smtp: 'drop' });
    await laboratory.stopGateway();
    await laboratory.startGateway();
    const both = { ...to(DOCTOR), wishes: { ...HEARD.wishes, DESTMSSANTEPAT: 'Y' } } as const;
    const recipients = [{ address: DOCTOR }, patientRecipient(PATIENTS.morvan)];
    const controlId = await accept({ ...both, recipients });
    await laboratory.stopGateway();
    laboratory.operator.behave({ smtp: 'accept' });
    await laboratory.startGateway();
    const view = await laboratory.reported(controlId);
    expect(takenFor(view)).toEqual([[DOCTOR], [PATIENT]]);
    expect(laboratory.told(controlId).toSorted()).toEqual([`Z02 Y ${PATIENT}`, `Z02 Y ${DOCTOR}`].toSorted());
  });
});
