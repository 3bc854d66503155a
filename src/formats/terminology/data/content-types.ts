/**
 * Types of activity that PV1-2 is mapped to: value set JDV_J59_ContentTypeCode_DMP (1.2.250.1.213.1.1.5.2), edition 20240927.
 * Code of TRE_R209 (1.2.250.1.213.2.2) to display name.
 * Written by scripts/distill-terminology.ts: do not edit.
 */
export const ACTIVITY_LABELS: Readonly<Record<string, string>> = {
  '19': 'Traitement et cure ambulatoire',
  '97': "Type d'activité indifférencié",
  '03': 'Hospitalisation complète (non compris hospitalisation de semaine)',
  '07': 'Consultations soins externes',
};
