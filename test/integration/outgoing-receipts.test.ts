import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawMail } from '../../samples/kit/mail.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { headOf } from '../kit/gateway.ts';
import {
  DOCTOR,
  HOSPITAL,
  type Laboratory,
  PATIENT,
  type SentRequest,
  startLaboratory,
} from '../kit/outgoing.ts';
import { dsnAbout, fate, type RecipientFields } from '../kit/receipt-mails.ts';

/** What mail servers report, and what the application that asked hears of it (ZAM^Z02) or a person does. */

let laboratory: Laboratory;
beforeAll(async () => {
  // The operator delivers and says nothing: every report is one of ours.
  laboratory = await startLaboratory({ reports: { silent: [DOCTOR, HOSPITAL, PATIENT] } });
});
afterAll(() => laboratory.stop());

/** A request whose mail has left; its reception is to be told unless told otherwise. */
function sent(overrides: Partial<RequestSample> = {}): Promise<SentRequest> {
  return laboratory.sent({ wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' }, ...overrides });
}

const TWO = { recipients: [{ address: DOCTOR }, { address: HOSPITAL }] };
const UNHEARD = { wishes: { DESTMSSANTEPS: 'Y' } } as const;

const typesOf = ({ events }: ExchangeView): string[] => events.map(({ type }) => type);

describe.concurrent('a report on a recipient', () => {
  it.each<[string, RecipientFields[], string[]]>([
    ['delivered', [fate(DOCTOR, 'delivered')], [`Z02 Y ${DOCTOR}`]],
    ['relayed', [fate(DOCTOR, 'relayed')], [`Z02 Y ${DOCTOR}`]],
    ['expanded', [fate(DOCTOR, 'expanded')], [`Z02 Y ${DOCTOR}`]],
    ['failed', [fate(DOCTOR, 'failed', '5.1.1', '550 5.1.1 unknown')], [`Z02 N ${DOCTOR} 550`]],
    ['failed for a full mailbox', [fate(DOCTOR, 'failed', '5.2.2')], [`Z02 N ${DOCTOR} 552`]],
    ['failed with a reply of no table', [fate(DOCTOR, 'failed', '5.0.0', '599 no')], [`Z02 N ${DOCTOR} 554`]],
    ['failed after days', [fate(DOCTOR, 'failed', '4.4.7')], [`Z02 N ${DOCTOR} 420`]],
    ['in capitals', [fate(DOCTOR.toUpperCase(), 'Delivered')], [`Z02 Y ${DOCTOR}`]],
    [
      'by another address of the same mailbox',
      [fate('boite-17@interne.example', 'delivered')],
      [`Z02 Y ${DOCTOR}`],
    ],
  ])('%s is told as it is', async (_, recipients, told) => {
    const { controlId, mail } = await sent();
    await laboratory.hear(dsnAbout(mail, recipients));
    expect(await laboratory.cameOf(controlId)).toEqual({ told, worklist: [], state: 'ended' });
  });

  it('is of the address that it was written to, whatever became of it on the way', async () => {
    const { controlId, mail } = await sent(TWO);
    const moved = [`Original-Recipient: rfc822;${HOSPITAL}`, ...fate(DOCTOR, 'failed', '5.1.1')];
    await laboratory.hear(dsnAbout(mail, [moved]));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z02 N ${HOSPITAL} 550`]);
  });

  it('may stand beside others in one mail', async () => {
    const { controlId, mail } = await sent(TWO);
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered'), fate(HOSPITAL, 'failed', '5.7.1')]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 Y ${DOCTOR}`, `Z02 N ${HOSPITAL} 541`],
      worklist: [],
      state: 'ended',
    });
  });

  it('of a delay is no end: nothing is told before there is one', async () => {
    const { controlId, mail } = await sent();
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delayed', '4.4.1')]));
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delayed', '4.4.1')]));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'closing' });
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 Y ${DOCTOR}`],
      worklist: [],
      state: 'ended',
    });
  });

  it('names the patient, whose address stands nowhere in the journal in clear', async () => {
    const patient = patientRecipient(PATIENTS.morvan);
    const { controlId, mail } = await sent({
      wishes: { DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y' },
      recipients: [patient],
    });
    await laboratory.hear(dsnAbout(mail, [fate(PATIENT, 'failed', '5.1.1')]));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z02 N ${PATIENT} 550`]);
    const view = await laboratory.settled(controlId);
    expect(JSON.stringify(view)).not.toContain(PATIENT.split('@')[0]);
  });
});

