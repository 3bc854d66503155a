import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAL, type LaboratoryMail } from '../../samples/actors.ts';
import { type ArchiveDocument, archiveMembers, rawZip, xdmArchive } from '../../samples/kit/archive.ts';
import { cdaDocument, type CdaSample, INS_TEST, insNumber, PATIENTS } from '../../samples/kit/cda.ts';
import { archivePart, documentMail, type MailPart, multipartMail } from '../../samples/kit/mail.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { testsThatNothingIsTold } from '../kit/canary.ts';
import { faultOf, newMail, newSample, startWorld, type World } from '../kit/gateway.ts';
import { type MllpServer, type Reply, startMllpServer } from '../kit/mllp-server.ts';

/**
 * docs/design.md §4, invariant 6: a patient's names, INS, the subject, file names, the body and what the DPI says are put through
 * every path, in words that stand nowhere else. None of them may be in a log line (at level trace), a metric, the
 * status, or a fault that the journal keeps; and under `journal.key` none is readable in its files.
 */

const INS = insNumber('2910475111222');
const PATIENT = {
  identifiers: [{ root: INS_TEST, extension: INS }],
  birthFamily: 'CANARINOM',
  birthGiven: 'CANARIPRENOM',
  birthTime: '19910412',
  gender: 'F',
} as const;
/** Every canary begins so, the INS aside; what the DPI says of the patient is in another bird's words. */
const SONG = /canari|rossignol/i;
const DPI_NUMBER = insNumber('2910475111333');
const SUBJECT = 'XDM/1.0/DDM+CR CANARISUJET CANARINOM CANARIPRENOM 12/04/1991';
const TEXT = 'Bonjour,\n\nCANARICORPS, la patiente CANARINOM.\n';

let world: World;
let application: MllpServer;
let count = 0;
const brought: ExchangeView[] = [];

beforeAll(async () => {
  application = await startMllpServer();
  await settle();
}, 120_000);
afterAll(async () => {
  await world.stop();
  await application.stop();
});

async function settle(): Promise<void> {
  const deliver = { mllp: { host: '127.0.0.1', port: application.port }, timeout: '300ms' };
  world = await startWorld({
    settings: { journal: { url: 'sqlite:./journal.db', key: randomBytes(32).toString('base64') } },
    application: { deliver },
  });
  await accepted();
  await refusedByTheDpi();
  await heldOrRefusedByUs();
  await unusable();
  await receipts();
  await fromAPatient();
  await mailServerTrouble();
  await giveUp();
}

async function accepted(): Promise<void> {
  await bring(await mailOf());
  for (const reply of ['AR', 'silence', 'reset', 'stranger'] as const) {
    application.script(reply);
    await bring(await mailOf());
  }
  application.script(() => Buffer.from('CANARI: <html>CANARINOM</html>'));
  await bring(await mailOf());
  // A replacement, a deletion, the same id with other bytes.
  const first = sampleOf();
  await bring(await mailOf({ documents: [{ sample: first }] }));
  await bring(await mailOf({ documents: [{ sample: { ...first, title: 'CANARITITRE' } }] }));
  const second = sampleOf({ replaces: first.id, version: 2 });
  await bring(await mailOf({ documents: [{ sample: second, action: 'C' }] }));
  await bring(await mailOf({ documents: [{ sample: second, action: 'D' }] }));
}

async function refusedByTheDpi(): Promise<void> {
  const texts = ['Patiente ROSSIGNOL inconnue', 'ROSSIGNOL^ROSSIGNOLE'];
  for (const label of texts) {
    application.script(refusal('902', label));
    const refused = await bring(await mailOf());
    await retryExchange(refused.exchange.id, world.steering());
    await ended(refused);
  }
  for (const code of ['ROSSIGNOL', DPI_NUMBER]) {
    application.script(refusal(code, 'ROSSIGNOL'));
    await bring(await mailOf());
    application.script(technical(code, 'ROSSIGNOL'));
    await bring(await mailOf());
  }
}

