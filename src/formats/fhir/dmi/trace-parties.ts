import { hasNirKey } from '../renacot/check-digits.ts';
import {
  checked,
  list,
  may,
  must,
  type Reader,
  record,
  type Reading,
  within,
  finding,
} from './json-reader.ts';
import { base64, day, instant, matching, oneOf, text, uri } from './json-values.ts';
import type {
  Acteur,
  Adresse,
  Concept,
  Entite,
  Identifiant,
  Ins,
  Lieu,
  Metadonnee,
  Patient,
  Professionnel,
  Service,
  Telecom,
} from './party-types.ts';
import type { NonStructure } from './trace-types.ts';

/** `cle` of an item of a list. */
export const key: Reader<string> = matching(
  /^[A-Za-z0-9._-]{1,64}$/,
  '1 à 64 lettres sans accent, chiffres, points, tirets sont attendus',
);

/** The `cle` of something that stands in one of these lists of the trace. */
export function cited(...lists: readonly string[]): Reader<string> {
  return (value, path, reading) => {
    const cle = key(value, path, reading);
    if (cle !== undefined) reading.citations.push({ path, cle, lists });
    return cle;
  };
}

/** A text in place of an object of one of its members. */
function textOr<T extends object>(member: string, read: Reader<T>): Reader<T> {
  return (value, path, reading) => {
    if (typeof value !== 'string') return read(value, path, reading);
    return text(value, path, reading) === undefined ? undefined : ({ [member]: value } as T);
  };
}

function oneMemberAtLeast<T extends object>(
  read: Reader<T>,
  ...members: readonly (keyof T & string)[]
): Reader<T> {
  const expected = `l’un de ces membres au moins est attendu : ${members.join(', ')}`;
  return checked(read, value => members.some(member => Object.hasOwn(value, member)), expected);
}

export const identifier: Reader<Identifiant> = textOr(
  'valeur',
  record<Identifiant>({ valeur: must(text), systeme: may(uri) }),
);

/** An identifier that its profile wants to have a system. */
const identifierOfSystem: Reader<Identifiant> = (value, path, reading) => {
  const found = identifier(value, path, reading);
  if (found === undefined || found.systeme !== undefined) return found;
  reading.findings.push(finding('required', within(path, 'systeme'), 'Ce membre est obligatoire.'));
  return undefined;
};

/** What FHIR's code takes. */
const CODE = /^\S+(?: \S+)*$/;

export const concept: Reader<Concept> = textOr(
  'libelle',
  oneMemberAtLeast(
    record<Concept>({
      libelle: may(text),
      code: may(matching(CODE, 'un code est attendu')),
      systeme: may(uri),
    }),
    'libelle',
    'code',
  ),
);

export const metadata: Reader<Metadonnee> = record<Metadonnee>({
  identifiant: may(matching(CODE, 'un code est attendu')),
  creation: may(instant),
  miseAJour: may(instant),
  commentaire: may(text),
});

const telecom: Reader<Telecom> = record<Telecom>({
  canal: must(oneOf(['telephone', 'fax', 'courriel', 'bipeur', 'url', 'sms', 'autre'])),
  valeur: must(text),
  usage: may(oneOf(['domicile', 'travail', 'temporaire', 'ancien', 'mobile'])),
});

const address: Reader<Adresse> = oneMemberAtLeast(
  record<Adresse>({
    texte: may(text),
    lignes: may(list(text, 1)),
    codePostal: may(text),
    ville: may(text),
    pays: may(text),
  }),
  'texte',
  'lignes',
  'codePostal',
  'ville',
  'pays',
);

const namedActor = record<Extract<Acteur, { readonly identifiant: Identifiant }>>({
  identifiant: must(identifier),
  nom: may(text),
});

const citedActor = record<Extract<Acteur, { readonly cle: string }>>({
  cle: must(cited('professionnels', 'services', 'entites')),
});

/** Somebody of the trace's lists, or somebody told by an identifier. */
export const actor: Reader<Acteur> = (value, path, reading) =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'cle')
    ? citedActor(value, path, reading)
    : namedActor(value, path, reading);