describe.concurrent('the mail that a report speaks of is found', () => {
  it.each([
    ['its envelope id', { returns: false }],
    ['the Message-ID in the headers given back', { envelopeId: '' }],
    ['the Message-ID where the envelope id is another’s', { envelopeId: 'DW-17' }],
  ])('by %s', async (_, options) => {
    const { controlId, mail } = await sent();
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')], options));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z02 Y ${DOCTOR}`]);
  });
});

describe.concurrent('a report that cannot be tied to a recipient', () => {
  it('of a known mail is a person’s where it tells a failure', async () => {
    const { controlId, mail } = await sent(TWO);
    const view = await laboratory.hear(
      dsnAbout(mail, [fate(DOCTOR, 'delivered'), fate('x@y.mssante.fr', 'failed', '5.1.1')]),
    );
    expect([view.exchange.state, view.exchange.fault?.code]).toEqual(['held', 'OUT-010']);
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z02 Y ${DOCTOR}`]);
  });

  it.each([
    ['a failure', 'failed', 'held', 'OUT-010'],
    ['a success', 'delivered', 'ended', undefined],
  ] as const)('%s of an unknown mail is seen', async (_, action, state, code) => {
    const { mail } = await sent(TWO);
    const unknown: AcceptedMail = {
      envelope: { ...mail.envelope, envid: '0197a000-0000-7000-8000-000000000000' },
      raw: Buffer.from('Message-ID: <autre@embruns.mssante.fr>\r\n\r\n'),
      at: mail.at,
    };
    const view = await laboratory.hear(dsnAbout(unknown, [fate(DOCTOR, action, '5.1.1')]));
    expect([view.exchange.state, view.exchange.fault?.code]).toEqual([state, code]);
    expect(typesOf(view)).toContain(code === undefined ? 'receipt-matches-nothing' : 'held');
  });

  it('in a mail server’s own words is a person’s', async () => {
    const { controlId, mail } = await sent();
    const words = rawMail([
      'From: MAILER-DAEMON@autre.mssante.fr',
      'Subject: Undeliverable',
      `Message-ID: <rejet-1@autre.mssante.fr>`,
      '',
      'Your message could not be delivered:',
      '',
      ...headOf(mail.raw).trim().split('\r\n'),
    ]);
    const view = await laboratory.hear(words);
    expect([view.exchange.state, view.exchange.fault?.code]).toEqual(['held', 'OUT-010']);
    expect((await laboratory.cameOf(controlId)).told).toEqual([]);
  });
});

describe.concurrent('a second report on a recipient', () => {
  it('that says the same is noted, and told no more', async () => {
    const { controlId, mail } = await sent();
    const first = dsnAbout(mail, [fate(DOCTOR, 'delivered')]);
    await laboratory.hear(first);
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'relayed')]));
    laboratory.operator.deliver(first, { from: '', to: [mail.envelope.from] });
    await laboratory.until(
      'the copy was seen',
      async () =>
        (await laboratory.gateway().journal.list({ limit: 50 })).length > 0 &&
        laboratory.operator.folder(mail.envelope.from, 'INBOX').length === 0,
    );
    const { told, worklist, state } = await laboratory.cameOf(controlId);
    expect({ told, worklist, state }).toEqual({ told: [`Z02 Y ${DOCTOR}`], worklist: [], state: 'ended' });
    const types = typesOf(await laboratory.settled(controlId));
    expect(types.filter(type => type.startsWith('receipt'))).toEqual(['receipt', 'receipt-again']);
  });

  it('that tells a failure after a success is a person’s, and told no more', async () => {
    const { controlId, mail } = await sent();
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'relayed')]));
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1')]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 Y ${DOCTOR}`],
      worklist: ['OUT-005'],
      state: 'closing',
    });
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1')]));
    expect((await laboratory.cameOf(controlId)).worklist).toEqual(['OUT-005']);
  });

  it('that tells a success after a failure is noted', async () => {
    const { controlId, mail } = await sent();
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1')]));
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 N ${DOCTOR} 550`],
      worklist: [],
      state: 'ended',
    });
    expect(typesOf(await laboratory.settled(controlId))).toContain('receipt-contradicts');
  });
});

describe.concurrent('where nobody asked to hear of it', () => {
  it('a success is told to nobody', async () => {
    const { controlId, mail } = await sent(UNHEARD);
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
  });

  it('a failure is a person’s', async () => {
    const { controlId, mail } = await sent({ ...UNHEARD, ...TWO });
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1'), fate(HOSPITAL, 'delivered')]));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: ['OUT-002'], state: 'closing' });
    const held = (await laboratory.settled(controlId)).deliveries.find(({ state }) => state === 'held');
    expect([held?.identifiers['to'], held?.hold?.detail]).toEqual([DOCTOR, expect.stringMatching(/^550 : /)]);
  });
});
