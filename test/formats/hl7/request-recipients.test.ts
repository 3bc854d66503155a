import { describe, expect, it } from 'vitest';
import { cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { patientRecipient, requestMessage, type SampleWish } from '../../../samples/kit/request.ts';
import {
  after,
  all,
  hiding,
  outcome,
  type Overrides,
  read,
  refused,
  set,
  thrownBy,
  wrong,
} from './request-kit.ts';

const PATIENT = patientRecipient(PATIENTS.morvan);
const DOCTOR = { address: 'anne.tanguy@cabinet-du-port.mssante.fr' };
const BOTH: Overrides = { recipients: [DOCTOR, PATIENT] };
const addressesOf = (overrides: Overrides) => read(overrides).recipients.map(({ address }) => address);
const to = (address: string): Overrides => ({ recipients: [{ address }] });

describe('an address', () => {
  it.each([
    'a@b',
    'a b@port.fr',
    '"a b"@port.fr',
    'a@port.fr,b@port.fr',
    'a@port.fr;b@port.fr',
    'a@b@port.fr',
    '<a@port.fr>',
    'Anne <a@port.fr>',
    'mailto:a@port.fr',
    '@port.fr',
    'a@',
    'a..b@port.fr',
    '.a@port.fr',
    'a.@port.fr',
    'a@port..fr',
    'a@port.fr.',
    'a@-port.fr',
    'a@port.1',
    'a@[127.0.0.1]',
    'a%port.fr@relais.fr',
    'relais!a@port.fr',
    '|cat@port.fr',
    "o'hara@port.fr",
    'zoé@port.fr',
    'a@pört.fr',
    'a\u00a0b@port.fr',
    'a\0@port.fr',
    'a@port.fr\r\nBcc: b@port.fr',
    'a@port.fr\nRCPT TO:<b@port.fr>',
    'a\u2028@port.fr',
    `${'a'.repeat(65)}@port.fr`,
    `a@${'b'.repeat(64)}.fr`,
    `a@${'b.'.repeat(130)}fr`,
  ])('is none: %j', address => {
    expect(refused(to(address))).toEqual(['REQ-024', 'PRT^2^15^1^4']);
    expect(refused({ replyTo: address })).toEqual(['REQ-024', 'PRT^3^15^1^4']);
  });

  it.each(['a@b.fr', 'A.b-c_d+e=1@Sub.Port-1.mssante.fr', `${'a'.repeat(64)}@port.fr`, '  a@b.fr '])(
    'is one: %j',
    address => {
      expect(addressesOf(to(address))).toEqual([address.trim()]);
    },
  );

  it('stands in no text of a refusal', () => {
    const error = thrownBy(requestMessage(to('claire.morvan(at)exemple.fr')));
    expect(error.publicText + JSON.stringify(error.fields)).not.toContain('morvan');
  });

  it.each([
    ['PRT-16, as in a published example', set('PRT', 16, `^^X.400^${DOCTOR.address}`, 2)],
    ['PRT-14', set('PRT', 14, `^NET^X.400^${DOCTOR.address}`, 2)],
    ['PRT-15.3', set('PRT', 15, `^^${DOCTOR.address}`, 2)],
  ])('is found in %s', (_, alter) => {
    const overrides = wrong(all(set('PRT', 15, '', 2), alter));
    expect(addressesOf(overrides)).toEqual([DOCTOR.address]);
  });

  it('is not looked for elsewhere while PRT-15.4 has a text', () => {
    const overrides = wrong(
      all(set('PRT', 15, '^^X.400^Dr Tanguy', 2), set('PRT', 16, `^^X.400^${DOCTOR.address}`, 2)),
    );
    expect(refused(overrides)).toEqual(['REQ-024', 'PRT^2^15^1^4']);
    const none = wrong(all(set('PRT', 15, '', 2), set('PRT', 16, '^^X.400^Dr Tanguy', 2)));
    expect(refused(none)).toEqual(['REQ-008', 'PRT^2^15^1^4']);
  });

  it('may be given several times in PRT-15, beside telephone numbers', () => {
    const field = `^^PH^^33^2^98000000~^^X.400^${DOCTOR.address}~^^X.400^b@port.fr`;
    expect(addressesOf(wrong(set('PRT', 15, field, 2)))).toEqual([DOCTOR.address, 'b@port.fr']);
    expect(refused(wrong(set('PRT', 15, `${field}~^^X.400^c`, 2)))).toEqual(['REQ-024', 'PRT^2^15^4^4']);
    expect(refused(wrong(set('PRT', 15, field.padEnd(200, '~'), 2)))).toEqual(['REQ-011', 'PRT^2^15']);
  });
});

describe('recipients', () => {
  it('are written to once, whatever the case', () => {
    const recipients = [DOCTOR, { address: DOCTOR.address.toUpperCase() }, { address: 'b@port.fr' }];
    expect(addressesOf({ recipients })).toEqual([DOCTOR.address, 'b@port.fr']);
  });

  it('are as many as the site allows', () => {
    const recipients = [DOCTOR, { address: 'b@port.fr' }, { address: 'B@port.fr' }];
    expect(read({ recipients }, { maxRecipients: 2 }).recipients).toHaveLength(2);
    expect(refused({ recipients }, { maxRecipients: 1 })).toEqual(['REQ-011', 'PRT^3^15^1^4']);
  });

  it.each([
    ['the professional', { person: { id: '81', family: 'T', given: 'A' } }, '81'],
    ['the organisation', { organization: { name: 'Urologie', id: '3435', type: 'UF' } }, '3435'],
    ['the application', { device: 'DPI-12' }, 'DPI-12'],
    ['nobody', {}, undefined],
  ])('are named by the identifier of %s', (_, who, identifier) => {
    expect(read({ recipients: [{ ...who, ...DOCTOR }] }).recipients[0]?.identifier).toBe(identifier);
  });

  it.each<[string, Overrides['wishes'], readonly string[], number]>([
    ['professionals', { DESTMSSANTEPS: 'Y' }, ['professionals'], 1],
    ['the patient', { DESTMSSANTEPAT: 'Y' }, ['patient'], 1],
    ['both', { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y' }, ['professionals', 'patient'], 0],
    ['the DMP alone', { DESTDMP: 'Y' }, [], 2],
    ['the patient, hidden from professionals', { DESTMSSANTEPAT: 'Y', MASQUE_PS: 'Y' }, ['patient'], 1],
    [
      'professionals, hidden from the patient',
      { DESTMSSANTEPS: 'Y', INVISIBLE_PATIENT: 'Y' },
      ['professionals'],
      1,
    ],
    [
      'the patient, hidden from representatives',
      { DESTMSSANTEPAT: 'Y', INVISIBLE_REP_LEGAUX: 'Y' },
      ['patient'],
      1,
    ],
  ])('of an audience that was not asked for are passed over: %s', (_, wishes = {}, audiences, passedOver) => {
    const request = read({ ...BOTH, wishes });
    expect(request.recipients.map(({ audience }) => audience)).toEqual(audiences);
    expect(request.passedOver).toBe(passedOver);
  });

  it('may be the patient under the matricule in any case', () => {
    const corsican = {
      ...PATIENTS.morvan,
      identifiers: [{ root: '1.2.250.1.213.1.4.8', extension: '285062A90426212' }],
    };
    const overrides: Overrides = {
      documents: [cdaSample({ patient: corsican })],
      wishes: { DESTMSSANTEPAT: 'Y' },
      recipients: [{ address: '285062a90426212@Patient.mssante.fr' }],
    };
    expect(read(overrides).recipients[0]?.audience).toBe('patient');
  });
});

describe('the domains that a site trusts', () => {
  it.each([
    ['port.mssante.fr', ['port.mssante.fr'], true],
    ['PORT.mssante.fr', ['Port.mssante.fr'], true],
    ['port.mssante.fr', ['mssante.fr'], false],
    ['port.mssante.fr', ['*.mssante.fr'], true],
    ['a.port.mssante.fr', ['*.mssante.fr'], true],
    ['mssante.fr', ['*.mssante.fr'], false],
    ['notmssante.fr', ['*.mssante.fr', 'mssante.fr'], false],
    ['mssante.fr.exemple.com', ['*.mssante.fr'], false],
    ['port.fr', [], false],
  ])('%s in %j: %s', (domain, domains, isTrusted) => {
    expect(outcome(to(`a@${domain}`), { domains })).toBe(isTrusted ? 'taken' : 'REQ-025');
  });

  it('are those of the reply address too, where a mail leaves', () => {
    const domains = ['*.mssante.fr'];
    expect(refused(to('a@port.fr'), { domains })).toEqual(['REQ-025', 'PRT^2^15^1^4']);
    expect(refused({ replyTo: 'a@gmail.com' }, { domains })).toEqual(['REQ-025', 'PRT^3^15^1^4']);
    expect(read({ replyTo: 'a@gmail.com', wishes: { DESTDMP: 'Y' } }, { domains }).recipients).toEqual([]);
  });

  it('are not asked about those who are passed over', () => {
    expect(read(BOTH, { domains: ['cabinet-du-port.mssante.fr'] }).passedOver).toBe(1);
  });
});

/** The sending rules as the issue of the specification means them, and as its table says them. */
const FLAGS: readonly SampleWish[] = [
  'MASQUE_PS',
  'INVISIBLE_PATIENT',
  'INVISIBLE_REP_LEGAUX',
  'CONNEXION_SECRETE',
  'DESTDMP',
  'DESTMSSANTEPS',
  'DESTMSSANTEPAT',
];
const COMBINATIONS = Array.from({ length: 2 ** FLAGS.length }, (_, bits) =>
  Object.fromEntries(FLAGS.map((flag, place) => [flag, (bits >> place) & 1 ? 'Y' : 'N'])),
);

function meant(wish: Partial<Record<string, string>>): string {
  if (![wish['DESTDMP'], wish['DESTMSSANTEPS'], wish['DESTMSSANTEPAT']].includes('Y')) return 'REQ-019';
  if (wish['DESTMSSANTEPS'] === 'Y' && wish['MASQUE_PS'] === 'Y') return 'REQ-020';
  return wish['DESTMSSANTEPAT'] === 'Y' && wish['INVISIBLE_PATIENT'] === 'Y' ? 'REQ-021' : 'taken';
}

function published(wish: Partial<Record<string, string>>): string {
  const row = FLAGS.map(flag => wish[flag]).join('');
  return /^(NNN..YY|NYN..YN|.N.NNNY)$/.test(row) ? 'taken' : 'REQ-022';
}

describe('the sending matrix', () => {
  it('by its meaning', () => {
    for (const wishes of COMBINATIONS)
      expect([wishes, outcome({ ...BOTH, wishes }, { matrix: 'meaning' })]).toEqual([wishes, meant(wishes)]);
  });

  it('takes what a document hides itself from for what the metadata hide it from', () => {
    const matrix = 'literal';
    const wishes = { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y' } as const;
    const documents = [hiding('INVISIBLE_REPRESENTANTS_LEGAUX')];
    expect(outcome({ ...BOTH, wishes, documents }, { matrix })).toBe('REQ-022');
    expect(read({ ...BOTH, wishes, documents }).recipients).toHaveLength(2);
  });

  it('to the letter, where a mail is asked for', () => {
    for (const wishes of COMBINATIONS) {
      const mails = wishes['DESTMSSANTEPS'] === 'Y' || wishes['DESTMSSANTEPAT'] === 'Y';
      const first = meant(wishes);
      const expected = first === 'taken' && mails ? published(wishes) : first;
      expect([wishes, outcome({ ...BOTH, wishes }, { matrix: 'literal' })]).toEqual([wishes, expected]);
    }
  });
});

describe('FIN', () => {
  it.each([
    ['NTE-4', 'NTE|1|||FIN|', false],
    ['NTE-3', 'NTE|1||FIN', false],
    ['small letters', 'NTE|1|||fin^Fin', false],
    ['another text', 'NTE|1||FIN de traitement|RE', true],
  ])('in %s under DESTMSSANTEPAT', (_, nte, mayAnswer) => {
    expect(read(wrong(after('OBX', 9, nte))).patientMayAnswer).toBe(mayAnswer);
  });

  it('elsewhere says nothing of the patient', () => {
    expect(read(wrong(after('OBX', 8, 'NTE|1|||FIN'))).patientMayAnswer).toBe(true);
    expect(read({ noAnswer: true }).patientMayAnswer).toBe(false);
  });
});
