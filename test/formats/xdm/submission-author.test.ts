import { describe, expect, it } from 'vitest';
import type { RequestSender } from '../../../src/formats/hl7/request-types.ts';
import type { AuthorMetadata } from '../../../src/formats/xdm/document-types.ts';
import { submissionAuthor } from '../../../src/formats/xdm/submission-author.ts';

const PS = '1.2.250.1.71.4.2.1';
const ST = '1.2.250.1.71.4.2.2';
const person = (id: string, type: string, authority = `ASIP-SANTE-PS&${PS}&ISO`, kind = 'D') =>
  [id, 'DIAZ', 'Thierry'].concat(['', '', '', '', ''], [authority, kind, '', '', type]);
const organization = (id: string | undefined, type: string, authority = `ASIP-SANTE-ST&${ST}&ISO`) => ({
  name: 'labo',
  id,
  type,
  authority,
});
const sender = (changes: Partial<RequestSender>): RequestSender => ({
  person: undefined,
  organization: undefined,
  device: undefined,
  ...changes,
});
const NAMELESS = { name: '', id: undefined, type: undefined, authority: undefined };
/** Of the document: the second is the first person. */
const AUTHORS: readonly AuthorMetadata[] = [
  { institution: 'Service' },
  { person: '77^GWENN^Lena', institution: 'Clinique', role: 'Médecin traitant', specialty: 'A^B^1.2' },
];
const FALLBACK = { person: '77^GWENN^Lena', institution: 'Clinique', specialty: 'A^B^1.2' };

