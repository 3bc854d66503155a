import { z } from 'zod';
import type { Finding, IssueCode } from '../resource.ts';
import { checkIntervention } from './check-intervention.ts';
import { concept, IMPLANT_TYPES, IMPLANTS, JOINTS, SNOMED } from './codes.ts';
import type { Contract, Implant, Intervention, Where } from './types.ts';
import { type Written, writeParameters } from './write-parameters.ts';

/** More than any operation needs, and less than harms. */
const MAX_IMPLANTS = 100;

/** A text as FHIR has it (R4 datatypes.html#string): no blanks around it. */
const text = z
  .string({ error: 'Ce membre est un texte.' })
  .max(1000, { error: 'Ce membre est trop long.' })
  .regex(/^\S(?:.*\S)?$/, { error: 'Ce membre est vide, ou a des blancs à ses bords.' });

const NUMBERS = {
  // Sex, year, month, department or 2A, 2B, then digits: months and kinds that the profile refuses exist (quirks).
  nir: /^\d{5}(?:\d\d|2[AB])\d{8}$/,
  rpps: /^\d{11}$/,
  finessGeographique: /^\d(?:\d|[AB])\d{7}$/,
} as const;

/** FHIR date, or dateTime with its offset; to the day at least. */
const date = z.string({ error: 'Ce membre est une date.' }).refine(isDate, {
  error: 'La date est de la forme AAAA-MM-JJ, ou avec l’heure et son décalage (2026-03-01T10:00:00+01:00).',
});

const joint = z.enum(
  JOINTS.flatMap(({ name, code }) => [name, code]),
  { error: `Le type de procédure est ${JOINTS.map(({ name }) => name).join(', ')}, ou son code SNOMED CT.` },
);

const implant = z.strictObject(
  {
    udi: text.optional(),
    lot: text,
    type: z.enum([...IMPLANTS.keys()], { error: 'Le type d’implant n’est pas un code du registre.' }),
    fournisseur: text.optional(),
    reference: text.optional(),
    description: text.optional(),
  },
  { error: 'Un implant est un objet JSON.' },
);

const intervention = z.strictObject(
  {
    nir: text.regex(NUMBERS.nir, { error: 'Le NIR a 15 caractères, clé comprise.' }),
    rpps: text.regex(NUMBERS.rpps, { error: 'Le numéro RPPS a 11 chiffres.' }),
    finessGeographique: text.regex(NUMBERS.finessGeographique, {
      error: 'Le numéro FINESS a 9 caractères.',
    }),
    dateIntervention: date,
    typeProcedure: joint,
    lateralite: z
      .enum(['DROITE', 'GAUCHE', 'BILATERALE'], {
        error: 'La latéralité est DROITE, GAUCHE ou BILATERALE.',
      })
      .optional(),
    peType: z
      .enum(['ANATOMIQUE', 'INVERSE'], { error: 'Le type de prothèse est ANATOMIQUE ou INVERSE.' })
      .optional(),
    implants: z
      .array(implant, { error: 'Ce membre est une liste.' })
      .min(1, { error: 'Il faut au moins un implant.' })
      .max(MAX_IMPLANTS, { error: 'Il y a trop d’implants.' }),
  },
  { error: 'La demande est un objet JSON.' },
);

export interface SimpleReading {
  /** Undefined where a finding of the form is an error. */
  readonly intervention: Intervention | undefined;
  /** Paths are members of the JSON: `implants[0].lot`. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the simple JSON of `POST /renacot/interventions`: the registry's parameters as members, codes as texts. Strict:
 * a member that is not known is an error, since it may be one that was meant.
 *
 * @param json parsed JSON
 */
export function readIntervention(json: unknown): SimpleReading {
  const parsed = intervention.safeParse(json, { reportInput: true });
  if (!parsed.success) {
    return { intervention: undefined, findings: parsed.error.issues.flatMap(issue => findingsOf(issue)) };
  }
  const { typeProcedure, implants, lateralite, peType, ...numbers } = parsed.data;
  const read = {
    ...numbers,
    typeProcedure: procedureOf(typeProcedure),
    ...(lateralite !== undefined && { lateralite }),
    ...(peType !== undefined && { peType }),
    implants: implants.map(implantOf),
  };
  return { intervention: read, findings: checkIntervention(read, IN_JSON) };
}

/**
 * The Parameters of a contract from the simple JSON; findings of its form, of the registry's rules and of what the
 * contract requires or cannot say, by member.
 */
export function parametersOfIntervention(json: unknown, contract: Contract): Written {
  const { intervention: read, findings } = readIntervention(json);
  if (read === undefined) return { parameters: undefined, findings };
  const written = writeParameters(read, contract, IN_JSON);
  return { parameters: written.parameters, findings: [...findings, ...written.findings] };
}

/** Where the model's members stand in the simple JSON. */
const IN_JSON: Where = {
  field: field => field,
  implant: (index, field) => `implants[${index}]${field === undefined ? '' : `.${field}`}`,
};

function procedureOf(said: string): Intervention['typeProcedure'] {
  const { code, display } = JOINTS.find(({ name, code }) => name === said || code === said) ?? { code: said };
  return concept(SNOMED, code, display);
}

function implantOf(said: z.infer<typeof implant>): Implant {
  const { udi, lot, type, fournisseur, reference, description } = said;
  return {
    ...(udi !== undefined && { udi }),
    lot,
    type: concept(IMPLANT_TYPES, type, IMPLANTS.get(type)),
    ...(fournisseur !== undefined && { fournisseur }),
    ...(reference !== undefined && { reference }),
    ...(description !== undefined && { description }),
  };
}

function isDate(said: string): boolean {
  const form =
    /^(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-][01]\d:[0-5]\d))?$/;
  const day = form.exec(said)?.[1];
  if (day === undefined) return false;
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function findingsOf(issue: z.core.$ZodIssue): readonly Finding[] {
  const path = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const message = 'Ce membre n’est pas connu.';
    return issue.keys.map(key => finding(pathOf([...issue.path, key]), 'structure', message));
  }
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.path.length > 0)
    return [finding(path, 'required', 'Ce membre manque.')];
  if (issue.code === 'invalid_value' && issue.input === undefined)
    return [finding(path, 'required', 'Ce membre manque.')];
  const isForm = issue.code === 'invalid_type';
  const code = isForm ? 'structure' : issue.code === 'invalid_value' ? 'code-invalid' : 'value';
  return [finding(path, code, issue.message)];
}

/** `implants[0].lot`; what is no name of ours is named by its place: a caller may write anything there. */
function pathOf(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^\w{1,40}$/.test(String(step))) text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text === '' ? '$' : text;
}

function finding(path: string, code: IssueCode, message: string): Finding {
  return { severity: 'error', code, path, message, rule: 'renacot-intervention' };
}
