/**
 * Classes of documents in the DMP: value set JDV_J57_ClassCode_DMP (1.2.250.1.213.1.1.5.6), edition 20230922.
 * Code system, then code, to display name.
 * Written by scripts/distill-terminology.ts: do not edit.
 */
export const DMP_CLASS_CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.2.250.1.213.1.1.4.1': {
    '10': 'Compte rendu',
    '11': 'Synthèse',
    '31': 'Imagerie médicale',
    '42': 'Prescription',
    '43': 'Dispensation',
    '44': 'Plan de soins, protocole de soins',
    '45': 'Traitement administré',
    '52': 'Certificat, déclaration',
    '60': 'Données de remboursement',
    '90': 'Autres documents déposés par le patient',
    '95': 'Document de gestion',
  },
  URN: {
    'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1': 'Digital Signature',
  },
};