async function heldOrRefusedByUs(): Promise<void> {
  const broken = (bytes: string): ArchiveDocument => ({ sample: sampleOf(), bytes: Buffer.from(bytes) });
  const cda = cdaDocument(sampleOf()).toString();
  const documents: readonly ArchiveDocument[] = [
    { sample: sampleOf(), masks: ['MASQUE_PS'] },
    { sample: sampleOf(), action: 'C' },
    { sample: sampleOf(), action: 'CANARIACTION' },
    { sample: sampleOf(), patientId: `CANARI^^^&${INS_TEST}&ISO^NH` },
    { sample: sampleOf(), uniqueId: '1.2.3^CANARI' },
    { sample: sampleOf(), hash: '0'.repeat(40) },
    { sample: sampleOf(), uri: 'CANARI.XML' },
    { sample: sampleOf({ otherPatients: [PATIENTS.morvan] }) },
    broken(cda.replace('CANARINOM', 'CANARINOM<')),
    broken(cda.replace('<realmCode', '<!CANARI')),
    broken('<CANARI xmlns="urn:canari"/>'),
    broken(`<!DOCTYPE x [<!ENTITY canari "CANARINOM">]>${cda}`),
  ];
  for (const document of documents) await bring(await mailOf({ documents: [document] }));
  const members = archiveMembers({ documents: [{ sample: sampleOf() }] });
  const archives = [
    rawZip([...members, { name: '../CANARIFICHIER.xml', bytes: Buffer.from('CANARI') }]),
    rawZip([...members, ...members.slice(-1)]),
    rawZip(members, { truncateTo: 1500 }),
    rawZip(members.map(member => ({ ...member, flags: 0x0801 }))),
    await xdmArchive({
      subsets: [
        { documents: [{ sample: sampleOf() }], metadata: xml => xml.replace('<rim:Name>', '<CANARI>') },
      ],
    }),
  ];
  for (const archive of archives) await bring(await mailOf({ archive }));
  const pair = [{ sample: sampleOf() }, { sample: newSample() }];
  const twoPatients = await xdmArchive({ subsets: pair.map(document => ({ documents: [document] })) });
  await bring(await mailOf({ archive: twoPatients }));
  const twice = [
    archivePart(await xdmArchive({ documents: [{ sample: sampleOf() }] })),
    archivePart(twoPatients),
  ];
  await bring(await mailOf({ attachments: twice }));
}

async function unusable(): Promise<void> {
  await bring(announcing([]));
  await bring(announcing([part('application/ms-tnef', 'winmail.dat')]));
  await bring(announcing([part('application/zip', 'CANARIFICHIER.zip')]));
  await bring(await mailOf({ from: '' }));
  await bring(documentMail({ subject: 'CANARISUJET', text: TEXT, messageId: newId() }));
  const broken = announcing([part('application/pdf', 'CANARIFICHIER.pdf')]).toString('latin1');
  await bring(Buffer.from(broken.replaceAll(/^--.*$/gm, 'CANARI'), 'latin1'));
}

async function receipts(): Promise<void> {
  const head = [`From: x@y.mssante.fr`, `To: ${BAL}`, `Subject: ${SUBJECT}`, 'MIME-Version: 1.0'];
  const notification =
    'Final-Recipient: rfc822; x@y.mssante.fr\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\nError: CANARINOM\r\n';
  await bring(
    multipartMail(
      [...head, `Message-ID: ${newId()}`],
      'multipart/report; report-type=disposition-notification',
      [
        { contentType: 'text/plain', content: TEXT },
        { contentType: 'message/disposition-notification', content: notification },
      ],
    ),
    '',
  );
  await bring(
    documentMail({ subject: `[KO Intégration système !][902] ${SUBJECT}`, text: TEXT, messageId: newId() }),
  );
}

/** A patient writes: the address, to which the answers go, is the INS. */
async function fromAPatient(): Promise<void> {
  const address = `${INS}@patient.mssante.fr`;
  await bring(await mailOf({ from: address, dnt: address }), address);
  await bring(await mailOf({ from: address, dnt: address, archive: Buffer.from('PK') }), address);
  const told = world.operator.accepted().filter(({ envelope }) => envelope.to.includes(address));
  expect(told).toHaveLength(2);
}

