import type { Restrictions } from '../hl7/types.ts';

/** The spelling of HL7's table MetaDMP/MSS, and that of XDS (JDV_J08), for the same code (quirk H4). */
const XDS_SPELLING: ReadonlyMap<string, string> = new Map([
  ['INVISIBLE_REP_LEGAUX', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
]);

/**
 * Confidentiality codes in one form, so that two versions of a document can be compared: upper case, XDS
 * spelling, each once, in alphabetical order. The code system is not looked at: a document hidden under a
 * wrong one stays hidden.
 */
export function confidentialityOf(codes: readonly string[]): string[] {
  const upper = codes.map(code =>
    code
      .trim()
      .toUpperCase()
      .replaceAll(/[\s_]+/g, '_'),
  );
  const known = upper.map(code => XDS_SPELLING.get(code) ?? code);
  return [...new Set(known)].filter(code => code !== '').sort();
}

/**
 * The restrictions that confidentiality codes ask for; case, blanks (quirk H3) and either spelling do not
 * matter.
 */
export function restrictionsOf(codes: readonly string[]): Omit<Restrictions, 'modifConfCode'> {
  const asked = confidentialityOf(codes);
  return {
    masquePs: asked.includes('MASQUE_PS'),
    invisiblePatient: asked.includes('INVISIBLE_PATIENT'),
    invisibleRepLegaux: asked.includes('INVISIBLE_REPRESENTANTS_LEGAUX'),
  };
}
