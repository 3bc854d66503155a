import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cdaDocument, type CdaSample, INS_TEST, insNumber } from '../../samples/kit/cda.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { frame } from '../../src/formats/hl7/framing.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { set, swap, without } from '../formats/hl7/request-kit.ts';
import { testsThatNothingIsTold } from '../kit/canary.ts';
import { headOf, newSample } from '../kit/gateway.ts';
import { type MllpServer, startMllpServer } from '../kit/mllp-server.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { dsnAbout, errorMailAbout, fate, mdnAbout } from '../kit/receipt-mails.ts';
import type { ScriptedServer } from '../kit/scripted-server.ts';
import { dial } from '../peers/mllp/server-peer.ts';
import { startScriptedSmtp } from '../peers/smtp/scripted-smtp.ts';

/**
 * docs/design.md §4, invariant 6, for what is sent: a patient's names, INS, address and other numbers, titles, texts and whatever peers
 * say of them are put through every path, in words that stand nowhere else.
 */

const INS = insNumber('2910475111222');
const OTHER_INS = insNumber('2910475111333');
const [IPP, ACCOUNT] = ['77100293', '88200417'];
const PATIENT = {
  identifiers: [
    { root: INS_TEST, extension: INS },
    { root: '1.2.250.1.999.1.2', extension: IPP },
  ],
  birthFamily: 'CANARINOM',
  birthGiven: 'CANARIPRENOM',
  usedFamily: 'CANARIUSAGE',
  birthGivens: 'CANARIPRENOM CANARITROIS',
  birthTime: '19910412',
  gender: 'F',
  birthplaceCounty: '75111',
} as const;
const OWN = patientRecipient(PATIENT);
const ADDRESS = OWN.address ?? '';
const TEXTS = { professionals: 'Cher confrère, CANARICORPS', patient: 'Bonjour Madame CANARINOM' };
const HOUR = 3_600_000;
const SEALED = { url: 'sqlite:./journal.db', key: randomBytes(32).toString('base64') };

let laboratory: Laboratory;
let application: MllpServer;
let operator: ScriptedServer;
let ahead = 0;
const answers = new Set<string>();

beforeAll(async () => {
  application = await startMllpServer();
  operator = await startScriptedSmtp({ RCPT: (_, line) => `550 5.1.1 ${line.slice(8)}: CANARI inconnu\r\n` });
  laboratory = await startLaboratory({
    addresses: [DOCTOR, HOSPITAL, ADDRESS],
    reports: { silent: [DOCTOR, HOSPITAL, ADDRESS] },
    clock: { now: () => new Date(Date.now() + ahead) },
    settings: { journal: SEALED },
  });
  await refused();
  await sentAndReported();
  await putOffAndCut();
  await ofOtherPeers();
  await notMade();
  await overdueAndGivenUp();
}, 120_000);
afterAll(async () => {
  await laboratory.stop();
  await Promise.all([application.stop(), operator.close()]);
});

function sampleOf(overrides: Partial<CdaSample> = {}): CdaSample {
  return newSample({
    patient: PATIENT,
    title: 'CANARITITRE',
    sections: [{ title: 'CANARISECTION', code: '18723-7', rows: [['CANARI', '13,2']] }],
    ...overrides,
  });
}

/** Everybody is written to and everything is to be told, unless told otherwise. */
async function ask(overrides: Partial<RequestSample> = {}): Promise<string> {
  const { message, controlId } = newRequest({
    documents: [sampleOf()],
    patient: PATIENT,
    account: ACCOUNT,
    wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y', ACK_LECTURE_MSS: 'Y' },
    recipients: [{ address: DOCTOR }, { address: HOSPITAL }, OWN],
    texts: TEXTS,
    ...overrides,
  });
  answers.add(await laboratory.ask(message));
  return controlId;
}