async function mailServerTrouble(): Promise<void> {
  for (const smtp of [
    'greylist',
    'cut-during-data',
    'cut-before-reply',
    'refuse',
    'refuse-recipient',
  ] as const) {
    world.operator.behave({ smtp, times: 1 });
    await bring(await mailOf());
  }
  for (const imap of ['refuse-move', 'cut-fetch'] as const) {
    world.operator.behave({ imap, times: 1 });
    await bring(await mailOf());
  }
}

/** A person gives up what waits, quoting what must not be quoted further than to the sender. */
async function giveUp(): Promise<void> {
  for (const { id } of await world.gateway().journal.list({ held: true, limit: 10 })) {
    await abandonExchange(id, 'Document écarté.', world.steering());
  }
  await world.until(
    'the journal is at rest',
    async () => (await world.gateway().journal.readyToConclude(1)).length === 0,
  );
}

describe('no canary', () => {
  test('the paths were walked, and the peers got what must reach them', () => {
    const codes = new Set(brought.map(view => faultOf(view)?.code).filter(code => code !== undefined));
    expect([...codes].toSorted()).toEqual(
      expect.arrayContaining([
        'DOC-001',
        'DOC-003',
        'MAIL-005',
        'SMTP-004',
        'XDM-001',
        'XDM-004',
        'XDM-016',
        'XDM-017',
        'XDM-019',
      ]),
    );
    expect(
      application.frames.filter(frame => SONG.test(Buffer.from(frame).toString('latin1'))).length,
    ).toBeGreaterThan(20);
    expect(
      world.operator.accepted().filter(({ raw }) => SONG.test(raw.toString('latin1'))).length,
    ).toBeGreaterThan(20);
  });

  // What the DPI wrote in ERR-5 is kept beside the code, unsealed: hence birds of another name.
  testsThatNothingIsTold(() => world, {
    revealing: new RegExp(`${SONG.source}|${INS}|${DPI_NUMBER}`, 'i'),
    atRest: new RegExp(`canari|${INS}`),
  });
});

function sampleOf(overrides: Partial<CdaSample> = {}): CdaSample {
  return newSample({ patient: PATIENT, title: 'CANARITITRE', ...overrides });
}

function mailOf(mail: Partial<LaboratoryMail> = {}): Promise<Buffer> {
  return newMail({ documents: [{ sample: sampleOf() }], subject: SUBJECT, text: TEXT, ...mail });
}

function announcing(attachments: readonly MailPart[]): Buffer {
  return documentMail({ subject: SUBJECT, text: TEXT, attachments, messageId: newId() });
}

function part(contentType: string, filename: string): MailPart {
  return { contentType, filename, content: Buffer.from('CANARICORPS') };
}

function newId(): string {
  count += 1;
  return `<chant-${count}@tilleuls.mssante.fr>`;
}

async function bring(mail: Buffer, from?: string): Promise<ExchangeView> {
  const view = await world.bring(mail, from === undefined ? {} : { from });
  brought.push(view);
  return view;
}

async function ended({ exchange }: ExchangeView): Promise<void> {
  const { journal } = world.gateway();
  await world.until(
    'it has ended',
    async () => (await journal.exchange(exchange.id))?.exchange.state === 'ended',
  );
}

function refusal(code: string, label: string): Reply {
  return message => ack(message, { code: '207', label: 'ROSSIGNOL' }, { code, label });
}

function technical(code: string, label: string): Reply {
  return message => ack(message, { code, label }, undefined);
}

type Coded = { readonly code: string; readonly label: string };

function ack(message: Uint8Array, condition: Coded, refused: Coded | undefined): Uint8Array {
  return buildAck({
    request: parseMessage(message),
    code: 'AE',
    controlId: 'ACK1',
    time: new Date(),
    errors: [{ location: 'PID^1^ROSSIGNOL', condition, severity: 'E', application: refused }],
  });
}
