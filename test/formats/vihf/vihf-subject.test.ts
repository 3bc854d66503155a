import { describe, expect, it } from 'vitest';
import type { Author, Authenticator, Code } from '../../../src/formats/cda/types.ts';
import type { RequestSender } from '../../../src/formats/hl7/request-types.ts';
import { readProfessionals } from '../../../src/formats/vihf/professionals.ts';
import { vihfSubject } from '../../../src/formats/vihf/vihf-subject.ts';

const PS = '1.2.250.1.71.4.2.1';
const AUTHOR_CODES = '1.2.250.1.213.1.1.4.5';
const ID = '810009990017';
const AUTOMATE = { responsible: '801234567866', name: 'pfi-gateway, passerelle, DSI' };
const AUTOMATIC = '801234567866 | pfi-gateway, passerelle, DSI | AUTOMATE@1.2.250.1.213.1.1.4.6';

const person = (id = ID, type = 'RPPS', authority = `ASIP-SANTE-PS&${PS}&ISO`, kind = 'D') =>
  [id, 'KERVELLA', 'Yann'].concat(['', '', '', '', ''], [authority, kind, '', '', type]);
const sender = (changes: Partial<RequestSender> = {}): RequestSender => ({
  person: person(),
  organization: undefined,
  device: undefined,
  ...changes,
});
const coded = (code: string, system: string | undefined = AUTHOR_CODES): Code => ({
  code,
  system,
  display: undefined,
});
const author = (code: Code | undefined, changes: Partial<Author> = {}): Author => ({
  identifier: { root: PS, extension: ID },
  family: 'LE GOFF',
  given: 'Maud',
  device: undefined,
  model: undefined,
  code,
  role: undefined,
  organization: undefined,
  ...changes,
});
const header = (authors: readonly Author[], authenticator?: Authenticator) => ({ authors, authenticator });
const BIOLOGIST = header([author(coded('G15_10/SM03'))]);

/** `NameID | subject-id | code@system + code@system`. */
function subject(
  from: RequestSender | undefined,
  headers: Parameters<typeof vihfSubject>[0]['headers'],
  csv = '',
): string {
  const { nameId, name, roles } = vihfSubject({
    sender: from,
    headers,
    professionals: readProfessionals(csv),
    automate: AUTOMATE,
  });
  return [nameId, name, roles.map(role => `${role?.code}@${role?.system}`).join(' + ')].join(' | ');
}

const is = (roles: string) => `${ID} | KERVELLA Yann | ${roles}`;
const DOCTOR = is('10@1.2.250.1.71.1.2.7 + SM03@1.2.250.1.71.4.2.5');
const NURSE = is('60@1.2.250.1.71.1.2.7');

describe('vihfSubject: the role that the document has', () => {
  it.each<[string, Code, string]>([
    ['a doctor', coded('G15_10/SM03'), DOCTOR],
    ['a doctor of no system', { ...coded('G15_10/SM03'), system: undefined }, DOCTOR],
    ['a pharmacist', coded('G15_21/H'), is('21@1.2.250.1.71.1.2.7 + H@1.2.250.1.71.4.2.6')],
    ['a nurse', coded('G15_60'), NURSE],
    ['a nurse with a speciality', coded('G15_60/SI01'), NURSE],
    ['a dentist with a speciality', coded('G15_40/SCD01'), is('40@1.2.250.1.71.1.2.7')],
    ['a profession by its own system', coded('60', '1.2.250.1.71.1.2.7'), NURSE],
    ['a doctor in training', coded('G16_10'), is('10@1.2.250.1.71.1.2.8')],
    ['a social worker', coded('41', '1.2.250.1.213.1.6.1.4'), is('41@1.2.250.1.213.1.6.1.4')],
    ['a psychologist', coded('93', '1.2.250.1.213.1.6.1.109'), is('93@1.2.250.1.213.1.6.1.109')],
    [
      'somebody by role',
      coded('312', '1.2.250.1.213.1.6.1.107'),
      is('99@1.2.250.1.213.1.6.1.140 + 312@1.2.250.1.213.1.6.1.107'),
    ],
    [
      'a medical secretary',
      coded('SECRETARIAT_MEDICAL', '1.2.250.1.213.1.1.4.6'),
      is('SECRETARIAT_MEDICAL@1.2.250.1.213.1.1.4.6'),
    ],
    ['a doctor without speciality', coded('G15_10'), AUTOMATIC],
    ['a doctor with that of a pharmacist', coded('G15_10/H'), AUTOMATIC],
    ['a doctor with a speciality that the DMP lacks', coded('G15_10/DEC01'), AUTOMATIC],
    ['a doctor by the profession alone', coded('10', '1.2.250.1.71.1.2.7'), AUTOMATIC],
    ['a pharmacist without speciality', coded('G15_21'), AUTOMATIC],
    ['a pharmacist with that of a doctor', coded('G15_21/SM03'), AUTOMATIC],
    ['a profession that is none', coded('G15_77'), AUTOMATIC],
    ['a role that the DMP lacks', coded('360', '1.2.250.1.213.1.6.1.107'), AUTOMATIC],
    ['somebody by role, without one', coded('99', '1.2.250.1.213.1.6.1.140'), AUTOMATIC],
    ['the right code of a wrong system', coded('G15_60', '1.2.3'), AUTOMATIC],
    ['the patient', coded('EXP_PATIENT', '1.2.250.1.213.1.1.4.6'), AUTOMATIC],
    ['a speciality alone', coded('SM03', '1.2.250.1.71.4.2.5'), AUTOMATIC],
    ['a name of JavaScript', coded('constructor', '__proto__'), AUTOMATIC],
    ['more than a code', coded('G15_10/SM03/SM04'), AUTOMATIC],
  ])('%s', (_, code, expected) => {
    expect(subject(sender(), [header([author(code)])])).toBe(expected);
  });

  it('of the legalAuthenticator, and of a later document', () => {
    const identifier = { root: PS, extension: ID };
    const nurse = { identifier, family: undefined, given: undefined, code: coded('G15_60') };
    expect(subject(sender(), [header([], nurse)])).toBe(NURSE);
    expect(subject(sender(), [header([]), BIOLOGIST])).toBe(DOCTOR);
  });

  it('the first speciality of several, none where the professions differ', () => {
    const other = author(coded('G15_10/SM54'));
    expect(subject(sender(), [BIOLOGIST, header([other])])).toBe(DOCTOR);
    expect(subject(sender(), [BIOLOGIST, header([author(coded('G15_60'))])])).toBe(AUTOMATIC);
    expect(subject(sender(), [BIOLOGIST, header([author(coded('G16_10'))])])).toBe(AUTOMATIC);
  });
});

