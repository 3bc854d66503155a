import { insNumber } from '../../kit/patients.ts';

/** Who and what the traces of the samples list; everybody is invented. */

export const PATIENT = {
  ins: { matricule: insNumber('2850629019042'), type: 'NIR-TEST' },
  ipp: { valeur: '8000123', systeme: 'urn:oid:1.2.250.1.999.1.2' },
  nom: 'MORVAN',
  prenom: 'CLAIRE',
  prenoms: 'CLAIRE MARIE LOUISE',
  nomUtilise: 'LE GOFF',
  prenomUtilise: 'CLAIRE',
  naissance: '1985-06-14',
  sexe: 'F',
  codeLieuNaissance: '29019',
  lieuNaissance: 'BREST',
  adresses: [{ lignes: ['12 quai des Embruns'], codePostal: '29200', ville: 'BREST', pays: 'FR' }],
  telecoms: [{ canal: 'telephone', valeur: '+33 2 99 00 00 01', usage: 'mobile' }],
  metadonnee: {
    identifiant: 'PAT-8000123',
    creation: '2026-01-02T08:00:00+01:00',
    miseAJour: '2026-02-03T09:30:00+01:00',
    commentaire: 'Identité qualifiée',
  },
};

/** Nothing more than what the profile wants. */
export const MINIMAL_PATIENT = { ipp: { valeur: '8000456', systeme: 'urn:oid:1.2.250.1.999.1.2' } };

export const SURGEON = {
  cle: 'chirurgien',
  rpps: '10009990017',
  identifiant: { valeur: 'M-77', systeme: 'urn:oid:1.2.250.1.999.1.3' },
  nom: 'KERVELLA',
  prenom: 'Yann',
  adresses: [{ texte: 'CHU X, bloc opératoire' }],
  telecom: { canal: 'courriel', valeur: 'yann.kervella@chu-x.example', usage: 'travail' },
  metadonnee: { miseAJour: '2026-01-05T00:00:00Z' },
};

export const MINIMAL_PROFESSIONAL = { cle: 'agent', identifiant: 'AG-12' };

export const THEATRE = {
  cle: 'bloc',
  identifiant: { valeur: 'UF-4210', systeme: 'urn:oid:1.2.250.1.999.1.4' },
  nom: 'Bloc opératoire',
  type: '3',
  categorie: '61',
  lieux: [{ identifiant: { valeur: 'SALLE-2' }, nom: 'Salle 2' }, { nom: 'Arsenal' }],
  entite: 'chu',
  metadonnee: { identifiant: 'OI-1' },
};

export const PHARMACY = { cle: 'pui', nom: 'Pharmacie à usage intérieur' };

export const HOSPITAL = {
  cle: 'chu',
  siren: '262900001',
  finess: '290000017',
  tva: 'FR12262900001',
  nom: 'CHU X',
  nomLong: 'Centre hospitalier universitaire de X',
  adresse: { lignes: ['1 rue de l’Hôpital'], codePostal: '29000', ville: 'QUIMPER' },
  telecoms: [{ canal: 'telephone', valeur: '+33 2 98 00 00 00' }],
};

export const MANUFACTURER = {
  cle: 'fabricant',
  siren: '390000002',
  srn: ['FR-MF-000012345'],
  nom: 'Cardiomer',
  identifiantsFabricant: ['F-31'],
  identifiantsDistributeur: [{ valeur: 'D-31', systeme: 'urn:oid:1.2.250.1.999.1.5' }],
};

/** Lot, serial number and dates come from the UDI. */
export const STENT = {
  cle: 'stent',
  iud: {
    hrf: '(01)03701234567891(11)260115(17)281231(10)LOT42(21)S7',
    aidc: 'MDEwMzcwMTIzNDU2Nzg5MQ==',
    saisie: 'code-barres',
  },
  logiciel: 'V2.1',
  identifiants: [{ valeur: 'DM-1', systeme: 'urn:oid:1.2.250.1.999.1.6' }],
  reference: 'CM-STENT-35',
  referenceDistributeur: 'DIST-77',
  fabricant: { entite: 'fabricant' },
  distributeur: { nom: 'Ouest Médical' },
  modele: 'Armor 3.5',
  nom: 'Stent Armor',
  emdn: 'P0704020101',
  lpp: '3183867',
  classeRisque: 'III',
  marquageCE: { libelle: 'CE 0459', organisme: 'chu' },
  usageUnique: true,
  nbReutilisation: 0,
  emballageSterile: true,
  sterilisationAvantUtilisation: false,
  implantable: true,
  actif: false,
  latex: false,
  cmr: true,
  irm: 'MR Conditional',
  dimensions: {
    volume: { valeur: 0.4, unite: 'mL' },
    longueur: { valeur: 18, unite: 'mm' },
    calibre: { valeur: 3.5, unite: 'mm' },
    diametre: { valeur: 3.9, unite: 'mm' },
    poids: { valeur: 0.2, unite: 'g' },
  },
  metadonnee: { miseAJour: '2026-02-20T12:00:00+01:00' },
};

export const SPARE = { cle: 'rechange', lot: 'LOT43', iud: { id: '03701234567891' } };

export const MINIMAL_DEVICE = { cle: 'dm', serie: 'S-1' };