const UNHEARD = { wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y' } } as const;

async function refused(): Promise<void> {
  const cda = cdaDocument(sampleOf()).toString();
  const broken = (text: string) => ({ documents: [Buffer.from(text)] });
  const wrong: readonly Partial<RequestSample>[] = [
    { alter: set('MSH', 9, 'CANARI^CANARI') },
    { alter: set('MSH', 12, 'CANARI') },
    { alter: set('MSH', 18, 'CANARI') },
    { alter: set('MSH', 21, 'CANARI') },
    { alter: set('ORC', 1, 'CANARI') },
    { alter: set('OBR', 4, 'CANARI^CANARI^CANARI') },
    { alter: set('OBX', 3, 'CANARI^CANARI^MetaDMPMSS', 2) },
    { alter: set('OBX', 5, 'CANARI', 2) },
    { alter: without('PID') },
    { alter: segments => [...segments, `CANARI|${INS}`, `PID|${INS}`] },
    { alter: set('PID', 3, `${OTHER_INS}^^^CANARI&${INS_TEST}&ISO^INS`) },
    { alter: set('PID', 5, 'CANARINOM'.repeat(500)) },
    { alter: swap('^XML^Base64^', '^XML^Base64^CANARI!') },
    { recipients: [{ address: `${INS}@patient.mssante.fr.exemple` }, { address: `${INS} CANARI` }] },
    { recipients: [{ ...OWN, address: `${OTHER_INS}@patient.mssante.fr` }] },
    { recipients: [{ address: DOCTOR }], replyTo: 'CANARI CANARINOM' },
    { qualified: false },
    { wishes: { DESTMSSANTEPS: 'Y', MASQUE_PS: 'Y' } },
    broken(cda.replace('CANARINOM', 'CANARINOM<')),
    broken(cda.replace('<realmCode', '<!CANARI')),
    broken(`<!DOCTYPE x [<!ENTITY canari "CANARINOM">]>${cda}`),
    broken('<CANARI xmlns="urn:canari"/>'),
    broken('%PDF CANARI'),
    { documents: [sampleOf({ code: 'CANARI' })] },
    { documents: [sampleOf({ effectiveTime: 'CANARI' })] },
  ];
  for (const overrides of wrong) await ask(overrides);
  const whole = newRequest({ documents: [sampleOf()] }).message;
  for (const bytes of [Buffer.from(`CANARI ${INS}`), Buffer.from(`MSH|^~\\&|CANARI|${INS}`)]) {
    const peer = await dial(laboratory.gateway().requestPort('sgl') ?? 0);
    await peer.ask(bytes);
    peer.write(frame(whole).subarray(0, 3_000));
    peer.socket.end();
    await peer.answered(2);
    peer.socket.destroy();
  }
}

async function mailsOf(controlId: string): Promise<[professionals: AcceptedMail, patient: AcceptedMail]> {
  const [professionals, patient] = laboratory.mails(await laboratory.settled(controlId));
  if (professionals === undefined || patient === undefined) throw new Error('two mails were expected');
  return [professionals, patient];
}

async function sentAndReported(): Promise<void> {
  for (const overrides of [{}, UNHEARD]) {
    const [professionals, patient] = await mailsOf(await ask(overrides));
    const diagnostic = `550 5.1.1 <${ADDRESS}>: CANARINOM inconnue`;
    const refusal = ['Disposition: automatic-action/x; processed/error', `Error: CANARI^CANARINOM ${INS}`];
    const stranger = {
      ...patient,
      envelope: { ...patient.envelope, envid: 'CANARI' },
      raw: Buffer.from('CANARI'),
    };
    for (const mail of [
      dsnAbout(professionals, [fate(DOCTOR, 'delayed'), fate(`${INS}@x.fr`, 'failed', '5.1.1', diagnostic)]),
      dsnAbout(patient, [fate(ADDRESS, 'failed', '5.1.1', diagnostic)]),
      dsnAbout(patient, [fate(ADDRESS, 'delivered')]),
      dsnAbout(stranger, [fate(ADDRESS, 'failed', '5.1.1', diagnostic)]),
      mdnAbout(patient, ADDRESS, [`Final-Recipient: rfc822; ${ADDRESS}`, ...refusal]),
      mdnAbout(professionals, DOCTOR, [`Final-Recipient: rfc822; ${DOCTOR}`, ...refusal]),
      mdnAbout(professionals, DOCTOR, ['Disposition: manual-action/x; displayed']),
      errorMailAbout(professionals, HOSPITAL, INS),
      errorMailAbout(stranger, ADDRESS, '902'),
    ]) {
      await laboratory.hear(mail);
    }
  }
}

async function putOffAndCut(): Promise<void> {
  for (const smtp of [
    'greylist',
    'cut-during-data',
    'cut-before-reply',
    'refuse',
    'refuse-recipient',
  ] as const) {
    laboratory.operator.behave({ smtp, times: 1 });
    await laboratory.settled(await ask());
  }
}

/** An operator and an application that repeat in their words what they were given. */
async function ofOtherPeers(): Promise<void> {
  await laboratory.stopGateway();
  await laboratory.startGateway({
    mailbox: { smtp: { host: '127.0.0.1', port: operator.port, tls: 'none', auth: 'none' } },
    application: { deliver: { mllp: { host: '127.0.0.1', port: application.port }, timeout: '300ms' } },
  });
  application.script(
    message =>
      buildAck({
        request: parseMessage(message),
        code: 'AE',
        controlId: '1',
        time: new Date(),
        errors: [
          {
            location: `OBX^2^5^${INS}`,
            condition: { code: '207', label: 'CANARI' },
            severity: 'E',
            application: { code: `CANARI${INS}`, label: 'CANARINOM' },
          },
        ],
      }),
    'reset',
    'silence',
    'stranger',
    () => Buffer.from(`CANARI ${INS}`),
  );
  for (const overrides of [{}, UNHEARD]) {
    const controlId = await ask(overrides);
    const { exchange } = await laboratory.reported(controlId);
    if (overrides !== UNHEARD) await retryExchange(exchange.id, laboratory.steering());
    await laboratory.reported(controlId);
  }
}

async function notMade(): Promise<void> {
  await laboratory.stopGateway();
  await laboratory.startGateway({ settings: { journal: SEALED, limits: { preparing: '1ms' } } });
  const controlId = await ask();
  await laboratory.until('it was tried three times', async () => {
    const prepare = (await laboratory.view(controlId))?.deliveries[0];
    if (prepare?.state === 'waiting') ahead += 10_000;
    return prepare?.state === 'held';
  });
  await laboratory.settled(controlId);
  await laboratory.stopGateway();
  await laboratory.startGateway();
}

async function overdueAndGivenUp(): Promise<void> {
  const { journal } = laboratory.gateway();
  for (const overrides of [{}, UNHEARD]) await laboratory.settled(await ask(overrides));
  ahead += 73 * HOUR;
  await laboratory.until('nothing is overdue', async () => (await journal.overdueReports(1)).length === 0);
  for (const { id } of await journal.list({ held: true, limit: 50 })) {
    await abandonExchange(id, 'Vu avec le cabinet.', laboratory.steering());
  }
}

describe('no canary', () => {
  test('the paths were walked, and the peers got what must reach them', async () => {
    const { journal } = laboratory.gateway();
    const happened = new Set<string>();
    for (const { id } of await journal.list({ limit: 1_000 })) {
      for (const { type, data } of (await journal.exchange(id))?.events ?? [])
        happened.add(`${type} ${data['code'] ?? ''}`.trim());
    }
    expect([...happened]).toEqual(
      expect.arrayContaining([
        'mail-submitted',
        'attempt-failed OUT-011',
        'attempt-failed SMTP-005',
        'attempt-failed SMTP-006',
        'attempt-failed MLLP-002',
        'attempt-failed HL7-002',
        'held OUT-002',
        'held OUT-006',
        'held OUT-008',
        'held OUT-010',
        'report-overdue OUT-003',
        'receipt 550',
        'receipt other',
        'receipt-contradicts',
        'abandoned',
      ]),
    );
    expect(answers.size).toBeGreaterThan(15);
    const mails = laboratory.operator.accepted();
    expect(mails.filter(({ raw }) => headOf(raw).includes(`To: ${ADDRESS}`)).length).toBeGreaterThan(5);
    expect(mails.every(({ raw }) => raw.includes('CANARI'))).toBe(true);
    expect(laboratory.creator.received().some(({ address }) => address === ADDRESS)).toBe(true);
  });

  testsThatNothingIsTold(() => laboratory, {
    revealing: new RegExp(`canari|${[INS, OTHER_INS, IPP, ACCOUNT].join('|')}`, 'i'),
    atRest: new RegExp(`canari|${[INS, OTHER_INS, IPP, ACCOUNT].join('|')}`),
  });
});