describe('submissionAuthor: the person', () => {
  it.each<[string, readonly string[], string]>([
    ['IDNPS', person('801234567866', 'IDNPS'), `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`],
    ['an RPPS', person('01234567866', 'RPPS'), `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`],
    [
      'an RPPS that is prefixed',
      person('801234567866', 'RPPS'),
      `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    ['an ADELI', person('759312345', 'ADELI'), `0759312345^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`],
    [
      'an authority without local name',
      person('01234567866', 'RPPS', `&${PS}&ISO`),
      `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    [
      'an authority without OID',
      person('01234567866', 'RPPS', 'ASIP-SANTE-PS'),
      `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    [
      'no authority',
      person('801234567866', 'IDNPS', ''),
      `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    [
      'the national authority without type',
      person('801234567866', ''),
      `801234567866^DIAZ^Thierry^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    [
      'a local number',
      person('77', 'EI', 'CHU&1.2.250.1.999.4&ISO'),
      '77^DIAZ^Thierry^^^^^^&1.2.250.1.999.4&ISO^D^^^EI',
    ],
    ['a local number without OID', person('77', 'EI', 'CHU'), '77^DIAZ^Thierry^^^^^^^D^^^EI'],
    [
      'a patient',
      person('285062901904262', 'INS', 'X&1.2.250.1.213.1.4.8&ISO'),
      '285062901904262^DIAZ^Thierry^^^^^^&1.2.250.1.213.1.4.8&ISO^D^^^NH',
    ],
    [
      'a system',
      person('3120456789/SGL', 'RI', `&${PS}&ISO`, 'U'),
      `3120456789/SGL^DIAZ^Thierry^^^^^^&${PS}&ISO^U^^^RI`,
    ],
    ['a type that is no type', person('77', 'constructor', ''), '77^DIAZ^Thierry^^^^^^^D^^^EI'],
    ['few components', ['801234567866', 'DIAZ'], '801234567866^DIAZ^^^^^^^^D^^^EI'],
    ['a name alone', ['', 'DIAZ'], '^DIAZ^^^^^^^^D'],
    ['delimiters', ['77', 'D^I&A'], '77^D\\S\\I\\T\\A^^^^^^^^D^^^EI'],
  ])('%s', (_, given, expected) => {
    expect(submissionAuthor(sender({ person: given }), AUTHORS)).toEqual({ person: expected });
  });
});

describe('submissionAuthor: the organisation', () => {
  it.each<[string, RequestSender['organization'], string | undefined]>([
    ['IDNST', organization('1120459876', 'IDNST'), `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`],
    ['a FINESS', organization('120459876', 'FINEG'), `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`],
    [
      'the FINESS of a legal entity, in Corsica',
      organization('2A0000014', 'FINEJ'),
      `labo^^^^^&${ST}&ISO^IDNST^^^12A0000014`,
    ],
    [
      'a FINESS that is prefixed',
      organization('1120459876', 'FINEG'),
      `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`,
    ],
    ['a SIREN', organization('552100554', 'SIREN'), `labo^^^^^&${ST}&ISO^IDNST^^^2552100554`],
    ['a SIRET', organization('55210055400013', 'SIRET'), `labo^^^^^&${ST}&ISO^IDNST^^^355210055400013`],
    ['no authority', organization('120459876', 'FINEG', ''), `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`],
    [
      'an authority that is an OID alone',
      organization('120459876', 'FINEG', ST),
      `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`,
    ],
    ['a service', organization('3435', 'UF', '120456789'), 'labo^^^^^^XX^^^3435'],
    ['a name alone', organization(undefined, ''), 'labo'],
    ['nothing', NAMELESS, undefined],
  ])('%s', (_, given, expected) => {
    const author = submissionAuthor(
      sender({ person: person('801234567866', 'IDNPS'), organization: given }),
      AUTHORS,
    );
    expect(author.institution).toBe(expected);
  });
});

describe('submissionAuthor: the device', () => {
  it.each<[string, string, RequestSender['organization'], string]>([
    [
      'of a FINESS',
      'SGL-1',
      organization('120459876', 'FINEG'),
      `3120459876/SGL-1^SGL-1^^^^^^^&${PS}&ISO^U^^^RI`,
    ],
    [
      'of a SIRET',
      'SGL-1',
      organization('55210055400013', 'SIRET'),
      `555210055400013/SGL-1^SGL-1^^^^^^^&${PS}&ISO^U^^^RI`,
    ],
    ['of a service', 'SGL-1', organization('3435', 'UF', '120456789'), 'SGL-1^SGL-1^^^^^^^^U^^^RI'],
    ['of nobody', 'SGL-1', undefined, 'SGL-1^SGL-1^^^^^^^^U^^^RI'],
    [
      'with a national number',
      '3120456789/SGL',
      organization('120459876', 'FINEG'),
      `3120456789/SGL^3120456789/SGL^^^^^^^&${PS}&ISO^U^^^RI`,
    ],
    ['with a slash of its own', 'A/B', undefined, 'A/B^A/B^^^^^^^^U^^^RI'],
  ])('%s', (_, device, of, expected) => {
    expect(submissionAuthor(sender({ device, organization: of }), AUTHORS).person).toBe(expected);
  });

  it('stands behind a person', () => {
    const author = submissionAuthor(
      sender({ person: person('801234567866', 'IDNPS'), device: 'SGL-1' }),
      AUTHORS,
    );
    expect(author.person).toContain('^DIAZ^');
  });
});

describe('submissionAuthor: nobody, so the document’s author', () => {
  it.each<[string, RequestSender | undefined]>([
    ['no PRT', undefined],
    ['an empty PRT', sender({})],
    ['a blank device', sender({ device: ' ' })],
    ['an empty person', sender({ person: ['', ' '] })],
    ['an organisation of no name or number', sender({ organization: NAMELESS })],
  ])('%s', (_, given) => {
    expect(submissionAuthor(given, AUTHORS)).toEqual(FALLBACK);
  });

  it.each<[string, Partial<RequestSender>]>([
    ['an organisation alone', {}],
    ['an organisation and an empty person', { person: ['', ' '] }],
  ])('for whom PRT-8 is still the institution: %s', (_, changes) => {
    const given = sender({ organization: organization('120459876', 'FINEG'), ...changes });
    expect(submissionAuthor(given, AUTHORS)).toEqual({
      ...FALLBACK,
      institution: `labo^^^^^&${ST}&ISO^IDNST^^^1120459876`,
    });
  });
});
