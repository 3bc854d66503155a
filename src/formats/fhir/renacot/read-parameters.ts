import { type FhirResource, type Finding, isObject } from '../resource.ts';
import { listOf, textOf } from '../transaction-entries.ts';
import {
  isLaterality,
  isShoulderType,
  LATERALITIES,
  OTHER_SYSTEMS,
  SHOULDER_TYPES,
  SIDES,
  SNOMED,
  SYSTEMS,
} from './codes.ts';
import { fieldsOf, type ImplantSlots, lost, type Slot } from './parameter-fields.ts';
import type {
  Concept,
  Contract,
  Implant,
  ImplantField,
  Intervention,
  InterventionField,
  Laterality,
  ShoulderType,
  Where,
} from './types.ts';

export interface Reading {
  /** By which contract it is written. */
  readonly contract: Contract;
  /** Undefined where something is missing that both contracts require. */
  readonly intervention: Intervention | undefined;
  readonly where: Where;
  /** What is missing (`required`), and what the model has no place for: the other contract would lose it. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the Parameters of either contract into one model, whatever types its values have and in whichever contract's
 * shape and names. Judges no form of a value: the profile does.
 */
export function readParameters(parameters: FhirResource): Reading {
  const { contract, fields, implants, findings: unread } = fieldsOf(parameters);
  const findings = [...unread];
  const where = whereIn(fields, implants);
  const number = (field: InterventionField & keyof typeof SYSTEMS) =>
    numberIn(fields.get(field), field, findings);
  const draft = {
    nir: number('nir'),
    rpps: number('rpps'),
    finessGeographique: number('finessGeographique'),
    dateIntervention: textIn(fields.get('dateIntervention')),
    typeProcedure: conceptIn(fields.get('typeProcedure')),
  };
  const lateralite = sideIn(fields.get('lateralite'), findings);
  const peType = shoulderIn(fields.get('peType'), findings);
  const read = implants.map((implant, index) => readImplant(implant, index, where, findings));
  for (const field of REQUIRED) if (draft[field] === undefined) findings.push(missing(where.field(field)));
  if (implants.length === 0) findings.push(missing(where.field('implants')));
  const complete = read.filter(implant => implant !== undefined);
  const isWhole = isComplete(draft) && complete.length > 0 && complete.length === read.length;
  const intervention = isWhole
    ? {
        ...draft,
        ...(lateralite !== undefined && { lateralite }),
        ...(peType !== undefined && { peType }),
        implants: complete,
      }
    : undefined;
  return { contract, intervention, where, findings };
}

const REQUIRED = ['nir', 'rpps', 'finessGeographique', 'dateIntervention', 'typeProcedure'] as const;

type Required = Pick<Intervention, (typeof REQUIRED)[number]>;

function isComplete(draft: { readonly [F in keyof Required]: Required[F] | undefined }): draft is Required {
  return REQUIRED.every(field => draft[field] !== undefined);
}

function readImplant(
  { fields }: ImplantSlots,
  index: number,
  where: Where,
  findings: Finding[],
): Implant | undefined {
  const lot = textIn(fields.get('lot'));
  const type = conceptIn(fields.get('type'));
  if (lot === undefined) findings.push(missing(where.implant(index, 'lot')));
  if (type === undefined) findings.push(missing(where.implant(index, 'type')));
  const udi = numberIn(fields.get('udi'), 'udi', findings);
  const fournisseur = textIn(fields.get('fournisseur'));
  const reference = textIn(fields.get('reference'));
  const description = textIn(fields.get('description'));
  if (lot === undefined || type === undefined) return undefined;
  return {
    ...(udi !== undefined && { udi }),
    lot,
    type,
    ...(fournisseur !== undefined && { fournisseur }),
    ...(reference !== undefined && { reference }),
    ...(description !== undefined && { description }),
  };
}

/** A missing field would stand beside the others, a missing part in its implant. */
function whereIn(fields: ReadonlyMap<InterventionField, Slot>, implants: readonly ImplantSlots[]): Where {
  return {
    field: field => fields.get(field)?.path ?? 'Parameters.parameter',
    implant: (index: number, field?: ImplantField) => {
      const slots = implants[index];
      if (slots === undefined || field === undefined) return slots?.path ?? 'Parameters.parameter';
      return slots.fields.get(field)?.path ?? `${slots.path}.part`;
    },
  };
}

const TEXT_VALUES = [
  'valueString',
  'valueDateTime',
  'valueDate',
  'valueInstant',
  'valueCode',
  'valueUri',
  'valueId',
] as const;

function textIn(slot: Slot | undefined): string | undefined {
  return TEXT_VALUES.map(member => textOf(slot?.node[member])).find(text => text !== undefined);
}

/** A number as text, or as an Identifier: its system, when known, says nothing that the parameter's name does not. */
function numberIn(
  slot: Slot | undefined,
  field: keyof typeof SYSTEMS,
  findings: Finding[],
): string | undefined {
  const identifier = slot?.node['valueIdentifier'];
  if (slot === undefined || !isObject(identifier)) return textIn(slot);
  const system = textOf(identifier['system']) ?? SYSTEMS[field];
  const isKnown = system === SYSTEMS[field] || OTHER_SYSTEMS[field].includes(system);
  const others = Object.keys(identifier).filter(member => member !== 'system' && member !== 'value');
  if (!isKnown || others.length > 0) findings.push(lost(slot.path));
  return textOf(identifier['value']);
}

function conceptIn(slot: Slot | undefined): Concept | undefined {
  const { valueCodeableConcept, valueCoding } = slot?.node ?? {};
  if (isObject(valueCodeableConcept)) return valueCodeableConcept;
  return isObject(valueCoding) ? { coding: [valueCoding] } : undefined;
}

function sideIn(slot: Slot | undefined, findings: Finding[]): Laterality | undefined {
  return codeIn(slot, findings, (system, code) => {
    if (system === LATERALITIES && isLaterality(code)) return code;
    if (system !== SNOMED) return undefined;
    return Object.keys(SIDES).find(side => isLaterality(side) && SIDES[side] === code) as
      | Laterality
      | undefined;
  });
}

function shoulderIn(slot: Slot | undefined, findings: Finding[]): ShoulderType | undefined {
  return codeIn(slot, findings, (system, code) =>
    system === SHOULDER_TYPES && isShoulderType(code) ? code : undefined,
  );
}

/** The code that all codings mean; a text of its own, or another code, the model has no place for. */
function codeIn<C>(
  slot: Slot | undefined,
  findings: Finding[],
  meaning: (system: string, code: string) => C | undefined,
): C | undefined {
  if (slot === undefined) return undefined;
  const value = conceptIn(slot) ?? {};
  const meanings = listOf(value['coding']).map(coding =>
    isObject(coding) ? meaning(textOf(coding['system']) ?? '', textOf(coding['code']) ?? '') : undefined,
  );
  const [first] = meanings;
  const isAll = first !== undefined && meanings.every(each => each === first);
  if (!isAll || Object.keys(value).some(member => member !== 'coding')) findings.push(lost(slot.path));
  return meanings.find(each => each !== undefined);
}

function missing(path: string): Finding {
  return {
    severity: 'error',
    code: 'required',
    path,
    message: 'Cet élément manque.',
    rule: 'renacot-parameters',
  };
}
