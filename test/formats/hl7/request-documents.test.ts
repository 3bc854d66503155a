import { describe, expect, it } from 'vitest';
import {
  cdaDocument,
  cdaSample,
  INS_TEST,
  insNumber,
  IPP,
  PATIENTS,
  type SampleId,
} from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import {
  all,
  type Alter,
  outcome,
  type Overrides,
  PREVIOUS,
  read,
  refused,
  REPLACING,
  RULES,
  set,
  swap,
  thrownBy,
  without,
  wrong,
} from './request-kit.ts';

const DOCUMENT = cdaDocument(cdaSample());
const BASE64 = DOCUMENT.toString('base64');

/** The message with the document written in another way. */
const as = (base64: string): Buffer =>
  Buffer.from(
    requestMessage()
      .toString('latin1')
      .replace(BASE64, () => base64),
    'latin1',
  );

describe('the document', () => {
  it.each([
    ['without padding', BASE64.replace(/=+$/, '')],
    ['with too much of it', `${BASE64}====`],
    ['in lines', BASE64.replaceAll(/.{76}/g, '$&\n')],
    ['with blanks', ` ${BASE64.replaceAll(/.{77}/g, '$& \t')}\n`],
    ['in lines written as \\.br\\', BASE64.replaceAll(/.{76}/g, '$&\\.br\\')],
    ['in lines written as \\X0D0A\\', BASE64.replaceAll(/.{76}/g, '$&\\X0D0A\\')],
    ['in lines written as \\X0d\\\\X0a\\', BASE64.replaceAll(/.{76}/g, '$&\\X0d\\\\X0a\\')],
  ])('is decoded %s', (_, base64) => {
    const [document] = readRequest(as(base64), RULES).documents;
    expect(DOCUMENT.equals(document?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([
    ['a character of no base64', `${BASE64.slice(0, 400)}*${BASE64.slice(400)}`],
    ['the alphabet of URLs', BASE64.replace(/[+/]/, '-')],
    ['padding in the middle', `${BASE64.slice(0, 400)}=${BASE64.slice(400)}`],
    ['a last digit that is no byte', BASE64.slice(0, 401)],
    ['another escape sequence', `${BASE64.slice(0, 400)}\\X41\\${BASE64.slice(400)}`],
    ['XML as it is', DOCUMENT.toString('latin1').replaceAll(/[^\x20-\x7e]|[|^~\\&]/g, ' ')],
  ])('is refused with %s', (_, base64) => {
    const { code, fields } = thrownBy(as(base64));
    expect([code, fields]).toEqual(['REQ-010', { location: 'OBX^1^5^1^5' }]);
  });

  it('is given byte for byte, whatever its encoding', () => {
    for (const encoding of ['utf-8', 'utf-16le', 'iso-8859-15'] as const) {
      const sample = cdaSample({ encoding, bom: encoding === 'utf-16le', patient: PATIENTS.oeuvrard });
      const [document] = read({ documents: [sample] }).documents;
      expect(cdaDocument(sample).equals(document?.bytes ?? Buffer.alloc(0))).toBe(true);
      expect(document?.header.patient.families[0]?.value).toBe('ŒUVRARD');
    }
  });
});

describe('TXA-12 and TXA-13', () => {
  const plain = { root: '1.2.250.1.999.1.5.12' };
  const extended = { root: '1.2.250.1.999.1.5', extension: '58132' };

  it.each<[string, SampleId, string]>([
    ['an OID', plain, '1.2.250.1.999.1.5.12'],
    [
      'an OID with an organisation, as the official examples have it',
      plain,
      '1.2.250.1.999.1.5.12^Organisation-Y',
    ],
    ['an OID as an ISO identifier', plain, '1.2.250.1.999.1.5.12^^1.2.250.1.999.1.5.12^ISO'],
    ['the end of an OID under its beginning', plain, '12^^1.2.250.1.999.1.5^ISO'],
    ['an OID in the third component', plain, '^^1.2.250.1.999.1.5.12^ISO'],
    ['extension and root', extended, '58132^^1.2.250.1.999.1.5^ISO'],
    ['extension and root, with an organisation', extended, '58132^Organisation-Y^1.2.250.1.999.1.5^ISO'],
    ['root.extension', extended, '1.2.250.1.999.1.5.58132'],
    ['root^extension', extended, '1.2.250.1.999.1.5\\S\\58132'],
    ['root and type as subcomponents', extended, '58132^^1.2.250.1.999.1.5&ISO'],
  ])('name the documents by %s', (_, id, txa) => {
    const first = wrong(set('TXA', 12, txa), { type: 'MDM', documents: [cdaSample({ id })] });
    expect(read(first).action).toBe('add');
    const documents = [cdaSample({ replaces: id })];
    const second = wrong(set('TXA', 13, txa), { type: 'MDM', action: 'replace', documents });
    expect(read(second).action).toBe('replace');
  });

  it.each<[string, SampleId, string]>([
    ['another OID', plain, '1.2.250.1.999.1.5.13'],
    ['the root without the extension', extended, '1.2.250.1.999.1.5'],
    ['the extension without the root', extended, '58132'],
    ['another root', extended, '58132^^1.2.250.1.999.1.6^ISO'],
    ['another extension', extended, '58133^^1.2.250.1.999.1.5^ISO'],
    ['the organisation alone', extended, 'X^1.2.250.1.999.1.5'],
  ])('are refused for %s', (_, id, txa) => {
    const first = wrong(set('TXA', 12, txa), { type: 'MDM', documents: [cdaSample({ id })] });
    expect(refused(first)).toEqual(['REQ-017', 'TXA^1^12']);
    const documents = [cdaSample({ replaces: id })];
    const second = wrong(set('TXA', 13, txa), { type: 'MDM', action: 'replace', documents });
    expect(refused(second)).toEqual(['REQ-017', 'TXA^1^13']);
  });

  it('is looked at for a replacement alone', () => {
    expect(read(wrong(set('TXA', 13, '1.2.3'), { type: 'MDM', action: 'delete' })).action).toBe('delete');
  });
});

describe('PID-3 and the document', () => {
  const ins: SampleId = { root: INS_TEST, extension: insNumber('2850629019042') };
  const ipp: SampleId = { root: IPP, extension: '8000123' };
  const nir = { root: '1.2.250.1.213.1.4.8', extension: ins.extension };
  const nia = { root: '1.2.250.1.213.1.4.9', extension: ins.extension };
  const other = { root: INS_TEST, extension: insNumber('1680399341036') };
  const niaOf = ({ extension }: SampleId): SampleId => ({ ...nia, extension });
  const elsewhere = { root: '1.2.250.1.999.77', extension: '8000123' };

  it.each<[string, readonly SampleId[], readonly SampleId[], 'same' | 'other']>([
    ['the same', [ins, ipp], [ins, ipp], 'same'],
    ['the INS alone, as in the official examples', [ins], [ins, ipp], 'same'],
    ['the IPP alone', [ipp], [ins, ipp], 'same'],
    ['more than the document', [ins, ipp, elsewhere], [ins], 'same'],
    ['one of two IPP of an authority', [{ root: IPP, extension: '8000999' }, ipp], [ipp], 'same'],
    ['another INS', [other], [ins], 'other'],
    ['another INS beside the same IPP', [other, ipp], [ins, ipp], 'other'],
    ['another IPP beside the same INS', [ins, { root: IPP, extension: '8000999' }], [ins, ipp], 'other'],
    ['two INS of an authority', [ins, other], [ins], 'other'],
    ['an INS of another authority', [nir], [ins], 'other'],
    ['an INS of another authority beside the same IPP', [nia, ipp], [nir, ipp], 'other'],
    ['the matricules of two persons, the document’s of one', [nir, niaOf(other)], [nir], 'other'],
    ['the same, the other way round', [niaOf(other), nir, ipp], [nir, ipp], 'other'],
    ['the same for tests', [ins, niaOf(other)], [ins], 'other'],
    ['two matricules of the document, and another', [nir, niaOf(other), ins], [nir, niaOf(other)], 'same'],
    ['the same matricule by two authorities', [nir, nia], [nir], 'same'],
    ['one of two matricules of the document', [nir], [nir, niaOf(other)], 'same'],
    ['a matricule where the document has none', [nir, ipp], [ipp], 'same'],
    ['a value of another authority', [elsewhere], [ipp], 'other'],
    ['nothing in common', [ins], [ipp], 'other'],
  ])('%s', (_, announced, written, verdict) => {
    const documents = [cdaSample({ patient: { ...PATIENTS.morvan, identifiers: written } })];
    const overrides = { documents, patient: { ...PATIENTS.morvan, identifiers: announced } };
    expect(outcome(overrides)).toBe(verdict === 'same' ? 'taken' : 'REQ-016');
  });

  it('agree on an identifier that is an OID alone', () => {
    const patient = { ...PATIENTS.morvan, identifiers: [{ root: '1.2.250.1.999.4.711' }] };
    const overrides = wrong(set('PID', 3, '1.2.250.1.999.4.711^^^&1.2.250.1.999.4.711&ISO'), {
      documents: [cdaSample({ patient })],
    });
    expect(read(overrides).patient.qualified).toBe(false);
  });

  it('do not agree on an authority that is no OID', () => {
    expect(refused(wrong(set('PID', 3, '8000123^^^EMBRUNS')))).toEqual(['REQ-016', 'PID^1^3']);
    const both = read(wrong(set('PID', 3, `8000123^^^EMBRUNS~${ins.extension}^^^ASIP&${INS_TEST}&ISO^INS`)));
    expect(both.patient.identifiers.map(({ root }) => root)).toEqual(['EMBRUNS', INS_TEST]);
  });

  it.each<[string, string, string]>([
    ['another’s matricule by the name of its authority', other.extension, 'REQ-016'],
    ['the same matricule so', ins.extension ?? '', 'taken'],
  ])('%s', (_, matricule, expected) => {
    const pid3 = `${ins.extension}^^^ASIP&${INS_TEST}&ISO^INS~${matricule}^^^`;
    for (const authority of ['ASIP-SANTE-INS-NIA', 'ASIP-SANTE-INS-NIR&1.2.250.1.999.78&ISO']) {
      expect(outcome(wrong(set('PID', 3, pid3 + authority)))).toBe(expected);
    }
  });

  it('must each agree where there are two', () => {
    const own = { ...PATIENTS.morvan, identifiers: [nir, ipp] };
    const both = { ...PATIENTS.morvan, identifiers: [nir, niaOf(other), ipp] };
    const documents = [cdaSample({ patient: both }), cdaSample({ id: PREVIOUS, patient: own })];
    expect(outcome({ documents, patient: own })).toBe('taken');
    expect(refused({ documents, patient: both })).toEqual(['REQ-016', 'PID^1^3']);
  });

  it('must both speak of one person where there are two', () => {
    const level1 = cdaSample({ level: 1, patient: { ...PATIENTS.morvan, identifiers: [ins, ipp] } });
    const born = { ...PATIENTS.morvan, birthTime: '19850615' };
    expect(refused({ documents: [level1, cdaSample({ id: PREVIOUS, patient: born })] })).toEqual([
      'REQ-016',
      'OBX^2^5',
    ]);
  });

  it.each<[string, Overrides, boolean]>([
    ['VALI and every trait', {}, true],
    ['not VALI', { qualified: false }, false],
    ['VALI among others', wrong(set('PID', 32, 'HOMD~VALI')), true],
    ['no INS in PID-3', wrong(set('PID', 3, `8000123^^^EMBRUNS&${IPP}&ISO`)), false],
    [
      'a trait missing',
      { documents: [cdaSample({ patient: { ...PATIENTS.morvan, birthGiven: undefined } })] },
      false,
    ],
    ['no INS at all', { documents: [cdaSample({ patient: PATIENTS.lenoir })] }, false],
  ])('qualify the identity: %s', (_, overrides, qualified) => {
    expect(read(overrides).patient.qualified).toBe(qualified);
  });
});

describe('version 2.0 of the profile', () => {
  const V20: Overrides = { version: '2.0' };
  const leave: Alter = segments =>
    segments.filter(segment => !/CONNEXION_SECRETE|MODIF_CONF|ACK_/.test(segment));

  it('replaces by ORC-1 SC, or RO', () => {
    for (const type of ['ORU', 'MDM'] as const) {
      const overrides: Overrides = { ...V20, type, action: 'replace', documents: REPLACING };
      expect(read(overrides).action).toBe('replace');
      expect(read(wrong(set('ORC', 1, 'RO'), overrides)).action).toBe('replace');
    }
    expect(refused(wrong(set('ORC', 1, 'SC'), V20))).toEqual(['REQ-012', 'ORC^1^1']);
  });

  it('may leave out what no restriction depends on', () => {
    expect(read(wrong(leave, V20)).wishes).toMatchObject({ connexionSecrete: false, ackReception: false });
    expect(refused(wrong(leave))).toEqual(['REQ-007', 'OBX^8']);
    expect(refused(wrong(without('OBX', 2), V20))).toEqual(['REQ-007', 'OBX^11']);
  });

  it.each<[string, Overrides]>([
    [
      'coding systems of its own',
      wrong(all(set('OBR', 4, '11502-2^CR^99LAB'), set('OBX', 3, '11502-2^CR')), V20),
    ],
    [
      'no name, class, stay or order',
      wrong(all(set('PID', 5, ''), set('PV1', 2, 'B'), set('PV1', 19, ''), set('ORC', 1, '')), V20),
    ],
    [
      'an MSH that says little',
      wrong(all(set('MSH', 3, ''), set('MSH', 7, ''), set('MSH', 17, ''), set('MSH', 18, '')), V20),
    ],
    ['a TXA that says nothing', wrong(swap(/^TXA.*/, 'TXA|1'), { ...V20, type: 'MDM' })],
    ['no OBX-5.4', wrong(swap('^XML^Base64^', '^XML^^'), V20)],
  ])('is read with %s', (_, overrides) => {
    expect(read(overrides).recipients).toHaveLength(1);
  });

  it('is refused where what it says is wrong', () => {
    expect(refused(wrong(set('TXA', 12, '1.2.3'), { ...V20, type: 'MDM' }))).toEqual(['REQ-017', 'TXA^1^12']);
    expect(refused(wrong(set('TXA', 17, 'DI'), { ...V20, type: 'MDM' }))).toEqual(['REQ-009', 'TXA^1^17']);
    expect(refused(wrong(set('ORC', 1, 'ZZ'), V20))).toEqual(['REQ-009', 'ORC^1^1']);
  });

  it.each(['|^˜\\&', '#*~!$', '|^¦\\&', '§¬±×÷'])('may have the separators %s', separators => {
    const charsets =
      separators.includes('˜') || separators.includes('¦')
        ? (['UNICODE UTF-8'] as const)
        : (['UNICODE UTF-8', '8859/15'] as const);
    for (const charset of charsets) {
      const request = read({ ...V20, separators, charset, patient: PATIENTS.morvan });
      expect(request.patient.identifiers.map(({ extension }) => extension)).toEqual(
        PATIENTS.morvan.identifiers.map(({ extension }) => extension),
      );
      expect(request.sender?.person?.[8]).toBe('ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO');
    }
  });
});
