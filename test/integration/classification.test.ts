import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAL, ERROR_MAILBOX, LABORATORY, SECRETARY } from '../../samples/actors.ts';
import { xdmArchive } from '../../samples/kit/archive.ts';
import { archivePart, documentMail, mailPart, multipartMail } from '../../samples/kit/mail.ts';
import { announcedMail, ordinaryMail, receivedMdn } from '../../samples/special-mails.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { messageIdIn, newDocument, newMail, newSample, startWorld, type World } from '../kit/gateway.ts';
import { PATIENTS } from '../../samples/kit/cda.ts';

/** What a mail is, in the order of src/formats/mail/classify.ts, proved by what became of it. */

let world: World;
let count = 0;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const integrated = { messages: ['T02 AA'], outcome: 'accepted', folder: 'done' } as const;
const filed = { messages: [], outcome: 'filed', code: undefined, told: [], folder: 'other' } as const;
const waits = { messages: [], outcome: 'worklist', told: [], folder: 'failed' } as const;

describe('receipts are filed, never answered, and their archive is not integrated', () => {
  test('MDN', async () => {
    const view = await world.bring(receivedMdn(), { from: '' });
    expect(world.ended(view)).toEqual(filed);
    expect(typesOf(view)).toContain('mdn-received');
  });

  test.each([
    ['delivered', filed],
    ['failed', { ...filed, outcome: 'worklist', code: 'OUT-010', folder: 'failed' }],
  ] as const)('DSN about a mail that is none of ours: %s', async (action, expected) => {
    const head = [
      'From: MAILER-DAEMON@ailleurs.mssante.fr',
      `To: ${BAL}`,
      'Subject: XDM/1.0/DDM+compte rendu',
      `Message-ID: ${newId()}`,
      'MIME-Version: 1.0',
    ];
    const status = `Final-Recipient: rfc822; x@y.mssante.fr\r\nAction: ${action}\r\nStatus: 5.1.1\r\n`;
    const dsn = multipartMail(head, 'multipart/report; report-type=delivery-status', [
      { contentType: 'text/plain', content: 'Non remis.\r\n' },
      { contentType: 'message/delivery-status', content: `Reporting-MTA: dns; y\r\n\r\n${status}` },
      mailPart(await newMail()),
    ]);
    const view = await world.bring(dsn, { from: '' });
    expect(world.ended(view)).toEqual(expected);
    expect(typesOf(view)).toContain(action === 'failed' ? 'held' : 'dsn-received');
  });

  test('our own MDN of a refusal, sent back', async () => {
    const original = await newMail({ documents: [newDocument({ patient: PATIENTS.diallo })] });
    await world.bring(original);
    const [mdn] = world.answers(messageIdIn(original));
    expect(world.ended(await world.bring(mdn?.raw ?? Buffer.alloc(0), { from: '' }))).toEqual(filed);
  });

  test('our own MDN, sent back with its archive', async () => {
    const original = await newMail();
    await world.bring(original);
    const [mdn] = world.answers(messageIdIn(original));
    expect(mdn?.raw.toString('latin1')).toContain('IHE_XDM.zip');
    expect(world.ended(await world.bring(mdn?.raw ?? Buffer.alloc(0), { from: '' }))).toEqual(filed);
  });
});

describe('[KO …] mails', () => {
  test('about a mail of ours: a receipt, its archive notwithstanding', async () => {
    const answer = await ourErrorMail();
    const view = await world.bring(await koMail(`In-Reply-To: ${messageIdIn(answer)}`));
    expect(world.ended(view)).toEqual(filed);
    expect(typesOf(view)).toContain('error-mail-received');
  });

  test('our own error mail, which a rule of the error mailbox sent back to us', async () => {
    const view = await world.bring(await ourErrorMail(), { from: ERROR_MAILBOX });
    expect(world.ended(view)).toEqual(filed);
    expect(typesOf(view)).toContain('error-mail-received');
  });

  test('about none of ours, with an archive: a person looks', async () => {
    const view = await world.bring(await koMail('In-Reply-To: <inconnu@ailleurs.mssante.fr>'));
    expect(world.ended(view)).toEqual({ ...waits, code: 'MAIL-007' });
  });

  test('about none of ours, without an archive, announcing documents: a person looks', async () => {
    const view = await world.bring(documentMail({ subject: KO, messageId: newId() }));
    expect(world.ended(view)).toEqual({ ...waits, code: 'MAIL-005' });
  });

  test('about none of ours, without an archive, announcing nothing: filed', async () => {
    const view = await world.bring(documentMail({ subject: '[Erreur] votre envoi', messageId: newId() }));
    expect(world.ended(view)).toEqual(filed);
    expect(typesOf(view)).toContain('error-mail-about-none-of-ours');
  });
});

