import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ArchiveDocument } from '../../samples/kit/archive.ts';
import type { CdaSample } from '../../samples/kit/cda.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { type Hl7Message, parseMessage } from '../../src/formats/hl7/message.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { AFTER_NORMAL, confidential } from '../kit/confidentiality.ts';
import { newDocument, newMail, newSample, startWorld, type World } from '../kit/gateway.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

/** Add, replace, delete, in their order; restrictions and what is masked to professionals. */

const CHECKER = join(SHARED, 'tools/check_mdm.py');

let world: World;

describe('a life of a document', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test('added, replaced, deleted: T02, T10 with its parent in TXA-13, T04', async () => {
    const [first, second] = versions();
    const added = await bring({ sample: first });
    const replaced = await bring({ sample: second, action: 'C' });
    const deleted = await bring({ sample: second, action: 'D' });
    expect([added, replaced, deleted].map(view => world.ended(view).messages)).toEqual([
      ['T02 AA'],
      ['T10 AA'],
      ['T04 AA'],
    ]);
    const txa = messageOf(replaced).first('TXA');
    expect(txa?.field(12)).toBe(`${second.id.extension}^^${second.id.root}^ISO`);
    expect(txa?.field(13)).toBe(`${first.id.extension}^^${first.id.root}^ISO`);
    // A deletion that repeats the bytes of the version it deletes is no repetition of that version.
    expect(deleted.events.map(({ type }) => type)).not.toContain('same-id-other-bytes');
    expect(stateOf(second)).toBe('deleted');
    expect(stateOf(first)).toBe('replaced');
  });

  test('the same unique id with other bytes is sent, and noted', async () => {
    const sample = newSample();
    const earlier = await bring({ sample });
    const later = await bring({ sample: { ...sample, title: 'Compte rendu complété' } });
    expect(world.ended(later).messages).toEqual(['T02 AA']);
    expect(later.events).toContainEqual(
      expect.objectContaining({
        type: 'same-id-other-bytes',
        data: { earlier: earlier.exchange.id },
      }),
    );
  });

  test.skipIf(!hasShared('tools/check_mdm.py'))('check_mdm.py finds no fault in any of them', () => {
    const files = world.dpi.received().map(({ raw, controlId }) => {
      const file = join(world.folder, `${controlId}.hl7`);
      writeFileSync(file, raw);
      return file;
    });
    expect(files.length).toBeGreaterThanOrEqual(5);
    const checked = spawnSync('python3', [CHECKER, ...files], { encoding: 'utf8' });
    expect([checked.stderr, checked.status === 0 ? '' : checked.stdout]).toEqual(['', '']);
  });

  test('one mail that adds and replaces: each document has its message, in order', async () => {
    const [first, second] = versions();
    const view = await world.bring(
      await newMail({ documents: [{ sample: first }, { sample: second, action: 'C' }] }),
    );
    expect(world.ended(view).messages).toEqual(['T02 AA', 'T10 AA']);
  });
});

describe('MODIF_CONF_CODE', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test.each([
    { before: [], after: [], modified: 'N' },
    { before: ['INVISIBLE_PATIENT'], after: ['INVISIBLE_PATIENT'], modified: 'N' },
    { before: [], after: ['INVISIBLE_PATIENT'], modified: 'Y' },
    { before: ['INVISIBLE_PATIENT'], after: [], modified: 'Y' },
  ])('$before replaced by $after: $modified', async ({ before, after, modified }) => {
    const [first, second] = versions();
    await bring({ sample: first, masks: before });
    const replaced = await bring({ sample: second, masks: after, action: 'C' });
    expect(restrictionsOf(messageOf(replaced))['MODIF_CONF_CODE']).toBe(modified);
  });

  test('N where the journal does not know the version that is replaced', async () => {
    const [, second] = versions();
    const replaced = await bring({ sample: second, masks: ['INVISIBLE_PATIENT'], action: 'C' });
    expect(restrictionsOf(messageOf(replaced))['MODIF_CONF_CODE']).toBe('N');
  });
});

