import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LABORATORY } from '../../samples/actors.ts';
import { xdmArchive } from '../../samples/kit/archive.ts';
import { insNumber, INS_TEST, PATIENTS } from '../../samples/kit/patients.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { newDocument, newMail, newSample, readMailAt, startWorld, type World } from '../kit/gateway.ts';

/** What a reading of the specification, clause by clause, found wrong once. */

let world: World;
beforeAll(async () => {
  world = await startWorld({ application: { retry: { first: '10m', max: '10m' } } });
});
afterAll(() => world.stop());

const eventsOf = (view: { events: readonly { type: string }[] }) => view.events.map(({ type }) => type);

const morvanAs = (identifiers: { root: string; extension: string }[]) =>
  newDocument({ patient: { ...PATIENTS.morvan, identifiers } });

describe('a report in the wrong record', () => {
  test('METADATA that describes another person, under a number of a foreign authority, is held', async () => {
    const archive = await xdmArchive({
      subsets: [
        {
          documents: [newDocument({}, { patientId: '42^^^&1.2.250.1.999.77&ISO^PI' })],
          metadata: xml =>
            xml
              .replace(/PID-5\|[^<]*L</, 'PID-5|DUPONT^JEAN^^^^^L<')
              .replace(/PID-7\|\d+/, 'PID-7|19400102')
              .replace(/PID-8\|F/, 'PID-8|M'),
        },
      ],
    });
    const view = await world.bring(await newMail({ archive }));
    expect(world.ended(view)).toMatchObject({ messages: [], outcome: 'worklist', code: 'XDM-017' });
  });

  test('two INS among three documents are noticed, though the first document knows neither', async () => {
    const laboratory = { root: '1.2.250.1.999.9', extension: '7' };
    const ipp = { root: '1.2.250.1.999.1.2', extension: '8000123' };
    const view = await world.bring(
      await newMail({
        documents: [
          morvanAs([ipp, laboratory]),
          morvanAs([{ root: INS_TEST, extension: insNumber('2850629019042') }, ipp]),
          morvanAs([{ root: INS_TEST, extension: insNumber('2850629019077') }, laboratory]),
        ],
      }),
    );
    expect(world.ended(view)).toMatchObject({ messages: [], outcome: 'worklist', code: 'XDM-019' });
  });

  test('a replacement of another patient’s document is held', async () => {
    const first = newSample();
    await world.bring(await newMail({ documents: [{ sample: first }] }));
    const second = newSample({ patient: PATIENTS.oeuvrard, setId: first.setId, replaces: first.id });
    const view = await world.bring(await newMail({ documents: [{ sample: second, action: 'C' }] }));
    expect(world.ended(view)).toMatchObject({ messages: [], outcome: 'worklist', code: 'XDM-021' });
  });
});

/** The first PRT: SB. */
const senderOf = (raw: Buffer) => parseMessage(raw).segments.find(({ name }) => name === 'PRT');

test('what a doubt of identity holds goes out only when somebody has made sure', async () => {
  const documents = [newDocument(), newDocument({ patient: PATIENTS.oeuvrard })];
  const view = await world.bring(await newMail({ documents }));
  expect(world.ended(view)).toMatchObject({ messages: [], outcome: 'worklist', code: 'XDM-019' });
  const { id, messageId = '' } = view.exchange;
  await expect(retryExchange(id, world.steering())).rejects.toMatchObject({ code: 'JRN-006' });
  await retryExchange(id, world.steering(), { confirmed: true });
  expect(world.ended(await world.settled(messageId)).messages).toEqual(['T02 AA', 'T02 AA']);
});

describe('who sent it', () => {
  test('a forward with its parts attached anew gives the address alone: the author is somebody else', async () => {
    const view = await world.bring(await newMail({ subject: 'TR: XDM/1.0/DDM+CR' }));
    const sender = senderOf(world.messages(view)[0]?.raw ?? Buffer.alloc(0));
    expect([sender?.field(5), sender?.field(8), sender?.component(15, 4)]).toEqual(['', '', LABORATORY]);
  });

  test('an author with an escaped sign is escaped once', async () => {
    const archive = await xdmArchive({
      subsets: [
        {
          documents: [newDocument()],
          institution: 'Labo Dupont \\T\\ Fils^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999',
        },
      ],
    });
    const view = await world.bring(await newMail({ archive }));
    const sender = senderOf(world.messages(view)[0]?.raw ?? Buffer.alloc(0));
    expect(sender?.component(8, 1)).toBe('Labo Dupont & Fils');
  });
});

test('a document given up without a known answer is not called absent', async () => {
  world.dpi.behave('cut-before-reply', 1);
  const mail = await newMail();
  world.deliver(mail);
  await world.until('the DPI has it and has not answered', async () => {
    const view = await world.view(mail);
    return view?.documents[0]?.delivery.state === 'waiting' && view.documents[0].delivery.ambiguous === 1;
  });
  const view = await world.view(mail);
  await abandonExchange(view?.exchange.id ?? '', 'Panne du DPI', world.steering());
  const [answer] = world.answers((await world.settled(mail)).exchange.messageId);
  const { text } = await readMailAt(answer?.raw ?? Buffer.alloc(0));
  expect(text).toContain('peut-être déjà dans le dossier');
  expect(text).not.toContain('renvoyez');
});

test('a text of 16 MB is not given back whole', async () => {
  const view = await world.bring(await newMail({ text: 'Bonjour, été.\n'.repeat(1_200_000) }));
  const [answer] = world.answers(view.exchange.messageId);
  expect(answer?.raw.length).toBeLessThan(2_000_000);
  expect(
    (await readMailAt(answer?.raw ?? Buffer.alloc(0))).attachments.map(({ filename }) => filename),
  ).toContain('IHE_XDM.zip');
});

test('an error return about none of ours that announces documents and has none is held', async () => {
  const subject = '[KO Intégration système !][902] XDM/1.0/DDM+CR X';
  const view = await world.bring(await newMail({ subject, documents: [], attachments: [] }));
  expect(world.ended(view)).toMatchObject({ outcome: 'worklist', code: 'MAIL-005' });
});

test('files that METADATA does not describe leave a trace', async () => {
  const archive = await xdmArchive({
    documents: [newDocument()],
    extra: [{ name: 'IHE_XDM/SUBSET01/OUBLI.XML', bytes: Buffer.from('<ClinicalDocument/>') }],
  });
  expect(eventsOf(await world.bring(await newMail({ archive })))).toContain('files-not-described');
});

test('a version that names its parent and asks for no action leaves a trace', async () => {
  const first = newSample();
  await world.bring(await newMail({ documents: [{ sample: first }] }));
  const view = await world.bring(await newMail({ documents: [newDocument({ replaces: first.id })] }));
  expect(world.ended(view).messages).toEqual(['T02 AA']);
  expect(eventsOf(view)).toContain('names-a-parent-without-action');
});
