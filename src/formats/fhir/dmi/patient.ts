import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES, SYSTEMS } from './canonicals.ts';
import { addressOf, contactPoints } from './contact.ts';
import { compact, type Element, extension, frenchIdentifier, identifierOf, metaOf } from './elements.ts';
import type { Ins, Patient } from './party-types.ts';

/** Authorities of the INS (Référentiel INS), and whether their number is a person's for good. */
const AUTHORITIES: Readonly<
  Record<NonNullable<Ins['type']>, readonly [oid: string, use: 'official' | 'temp']>
> = {
  NIR: ['1.2.250.1.213.1.4.8', 'official'],
  NIA: ['1.2.250.1.213.1.4.9', 'temp'],
  'NIR-TEST': ['1.2.250.1.213.1.4.10', 'official'],
  'NIR-DEMO': ['1.2.250.1.213.1.4.11', 'official'],
};

const GENDERS: Readonly<Record<NonNullable<Patient['sexe']>, string>> = {
  F: 'female',
  M: 'male',
  I: 'unknown',
};

/** The Patient (dmi-patient). The INS is typed as of fr-core-patient-ins: dmi-patient's slices are open. */
export function buildPatient(patient: Patient): FhirResource {
  const { ins, ipp, naissance, sexe, adresses = [], telecoms, metadonnee } = patient;
  const place = birthPlace(patient);
  return compact({
    resourceType: 'Patient',
    meta: metaOf(PROFILES.patient, metadonnee),
    extension: place === undefined ? [] : [extension(EXTENSIONS.birthPlace, { valueAddress: place })],
    identifier: [
      ...(ins === undefined ? [] : [insIdentifier(ins)]),
      ...(ipp === undefined ? [] : [{ use: 'usual', ...identifierOf(ipp, INTERNAL) }]),
    ],
    name: namesOf(patient),
    telecom: contactPoints(telecoms),
    gender: sexe === undefined ? undefined : GENDERS[sexe],
    birthDate: naissance,
    address: adresses.map(addressOf),
  });
}

const INTERNAL: Element = {
  coding: [{ system: SYSTEMS.identifierType, code: 'PI', display: 'Patient internal identifier' }],
};

function insIdentifier({ matricule, type = 'NIR' }: Ins): Element {
  const [oid, use] = AUTHORITIES[type];
  return { use, ...frenchIdentifier(`INS-${type}`, `urn:oid:${oid}`, matricule) };
}

function namesOf({ nom, prenom, prenoms, nomUtilise, prenomUtilise }: Patient): readonly Element[] {
  const official = compact({
    extension: prenoms === undefined ? [] : [extension(EXTENSIONS.birthGivenNames, { valueString: prenoms })],
    use: 'official',
    family: nom,
    given: prenom === undefined ? [] : [prenom],
  });
  const usual = compact({
    use: 'usual',
    family: nomUtilise,
    given: prenomUtilise === undefined ? [] : [prenomUtilise],
  });
  return [
    ...(nom === undefined ? [] : [official]),
    ...(nomUtilise === undefined && prenomUtilise === undefined ? [] : [usual]),
  ];
}

function birthPlace({ codeLieuNaissance: code, lieuNaissance: name }: Patient): Element | undefined {
  if (code === undefined && name === undefined) return undefined;
  const coding = { system: SYSTEMS.commune, code };
  return compact({
    extension: code === undefined ? [] : [extension(EXTENSIONS.inseeCode, { valueCoding: coding })],
    city: name,
  });
}