describe('vihfSubject: who is in the document', () => {
  it.each<[string, readonly string[], Author, string]>([
    ['an RPPS without its digit in PRT-5', person('10009990017'), author(coded('G15_60')), NURSE],
    [
      'an RPPS without its digit in the document',
      person(),
      author(coded('G15_60'), { identifier: { root: PS, extension: '10009990017' } }),
      NURSE,
    ],
    ['no authority in PRT-5', person(ID, 'RPPS', ''), author(coded('G15_60')), NURSE],
    ['neither authority nor type', [ID, 'KERVELLA', 'Yann'], author(coded('G15_60')), NURSE],
    ['neither, and no digit', ['10009990017', 'KERVELLA'], author(coded('G15_60')), AUTOMATIC],
    ['an authority by its OID alone', person(ID, '', PS), author(coded('G15_60')), NURSE],
    [
      'another authority in PRT-5',
      person(ID, 'EI', 'CHU&1.2.250.1.999.4&ISO'),
      author(coded('G15_60')),
      AUTOMATIC,
    ],
    [
      'another authority in the document',
      person(),
      author(coded('G15_60'), { identifier: { root: '1.2.250.1.999.4', extension: ID } }),
      AUTOMATIC,
    ],
    ['somebody else', person('810009990025'), author(coded('G15_60')), AUTOMATIC],
    [
      'a patient',
      person('285062901904262', 'INS', '&1.2.250.1.213.1.4.8&ISO'),
      author(coded('G15_60'), { identifier: { root: '1.2.250.1.213.1.4.8', extension: '285062901904262' } }),
      AUTOMATIC,
    ],
    ['a system in PRT-5', person(ID, 'RI', `&${PS}&ISO`, 'U'), author(coded('G15_60')), AUTOMATIC],
    ['a device in the document', person(), author(coded('G15_60'), { device: 'SGL' }), AUTOMATIC],
    ['an author without identifier', person(), author(coded('G15_60'), { identifier: undefined }), AUTOMATIC],
  ])('%s', (_, given, written, expected) => {
    expect(subject(sender({ person: given }), [header([written])])).toBe(expected);
  });

  it.each<[string, RequestSender | undefined]>([
    ['no PRT', undefined],
    ['a device alone', sender({ person: undefined, device: 'SGL-1' })],
    ['nobody', sender({ person: [] })],
  ])('%s: the automate', (_, given) => {
    expect(subject(given, [BIOLOGIST], `${ID};60;`)).toBe(AUTOMATIC);
  });
});

describe('vihfSubject: the configured professionals', () => {
  it.each<[string, Parameters<typeof subject>[1], string, string]>([
    ['stand in for a document that does not know the person', [header([])], `${ID};60;`, NURSE],
    ['stand behind the document', [BIOLOGIST], `${ID};60;`, DOCTOR],
    [
      'give the speciality that the document lacks',
      [header([author(coded('G15_10'))])],
      `${ID};10;SM03`,
      DOCTOR,
    ],
    ['decide where documents disagree', [BIOLOGIST, header([author(coded('G15_60'))])], `${ID};60;`, NURSE],
    ['know nobody else', [header([])], '810009990025;60;', AUTOMATIC],
  ])('%s', (_, headers, csv, expected) => {
    expect(subject(sender(), headers, csv)).toBe(expected);
  });
});

describe('vihfSubject: the name', () => {
  it.each<[string, readonly string[], string]>([
    ['as PRT-5 has it', ['KERVELLA', 'Yann'], 'KERVELLA Yann'],
    ['the family name alone', ['KERVELLA'], 'KERVELLA'],
    ['the document’s where PRT-5 has none', ['', 'Yann'], 'LE GOFF Maud'],
    ['on one line', [' LE\r\nGOFF ', '\tMaud  Anne'], 'LE GOFF Maud Anne'],
    ['not longer than a value of XDS', ['É'.repeat(4000)], 'É'.repeat(256)],
    ['never half a character', [`${'A'.repeat(255)}😀`], 'A'.repeat(255)],
  ])('%s', (_, names, expected) => {
    const given = [ID, ...names];
    expect(subject(sender({ person: given }), [BIOLOGIST]).split(' | ')[1]).toBe(expected);
  });

  it('the automate’s where nobody has one', () => {
    const nameless = header([author(coded('G15_60'), { family: undefined })]);
    expect(subject(sender({ person: [ID] }), [nameless])).toBe(AUTOMATIC);
  });
});
