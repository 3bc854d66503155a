import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { newSample } from '../kit/gateway.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

/** How receipts reach the application that asked: each once, in order, however it behaves. */

let laboratory: Laboratory;
let before = 0;
beforeAll(async () => {
  laboratory = await startLaboratory();
});
afterAll(() => laboratory.stop());
beforeEach(() => {
  before = laboratory.creator.received().length;
});
afterEach(() => laboratory.creator.behave('answer'));

/** What the application took in this test. */
const received = () => laboratory.creator.received().slice(before);

const HEARD = { wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } } as const;

/** Sends requests about several patients, each reported on by the operator before the next is made. */
async function sendInTurn(count: number): Promise<string[]> {
  const patients = Object.values(PATIENTS);
  const asked: string[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const patient = patients[turn % patients.length] ?? PATIENTS.morvan;
    const { message, controlId } = newRequest({ ...HEARD, documents: [newSample({ patient })] });
    expect(await laboratory.ask(message)).toBe('AA');
    await laboratory.until('its receipt is owed', async () => {
      const view = await laboratory.view(controlId);
      return view?.deliveries.some(({ kind }) => kind === 'zam') === true;
    });
    asked.push(controlId);
  }
  return asked;
}

describe('an application that', () => {
  it.each([
    ['answers AR', 'later', 3],
    ['hangs up before it has read', 'drop', 3],
    ['hangs up once it has read', 'cut-before-reply', 2],
    ['does not answer', 'silent', 1],
  ] as const)('%s is told again, in the same bytes and in order', async (_, behaviour, times) => {
    laboratory.creator.behave(behaviour, times);
    const asked = await sendInTurn(4);
    for (const controlId of asked) {
      const { exchange } = await laboratory.reported(controlId);
      expect(exchange.state).toBe('ended');
      expect(laboratory.told(controlId)).toEqual([`Z02 Y ${DOCTOR}`]);
    }
    expect(received().map(({ request }) => request)).toEqual(asked);
    expect(received().filter(({ conflicting }) => conflicting)).toEqual([]);
    const repeated = behaviour === 'silent' || behaviour === 'cut-before-reply';
    const again = received().reduce((sum, { repetitions }) => sum + repetitions, 0);
    expect(again).toBeGreaterThanOrEqual(repeated ? times : 0);
    const { worklist } = await laboratory.gateway().status();
    expect(worklist).toEqual({ deliveries: 0, mails: 0 });
  });

  it('is away has everything when it is back, a restart of the gateway between', async () => {
    await laboratory.creator.stop();
    const asked = await sendInTurn(3);
    await laboratory.stopGateway();
    await laboratory.startGateway();
    await laboratory.until('it is missed', async () => {
      const { targets } = await laboratory.gateway().status();
      return targets.some(({ name, up }) => name === 'sgl' && !up);
    });
    await laboratory.creator.restart();
    for (const controlId of asked) await laboratory.reported(controlId);
    expect(received().map(({ request }) => request)).toEqual(asked);
  });

  it('refuses a receipt gets it again when a person says so, under a new MSH-10; the others go on', async () => {
    laboratory.creator.behave('refuse', 1);
    const [refused = '', other = ''] = await sendInTurn(2);
    await laboratory.reported(other);
    expect(laboratory.told(other)).toEqual([`Z02 Y ${DOCTOR}`]);
    const view = await laboratory.reported(refused);
    const held = view.deliveries.find(({ state }) => state === 'held');
    expect([held?.kind, held?.hold]).toEqual(['zam', { code: 'OUT-008', detail: 'Code : 207.' }]);
    expect([view.exchange.state, laboratory.told(refused)]).toEqual(['closing', []]);

    laboratory.creator.behave('refuse', 1);
    expect(await retryExchange(view.exchange.id, laboratory.steering())).toBe(1);
    await laboratory.until('it is refused once more', async () => {
      const again = (await laboratory.view(refused))?.deliveries.find(({ id }) => id === held?.id);
      return again?.state === 'held' && again.attempts === 1;
    });
    expect(await retryExchange(view.exchange.id, laboratory.steering())).toBe(1);
    expect((await laboratory.reported(refused)).exchange.state).toBe('ended');
    const [zam] = laboratory.zams(refused);
    expect(laboratory.told(refused)).toEqual([`Z02 Y ${DOCTOR}`]);
    expect(zam?.controlId).not.toBe(held?.identifiers['controlId']);
    // What it tells is what it told.
    expect(
      parseMessage(zam?.raw ?? Buffer.alloc(0))
        .all('OBX')[0]
        ?.component(4, 1),
    ).toBe(refused);
  });

  it('never takes a receipt is a person’s in the end', async () => {
    await laboratory.stopGateway();
    await laboratory.startGateway({
      application: { retry: { first: '20ms', max: '20ms', giveUpAfter: '200ms' } },
    });
    laboratory.creator.behave('later');
    const [controlId = ''] = await sendInTurn(1);
    const { exchange, deliveries } = await laboratory.reported(controlId);
    expect(deliveries.flatMap(({ hold }) => hold?.code ?? [])).toEqual(['OUT-009']);
    laboratory.creator.behave('answer');
    await retryExchange(exchange.id, laboratory.steering());
    expect((await laboratory.reported(controlId)).exchange.state).toBe('ended');
    expect(laboratory.told(controlId)).toEqual([`Z02 Y ${DOCTOR}`]);
    await laboratory.stopGateway();
    await laboratory.startGateway();
  });

  it('is given up on by a person is told no more', async () => {
    laboratory.creator.behave('refuse');
    const [controlId = ''] = await sendInTurn(1);
    const { exchange } = await laboratory.reported(controlId);
    await abandonExchange(exchange.id, 'Le logiciel a été changé.', laboratory.steering());
    laboratory.creator.behave('answer');
    expect((await laboratory.reported(controlId)).exchange.state).toBe('ended');
    expect(laboratory.told(controlId)).toEqual([]);
  });
});

describe('a receipt', () => {
  it('says who is told what of which request, by the specification', async () => {
    const { message, controlId } = newRequest({
      ...HEARD,
      type: 'MDM',
      from: ['RIS', 'IMAGERIE'],
      to: ['PFI-TEST', 'CH'],
      processingId: 'T',
      recipients: [
        { address: DOCTOR, person: { id: '810009990025', family: 'TANGUY', given: 'Anne' } },
        { address: HOSPITAL, organization: { name: 'Urologie', id: '3435', type: 'UF' } },
      ],
    });
    await laboratory.ask(message);
    await laboratory.reported(controlId);
    const told = laboratory.zams(controlId).map(({ raw }) => {
      const zam = parseMessage(raw);
      const [status, recipient] = zam.all('OBX');
      return [
        [3, 4, 5, 6, 11, 12].map(field => zam.header.field(field)).join('|'),
        zam.segments.map(({ name }) => name).join(' '),
        status?.field(3),
        recipient?.field(4),
        recipient?.field(5),
      ];
    });
    const [head, segments, status] = [
      'PFI-TEST|CH|RIS|IMAGERIE|T|2.6',
      'MSH EVN OBX OBX',
      'ACK_RECEPTION_MSS^Accusé de réception MSSanté^AckMetierZAM',
    ];
    expect(told).toEqual([
      [head, segments, status, '810009990025', `^^X.400^${DOCTOR}`],
      [head, segments, status, '3435', `^^X.400^${HOSPITAL}`],
    ]);
  });
});
