/**
 * Practice settings in the DMP: value set JDV_J62_PracticeSettingCode_DMP (1.2.250.1.213.1.1.5.4), edition 20230922.
 * Code system, then code, to display name.
 * Written by scripts/distill-terminology.ts: do not edit.
 */
export const DMP_PRACTICE_SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.2.250.1.213.1.1.4.6': {
    EXP_PATIENT: 'Expression personnelle du patient',
    SNR: 'Service numérique référencé',
  },
  '1.2.250.1.213.1.1.4.9': {
    AMBULATOIRE: 'Ambulatoire',
    AMO: "Organisme d'assurance maladie obligatoire",
    DEPISTAGE: 'Dépistage',
    ETABLISSEMENT: 'Etablissement de santé',
    HAD: 'Hospitalisation à domicile',
    MAD: 'Maintien à domicile',
    PALLIATIF: 'Soins palliatifs',
    SAD: 'Soins à domicile',
    SAMU_SMUR: 'SAMU/SMUR',
  },
};
