import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENTS } from '../../samples/kit/cda.ts';
import { patientRecipient, type SampleWish } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { faultOf } from '../kit/gateway.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';

/** Which wishes are taken, by what the published matrix means and by its letter, and whom the mails reach. */

type Wishes = Partial<Record<SampleWish, 'Y' | 'N'>>;

const [PS, PAT] = [{ DESTMSSANTEPS: 'Y' }, { DESTMSSANTEPAT: 'Y' }] as const;
const BOTH = { ...PS, ...PAT } as const;
const NOT_LISTED = 'AE 207 REQ-022 OBX^8^5';

/** What comes of the wishes: whom the mails go to, `DMP` for what waits for one; or the refusal. By its letter too where that differs. */
const WISHES: readonly (readonly [what: string, wishes: Wishes, meant: string, literal?: string])[] = [
  ['professionals and patient', BOTH, 'doctor hospital patient'],
  ['professionals alone', PS, 'doctor hospital', NOT_LISTED],
  ['the patient alone', PAT, 'patient', 'patient'],
  ['professionals, hidden from the patient', { ...PS, INVISIBLE_PATIENT: 'Y' }, 'doctor hospital'],
  ['the patient, hidden from professionals', { ...PAT, MASQUE_PS: 'Y' }, 'patient'],
  ['the patient, hidden from representatives', { ...PAT, INVISIBLE_REP_LEGAUX: 'Y' }, 'patient'],
  [
    'both, hidden from representatives',
    { ...BOTH, INVISIBLE_REP_LEGAUX: 'Y' },
    'doctor hospital patient',
    NOT_LISTED,
  ],
  ['both, in a secret connection', { ...BOTH, CONNEXION_SECRETE: 'Y' }, 'doctor hospital patient'],
  [
    'the patient, in a secret connection',
    { ...PAT, CONNEXION_SECRETE: 'Y' },
    'patient',
    'AE 207 REQ-022 OBX^9^5',
  ],
  ['professionals, hidden from them', { ...PS, MASQUE_PS: 'Y' }, 'AE 207 REQ-020 OBX^2^5'],
  ['both, hidden from professionals', { ...BOTH, MASQUE_PS: 'Y' }, 'AE 207 REQ-020 OBX^2^5'],
  ['the patient, hidden from the patient', { ...PAT, INVISIBLE_PATIENT: 'Y' }, 'AE 207 REQ-021 OBX^3^5'],
  ['both, hidden from the patient', { ...BOTH, INVISIBLE_PATIENT: 'Y' }, 'AE 207 REQ-021 OBX^3^5'],
  ['nobody', { ACK_RECEPTION: 'Y' }, 'AE 207 REQ-019 OBX^7^5'],
  ['the DMP alone', { DESTDMP: 'Y' }, 'DMP'],
  ['the DMP alone, hidden from professionals', { DESTDMP: 'Y', MASQUE_PS: 'Y' }, 'DMP'],
  ['the DMP and everybody', { ...BOTH, DESTDMP: 'Y' }, 'DMP doctor hospital patient'],
  ['the DMP and professionals', { ...PS, DESTDMP: 'Y' }, 'DMP doctor hospital', NOT_LISTED],
  [
    'the DMP and the patient',
    { ...PAT, DESTDMP: 'Y', MASQUE_PS: 'Y' },
    'DMP patient',
    'AE 207 REQ-022 OBX^9^5',
  ],
];

const NAMES: Readonly<Record<string, string>> = {
  [DOCTOR]: 'doctor',
  [HOSPITAL]: 'hospital',
  [PATIENT]: 'patient',
};

describe.each([
  ['meaning', WISHES.map(([what, wishes, meant]) => [what, meant, wishes] as const)],
  ['literal', WISHES.map(([what, wishes, meant, literal = meant]) => [what, literal, wishes] as const)],
] as const)('by the %s of the matrix', (matrix, cases) => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await startLaboratory({ accept: { matrix } });
  });
  afterAll(() => laboratory.stop());

  /** What came of a request, once all that comes of it by itself has. */
  async function whatComesOf(wishes: Wishes): Promise<string> {
    const recipients = [{ address: DOCTOR }, { address: HOSPITAL }, patientRecipient(PATIENTS.morvan)];
    const { message, controlId } = newRequest({ wishes, recipients });
    const answer = await laboratory.ask(message);
    if (answer !== 'AA') return answer;
    const view = await laboratory.reported(controlId);
    const held = view.deliveries.filter(({ state }) => state === 'held');
    expect(held.map(({ kind, hold }) => [kind, hold?.code])).toEqual(
      wishes.DESTDMP === 'Y' ? [['dmp', 'OUT-001']] : [],
    );
    expect(view.exchange.state).toBe(held.length > 0 ? 'closing' : 'ended');
    const mails = laboratory.mails(view).map(({ envelope }) => envelope.to);
    // Never a patient and a professional in one mail.
    expect(mails.every(to => to.length === 1 || !to.includes(PATIENT))).toBe(true);
    return [...(held.length > 0 ? ['DMP'] : []), ...mails.flat().map(address => NAMES[address])].join(' ');
  }

  it.each(cases)('%s: %s', async (_, expected, wishes) => {
    expect(await whatComesOf(wishes)).toBe(expected);
  });
});

describe('a deposit in the DMP, of which none is configured', () => {
  it('is on the worklist until a person gives it up; a retry leaves it there', async () => {
    const laboratory = await startLaboratory();
    const { message, controlId } = newRequest({ wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y' } });
    await laboratory.ask(message);
    const { exchange } = await laboratory.reported(controlId);
    expect(await retryExchange(exchange.id, laboratory.steering())).toBe(1);
    expect(faultOf(await laboratory.reported(controlId))?.code).toBe('OUT-001');
    expect((await laboratory.gateway().status()).worklist).toEqual({ deliveries: 1, mails: 0 });
    expect(await abandonExchange(exchange.id, 'Déposé à la main.', laboratory.steering())).toBe(1);
    expect((await laboratory.reported(controlId)).exchange.state).toBe('ended');
    expect((await laboratory.gateway().status()).worklist).toEqual({ deliveries: 0, mails: 0 });
    expect(laboratory.operator.accepted()).toHaveLength(1);
    await laboratory.stop();
  });
});
