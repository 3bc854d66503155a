/**
 * Confidentiality in the DMP: value set JDV_J58_ConfidentialityCode_DMP (1.2.250.1.213.1.1.5.9), edition 20200424.
 * Code system, then code, to display name.
 * Written by scripts/distill-terminology.ts: do not edit.
 */
export const DMP_CONFIDENTIALITY_CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2.16.840.1.113883.5.25': {
    N: 'Normal',
    R: 'Restreint',
    V: 'Très restreint',
  },
  '1.2.250.1.213.1.1.4.13': {
    INVISIBLE_PATIENT: 'Non visible par le patient',
    INVISIBLE_REPRESENTANTS_LEGAUX: 'Non visible par les représentants légaux du patient',
    MASQUE_PS: 'Masqué aux professionnels de santé',
  },
};
