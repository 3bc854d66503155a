import { describe, expect, it } from 'vitest';
import { confidentialityOf, restrictionsOf } from '../../../src/formats/terminology/restrictions.ts';

const NONE = { masquePs: false, invisiblePatient: false, invisibleRepLegaux: false };

describe('restrictionsOf', () => {
  it.each([
    [[], NONE],
    [['N'], NONE],
    [['N', 'MASQUE_PS'], { ...NONE, masquePs: true }],
    [['INVISIBLE_PATIENT'], { ...NONE, invisiblePatient: true }],
    [['INVISIBLE_REPRESENTANTS_LEGAUX'], { ...NONE, invisibleRepLegaux: true }],
    [['INVISIBLE_REP_LEGAUX'], { ...NONE, invisibleRepLegaux: true }],
    [[' masque_ps\n', 'Invisible Patient'], { ...NONE, masquePs: true, invisiblePatient: true }],
    [['MASQUE', 'INVISIBLE', 'PS'], NONE],
  ])('%j', (codes, expected) => {
    expect(restrictionsOf(codes)).toEqual(expected);
  });
});

describe('confidentialityOf', () => {
  it('gives two versions of one set the same form', () => {
    const one = confidentialityOf(['MASQUE_PS', 'N', 'INVISIBLE_REP_LEGAUX', 'N', ' ']);
    expect(one).toEqual(['INVISIBLE_REPRESENTANTS_LEGAUX', 'MASQUE_PS', 'N']);
    expect(confidentialityOf(['n', 'INVISIBLE_REPRESENTANTS_LEGAUX', 'masque_ps'])).toEqual(one);
    expect(confidentialityOf(one)).toEqual(one);
  });
});