describe('restrictions', () => {
  afterEach(() => world.stop());

  test('OBX 3 to 6 say what the confidentiality codes say, in either spelling', async () => {
    world = await startWorld();
    const [both, none] = [
      await bring(newDocument({}, { masks: ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'] })),
      await bring(newDocument()),
    ];
    const spelt = await bring(newDocument({}, { masks: ['INVISIBLE_REP_LEGAUX'] }));
    const all = { MASQUE_PS: 'N', INVISIBLE_PATIENT: 'N', INVISIBLE_REP_LEGAUX: 'N', MODIF_CONF_CODE: 'N' };
    expect(restrictionsOf(messageOf(both))).toEqual({
      ...all,
      INVISIBLE_PATIENT: 'Y',
      INVISIBLE_REP_LEGAUX: 'Y',
    });
    expect(restrictionsOf(messageOf(none))).toEqual(all);
    expect(restrictionsOf(messageOf(spelt))).toEqual({ ...all, INVISIBLE_REP_LEGAUX: 'Y' });
  });

  test.each(['second', 'translation'] as const)(
    'the document’s own too, by a %s code, though the archive says it is open',
    async where => {
      world = await startWorld();
      const { sample } = newDocument();
      const seen = await bring({
        sample,
        bytes: confidential(AFTER_NORMAL[where]('invisible_patient'), sample),
      });
      expect(restrictionsOf(messageOf(seen))['INVISIBLE_PATIENT']).toBe('Y');
      const { sample: other } = newDocument();
      const held = await bring({
        sample: other,
        bytes: confidential(AFTER_NORMAL[where]('MASQUE_PS'), other),
      });
      expect(world.ended(held)).toMatchObject({ messages: [], outcome: 'worklist', code: 'DOC-001' });
    },
  );

  test('MASQUE_PS waits for a person; released, it says Y', async () => {
    world = await startWorld();
    const held = await bring(newDocument({}, { masks: ['MASQUE_PS'] }));
    expect(world.ended(held)).toMatchObject({ messages: [], outcome: 'worklist', code: 'DOC-001', told: [] });
    await retryExchange(held.exchange.id, world.steering());
    const sent = await ended(held);
    expect(world.ended(sent)).toMatchObject({ messages: ['T02 AA'], outcome: 'accepted', folder: 'done' });
    expect(restrictionsOf(messageOf(sent))['MASQUE_PS']).toBe('Y');
  });

  test('`masked: send` hands it over at once', async () => {
    world = await startWorld({ application: { masked: 'send' } });
    const sent = await bring(newDocument({}, { masks: ['MASQUE_PS'] }));
    expect(restrictionsOf(messageOf(sent))['MASQUE_PS']).toBe('Y');
  });
});

describe('a replacement whose original waits for a person', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test.each([
    { act: 'released', messages: ['T02 AA', 'T10 AA'] },
    { act: 'abandoned', messages: ['T10 900'] },
  ])('$act: it goes after, and nothing else of the patient waited', async ({ act, messages }) => {
    const [first, second] = versions();
    const held = await bring({ sample: first, masks: ['MASQUE_PS'] });
    const mail = await newMail({ documents: [{ sample: second, action: 'C' }] });
    world.deliver(mail);
    expect(world.ended(await bring(newDocument())).messages).toEqual(['T02 AA']);
    const waiting = await world.view(mail);
    expect(waiting?.deliveries.find(({ kind }) => kind === 'mdm')).toMatchObject({
      state: 'waiting',
      waitsFor: held.documents[0]?.delivery.id,
    });
    if (act === 'released') await retryExchange(held.exchange.id, world.steering());
    else await abandonExchange(held.exchange.id, 'Envoyé par erreur', world.steering());
    const views = [await ended(held), await world.settled(mail)];
    expect(views.flatMap(view => world.ended(view).messages)).toEqual(messages);
    const times = views.flatMap(view => world.messages(view).map(({ at }) => at.getTime()));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

/** A first version and what replaces it. */
function versions(): [CdaSample, CdaSample] {
  const first = newSample();
  return [first, newSample({ setId: first.setId, version: 2, replaces: first.id })];
}

async function bring(document: ArchiveDocument): Promise<ExchangeView> {
  return await world.bring(await newMail({ documents: [document] }));
}

/** The exchange once nothing of it waits any more. */
async function ended({ exchange }: ExchangeView): Promise<ExchangeView> {
  const { journal } = world.gateway();
  await world.until(
    'it has ended',
    async () => (await journal.exchange(exchange.id))?.exchange.state === 'ended',
  );
  const view = await journal.exchange(exchange.id);
  if (view === undefined) throw new Error('unreachable');
  return view;
}

function messageOf(view: ExchangeView): Hl7Message {
  const [message] = world.messages(view);
  if (message === undefined) throw new Error('the DPI got no message');
  return parseMessage(message.raw);
}

/** OBX 3 to 6: Y or N by code. */
function restrictionsOf(message: Hl7Message): Record<string, string> {
  const obx = message.all('OBX').slice(2);
  expect(obx.map(segment => segment.field(1))).toEqual(['3', '4', '5', '6']);
  return Object.fromEntries(obx.map(segment => [segment.component(3, 1), segment.component(5, 1)]));
}

function stateOf({ id }: CdaSample): string | undefined {
  return world.dpi.documents().find(({ id: known }) => known === `${id.root}^${id.extension}`)?.state;
}
