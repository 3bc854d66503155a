import type { FhirResource, Finding, IssueCode } from '../resource.ts';
import {
  codesIn,
  concept,
  IMPLANT_TYPES,
  IMPLANTS,
  INPUT_PROFILE,
  jointOf,
  LATERALITIES,
  SHOULDER_TYPES,
  SIDES,
  SNOMED,
  SYSTEMS,
} from './codes.ts';
import { lost } from './parameter-fields.ts';
import type { Contract, Implant, Intervention, Where } from './types.ts';

export interface Written {
  /** Undefined where a finding is an error: the contract cannot say the operation without loss. */
  readonly parameters: FhirResource | undefined;
  readonly findings: readonly Finding[];
}

/** The Parameters of a contract, where it can say everything and everything is there that it requires. */
export function writeParameters(intervention: Intervention, contract: Contract, where: Where): Written {
  const findings =
    contract === 'registre' ? unfitToday(intervention, where) : unfitAtFirst(intervention, where);
  if (findings.some(({ severity }) => severity === 'error')) return { parameters: undefined, findings };
  const parameters = contract === 'registre' ? registre(intervention) : procedure(intervention);
  return { parameters, findings };
}

/** Codes are never translated: the two contracts' codes of procedures and implants are no synonyms. */
function unfitToday({ typeProcedure, implants }: Intervention, where: Where): readonly Finding[] {
  const findings: Finding[] = [];
  if (jointOf(typeProcedure) === undefined) findings.push(unknownCode(where.field('typeProcedure')));
  for (const [index, { udi, type }] of implants.entries()) {
    if (udi === undefined) findings.push(missing(where.implant(index, 'udi')));
    if (!codesIn(type, IMPLANT_TYPES).some(code => IMPLANTS.has(code)))
      findings.push(unknownCode(where.implant(index, 'type')));
  }
  return findings;
}

function unfitAtFirst(intervention: Intervention, where: Where): readonly Finding[] {
  const { dateIntervention, typeProcedure, peType, implants } = intervention;
  const findings: Finding[] = [];
  if (dateIntervention.includes('T')) findings.push(lost(where.field('dateIntervention')));
  if (peType !== undefined) findings.push(lost(where.field('peType')));
  const joint = jointOf(typeProcedure);
  if (joint?.name === 'EPAULE') findings.push(unknownCode(where.field('typeProcedure')));
  else if (joint !== undefined) findings.push(generalCode(where.field('typeProcedure')));
  for (const [index, { fournisseur, reference }] of implants.entries()) {
    if (fournisseur === undefined) findings.push(missing(where.implant(index, 'fournisseur')));
    if (reference === undefined) findings.push(missing(where.implant(index, 'reference')));
  }
  return findings;
}

function registre(intervention: Intervention): FhirResource {
  const { nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite, peType, implants } =
    intervention;
  return {
    resourceType: 'Parameters',
    meta: { profile: [INPUT_PROFILE] },
    parameter: [
      { name: 'nir', valueString: nir },
      { name: 'rpps', valueString: rpps },
      { name: 'finessGeographique', valueString: finessGeographique },
      { name: 'dateIntervention', valueDateTime: dateIntervention },
      { name: 'typeProcedure', valueCodeableConcept: typeProcedure },
      ...(lateralite === undefined ? [] : [coded('lateralite', LATERALITIES, lateralite)]),
      ...(peType === undefined ? [] : [coded('peType', SHOULDER_TYPES, peType)]),
      ...implants.map(implant => ({
        name: 'implants',
        part: [
          ...texts({ fournisseur: implant.fournisseur }),
          ...texts({ udi: implant.udi, lot: implant.lot, reference: implant.reference }),
          { name: 'type', valueCodeableConcept: implant.type },
          ...texts({ description: implant.description }),
        ],
      })),
    ],
  };
}

function procedure(intervention: Intervention): FhirResource {
  const { nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite, implants } =
    intervention;
  return {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'identifiantsPartiesPrenantes',
        part: [
          numbered('nir', 'nir', nir),
          numbered('rpps', 'rpps', rpps),
          numbered('finessGeo', 'finessGeographique', finessGeographique),
        ],
      },
      {
        name: 'procedureInfo',
        part: [
          // The OperationDefinition's type; its example has valueDateTime.
          { name: 'dateIntervention', valueDate: dateIntervention },
          { name: 'procedureType', valueCodeableConcept: typeProcedure },
          ...(lateralite === undefined ? [] : [coded('cote', SNOMED, SIDES[lateralite])]),
        ],
      },
      ...implants.map(implant => ({ name: 'implants', part: partsAtFirst(implant) })),
    ],
  };
}

function partsAtFirst({ udi, fournisseur, reference, lot, description, type }: Implant): readonly unknown[] {
  return [
    ...(udi === undefined ? [] : [numbered('UDI', 'udi', udi)]),
    ...texts({ fournisseur, reference, lot, description }),
    { name: 'implantType', valueCodeableConcept: type },
  ];
}

function texts(values: Readonly<Record<string, string | undefined>>): readonly unknown[] {
  return Object.entries(values).flatMap(([name, valueString]) =>
    valueString === undefined ? [] : [{ name, valueString }],
  );
}

function numbered(name: string, number: keyof typeof SYSTEMS, value: string): unknown {
  return { name, valueIdentifier: { system: SYSTEMS[number], value } };
}

function coded(name: string, system: string, code: string): unknown {
  return { name, valueCodeableConcept: concept(system, code) };
}

function missing(path: string): Finding {
  return finding(path, 'required', 'Cet élément manque, que le contrat demande.');
}

function unknownCode(path: string): Finding {
  return finding(path, 'code-invalid', 'Le contrat ne connaît pas ce code ; il n’est pas traduit.');
}

/** The first contract's value set takes what is under two total replacements; only SNOMED CT itself can tell. */
function generalCode(path: string): Finding {
  const message = 'Le premier contrat attend un code plus précis ; le code est transmis tel quel.';
  return { ...finding(path, 'code-invalid', message), severity: 'warning' };
}

function finding(path: string, code: IssueCode, message: string): Finding {
  return { severity: 'error', code, path, message, rule: 'renacot-conversion' };
}