const ins: Reader<Ins> = record<Ins>({
  matricule: must(
    checked(
      text,
      matricule => hasNirKey(matricule) === true,
      'un matricule INS de 15 caractères et de clé juste est attendu',
    ),
  ),
  type: may(oneOf(['NIR', 'NIA', 'NIR-TEST', 'NIR-DEMO'])),
});

const birthCode = matching(
  /^(?:\d{2}|2[AB])\d{3}$/,
  'un code du code officiel géographique est attendu (29019)',
);

const patientMembers: Reader<Patient> = oneMemberAtLeast(
  record<Patient>({
    ins: may(ins),
    ipp: may(identifierOfSystem),
    nom: may(text),
    prenom: may(text),
    prenoms: may(text),
    nomUtilise: may(text),
    prenomUtilise: may(text),
    naissance: may(day),
    sexe: may(oneOf(['F', 'M', 'I'])),
    codeLieuNaissance: may(birthCode),
    lieuNaissance: may(text),
    adresses: may(list(address)),
    telecoms: may(list(telecom)),
    metadonnee: may(metadata),
  }),
  'ins',
  'ipp',
);

/** The official name has both its parts or is not said (fr-core-patient, slice officialName). */
export const patient: Reader<Patient> = (value, path, reading) => {
  const found = patientMembers(value, path, reading);
  if (found === undefined) return undefined;
  if (found.nom !== undefined && found.prenom === undefined) return missing(reading, path, 'prenom');
  if (found.nom === undefined && (found.prenom !== undefined || found.prenoms !== undefined)) {
    return missing(reading, path, 'nom');
  }
  return found;
};

function missing(reading: Reading, path: string, member: string): undefined {
  const message = 'Ce membre est obligatoire : nom et prénom de naissance vont ensemble.';
  reading.findings.push(finding('required', within(path, member), message));
  return undefined;
}

export const professional: Reader<Professionnel> = oneMemberAtLeast(
  record<Professionnel>({
    cle: must(key),
    idNatPs: may(
      matching(
        /^(?:8\d{11}|0[0-9A-Z]{9}|[1-79][0-9A-Z]{8,14}(?:\/\S+)?)$/,
        'un PS_IdNat est attendu (810009990017)',
      ),
    ),
    rpps: may(matching(/^\d{11}$/, '11 chiffres sont attendus')),
    adeli: may(matching(/^[0-9A-Z]{9}$/, '9 caractères sont attendus')),
    identifiant: may(identifier),
    nom: may(text),
    prenom: may(text),
    adresses: may(list(address)),
    telecom: may(telecom),
    metadonnee: may(metadata),
  }),
  'idNatPs',
  'rpps',
  'adeli',
  'identifiant',
);

export const service: Reader<Service> = oneMemberAtLeast(
  record<Service>({
    cle: must(key),
    identifiant: may(identifierOfSystem),
    nom: may(text),
    type: may(oneOf(['1', '2', '3', '4'])),
    categorie: may(matching(CODE, 'un code est attendu')),
    lieux: may(
      list(
        oneMemberAtLeast(
          record<Lieu>({ identifiant: may(identifier), nom: may(text) }),
          'identifiant',
          'nom',
        ),
      ),
    ),
    entite: may(cited('entites')),
    metadonnee: may(metadata),
  }),
  'identifiant',
  'nom',
);

export const entity: Reader<Entite> = record<Entite>({
  cle: must(key),
  idNatSt: may(matching(/^[0-9][0-9A-Z]{8,14}(?:\/\S+)?$/, 'un Struct_IdNat est attendu (1750712184)')),
  siren: must(matching(/^\d{9}$/, '9 chiffres sont attendus')),
  finess: may(matching(/^[0-9A-Z]{9}$/, '9 caractères sont attendus')),
  tva: may(text),
  srn: may(list(text)),
  nom: must(text),
  nomLong: may(text),
  adresse: may(address),
  telecoms: may(list(telecom)),
  identifiantsFabricant: may(list(identifier)),
  identifiantsDistributeur: may(list(identifier)),
  metadonnee: may(metadata),
});

export const unstructured: Reader<NonStructure> = record<NonStructure>({
  type: may(text),
  contenu: must(base64),
});