describe('document mails', () => {
  test.each([1, 2, 3, 4, 5])('forwarded by hand, %i mails deep', async depth => {
    const mail = await forwarded(depth);
    const view = await world.bring(mail, { from: SECRETARY });
    expect(world.ended(view)).toMatchObject({ ...integrated, told: [`mdn ok ${SECRETARY}`] });
  });

  test('six mails deep: a person looks', async () => {
    expect(world.ended(await world.bring(await forwarded(6)))).toEqual({ ...waits, code: 'MAIL-009' });
  });

  test.each(['IHE_XDM.ZIP', 'ihe_xdm.zip', 'documents.zip'])('archive named %s', async filename => {
    const mail = documentMail({
      messageId: newId(),
      subject: 'Fwd: XDM/1.0/DDM+compte rendu',
      attachments: [archivePart(await xdmArchive({ documents: [newDocument()] }), filename)],
    });
    expect(world.ended(await world.bring(mail))).toMatchObject(integrated);
  });

  test('Auto-Submitted never outranks an archive; it only forbids the notification', async () => {
    const view = await world.bring(await newMail({ headers: ['Auto-Submitted: auto-generated'] }));
    expect(world.ended(view)).toEqual({ ...integrated, code: undefined, told: [] });
    expect(view.events).toContainEqual(
      expect.objectContaining({ type: 'not-notified', data: { because: 'automatic' } }),
    );
  });

  test('a refusal that a machine’s mail keeps from being told ends on the worklist', async () => {
    const documents = [newDocument({ patient: PATIENTS.diallo })];
    const view = await world.bring(await newMail({ documents, headers: ['Auto-Submitted: auto-generated'] }));
    expect(world.ended(view)).toEqual({ ...waits, messages: ['T02 902'], code: 'DOC-004' });
  });
});

describe('neither', () => {
  test('an ordinary mail is filed', async () => {
    expect(world.ended(await world.bring(ordinaryMail()))).toEqual(filed);
  });

  test('a subject that announces documents, without an archive', async () => {
    expect(world.ended(await world.bring(announcedMail(9001, [])))).toEqual({ ...waits, code: 'MAIL-005' });
  });

  test('winmail.dat is named as such', async () => {
    const tnef = { contentType: 'application/ms-tnef', filename: 'winmail.dat', content: Buffer.of(0x78) };
    const view = await world.bring(announcedMail(9002, [tnef]));
    expect(world.ended(view)).toEqual({ ...waits, code: 'MAIL-006' });
  });
});

const KO = '[KO Intégration système !][902] XDM/1.0/DDM+compte rendu';

function newId(): string {
  count += 1;
  return `<classement-${count}@tilleuls.mssante.fr>`;
}

function typesOf({ events }: ExchangeView): string[] {
  return events.map(({ type }) => type);
}

/** What the error mailbox got of us. */
async function ourErrorMail(): Promise<Buffer> {
  const refused = await newMail({
    documents: [newDocument({ patient: PATIENTS.diallo })],
    asksReceipt: false,
  });
  await world.bring(refused);
  const [answer] = world.answers(messageIdIn(refused));
  if (answer === undefined) throw new Error('no error mail');
  return answer.raw;
}

async function koMail(header: string): Promise<Buffer> {
  return documentMail({
    from: LABORATORY,
    subject: KO,
    messageId: newId(),
    headers: [header],
    attachments: [archivePart(await xdmArchive({ documents: [{ sample: newSample() }] }))],
  });
}

async function forwarded(depth: number): Promise<Buffer> {
  let mail = await newMail({ to: SECRETARY });
  for (let level = 1; level <= depth; level++) {
    mail = documentMail({
      from: SECRETARY,
      subject: `TR: à intégrer (${level})`,
      messageId: newId(),
      returnPath: '',
      dnt: SECRETARY,
      attachments: [mailPart(mail)],
    });
  }
  return mail;
}
