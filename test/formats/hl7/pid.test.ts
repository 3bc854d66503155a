import { describe, expect, it } from 'vitest';
import type { NamePart, PatientHeader } from '../../../src/formats/cda/types.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { pid } from '../../../src/formats/hl7/pid.ts';
import { PATIENT } from './sample-input.ts';

const part = (text: string): NamePart => {
  const [value = '', qualifier] = text.split('/');
  return { value, qualifier };
};
const named = (families: string[], givens: string[]): PatientHeader => ({
  ...PATIENT,
  families: families.map(part),
  givens: givens.map(part),
});
const fields = (patient: PatientHeader) => {
  const segment = parseMessage(Buffer.from(`MSH|^~\\&|\r${pid(patient)}`)).first('PID');
  return (field: number) => segment?.field(field) ?? '';
};

describe('PID', () => {
  it('stands whole', () => {
    expect(pid(PATIENT)).toBe(
      'PID|||285076310300142^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS' +
        '~00417^^^CH-VALMORT&1.2.250.1.999.7.1&ISO^PI||' +
        'LÉTRANGIER^ZOÉ^ZOÉ MARIE-ANGE^^^^L~D’HAUTECŒUR^ZOÉ^^^^^D||19850712|F|||' +
        '^^CHÂTEL-GUYON^^^^BDL^^63103||||||||||||||||||||N|VALI',
    );
  });

  it.each([
    ['1.2.250.1.213.1.4.8', '285076310300142^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS'],
    ['1.2.250.1.213.1.4.9', '285076310300142^^^ASIP-SANTE-INS-NIA&1.2.250.1.213.1.4.9&ISO^INS'],
    ['1.2.250.1.213.1.4.11', '285076310300142^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.11&ISO^INS'],
    ['1.2.250.1.213.1.4.2', '285076310300142^^^&1.2.250.1.213.1.4.2&ISO^PI'],
  ])('names the authority of %s', (root, cx) => {
    expect(fields({ ...PATIENT, identifiers: [{ root, extension: '285076310300142' }] })(3)).toBe(cx);
  });

  it('keeps the document’s order, an OID without extension, and delimiters in values', () => {
    const identifiers = [
      { root: '1.2.250.1.999.7.2', extension: '12^3', assigningAuthorityName: 'LABO & CO' },
      { root: '1.2.250.1.999.7.3.55', extension: undefined },
    ];
    expect(fields({ ...PATIENT, identifiers })(3)).toBe(
      '12\\S\\3^^^LABO \\T\\ CO&1.2.250.1.999.7.2&ISO^PI~1.2.250.1.999.7.3.55^^^&1.2.250.1.999.7.3.55&ISO^PI',
    );
  });

  it.each<[string, string[], string[], string]>([
    ['a birth name alone', ['NOM/BR'], ['ZOÉ/BR'], 'NOM^ZOÉ^^^^^L'],
    ['its list of given names', ['NOM/BR'], ['ZOÉ/BR', 'ZOÉ ANGE'], 'NOM^ZOÉ^ZOÉ ANGE^^^^L'],
    ['a used name alone', ['USUEL/SP'], ['ZOÉ/CL'], 'USUEL^ZOÉ^^^^^D'],
    ['both', ['NOM/BR', 'USUEL/SP'], ['ZOÉ/BR'], 'NOM^ZOÉ^^^^^L~USUEL^^^^^^D'],
    ['an unqualified name', ['NOM'], ['ZOÉ'], 'NOM^ZOÉ^^^^^U'],
    ['an unqualified given name', ['NOM/BR'], ['ZOÉ'], 'NOM^^^^^^L~NOM^ZOÉ^^^^^U'],
    ['an unqualified family name', ['NOM'], ['ZOÉ/BR'], 'NOM^ZOÉ^^^^^U~^ZOÉ^^^^^L'],
    ['a used given name', ['NOM/BR'], ['ZOÉ/BR', 'ZAZA/CL'], 'NOM^ZOÉ^^^^^L~^ZAZA^^^^^D'],
  ])('types %s', (_, families, givens, xpn) => {
    expect(fields(named(families, givens))(5)).toBe(xpn);
  });

  it.each([
    ['M', 'M'],
    ['F', 'F'],
    ['UN', 'U'],
    [undefined, ''],
  ])('writes sex %s as %j', (gender, written) => {
    expect(fields({ ...PATIENT, gender })(8)).toBe(written);
  });

  it.each([
    ['19850712', '19850712'],
    ['198507121030+0200', '198507121030'],
    [undefined, ''],
  ])('writes birth time %s as %j', (birthTime, written) => {
    expect(fields({ ...PATIENT, birthTime })(7)).toBe(written);
  });

  it.each<[string, Partial<PatientHeader>]>([
    ['no INS', { identifiers: [{ root: '1.2.250.1.999.7.1', extension: '1' }] }],
    ['no birth name', { families: [{ value: 'NOM', qualifier: undefined }] }],
    ['no sex', { gender: 'UN' }],
    ['no birth date', { birthTime: undefined }],
    ['no birthplace', { birthplace: undefined }],
  ])('claims no valid identity with %s', (_, change) => {
    const field = fields({ ...PATIENT, ...change });
    expect([field(31), field(32)]).toEqual(['', '']);
  });
});
