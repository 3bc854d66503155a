import fhirpath from 'fhirpath';
import { z } from 'zod';
import { GatewayError } from '../../../errors/gateway-error.ts';
import { isObject } from '../resource.ts';
import { type FhirFlow, FLOW_PROFILES, rulesFor, withAmendments } from './rules-for.ts';
import type { RuleSet } from './types.ts';

/** Of a file that is wrong in many places, these say what kind of file it is. */
const MAX_FAULTS = 5;

const text = z.string().min(1);

const count = z.int().min(0);

const invariant = z.strictObject({
  key: text,
  severity: z.enum(['error', 'warning']),
  expression: text.refine(isFhirPath, 'ce n’est pas une expression FHIRPath'),
  human: z.string().optional(),
  at: z.string().optional(),
});

const typeRule = z.strictObject({
  code: text,
  profiles: z.array(text).optional(),
  targets: z.array(text).optional(),
});

const slicing = z.strictObject({
  by: z.array(z.tuple([z.enum(['value', 'pattern', 'exists', 'type', 'profile']), text])),
  closed: z.literal(true).optional(),
});

const element = z.strictObject({
  min: count.optional(),
  max: count.optional(),
  types: z.array(typeRule).optional(),
  fixed: z.unknown().optional(),
  pattern: z.unknown().optional(),
  binding: text.optional(),
  invariants: z.array(invariant).optional(),
  slicing: slicing.optional(),
});

const profile = z.strictObject({ id: text, type: text, elements: z.record(z.string(), element) });

const facts = z.strictObject({
  many: z.array(text).optional(),
  required: z.array(text).optional(),
  bindings: z.record(text, text).optional(),
  invariants: z.record(z.string(), z.array(invariant)).optional(),
});

/** What {@link RuleSet} is in a file: amendments are the gateway's own. */
const ruleSet = z.strictObject({
  name: text,
  version: text,
  profiles: z.record(text, profile),
  valueSets: z.record(text, z.record(text, z.union([z.literal('*'), z.array(z.string())]))),
  types: z.record(text, facts).optional(),
});

/** The rules of a flow, as they are configured: the gateway's own without a `file`. */
export interface FlowRules {
  readonly flow: FhirFlow;
  /** What `pfi fhir distill` has written. */
  readonly file: Uint8Array | undefined;
}

/** @throws GatewayError as {@link readRules} */
export function rulesIn({ flow, file }: FlowRules): RuleSet {
  return file === undefined ? rulesFor(flow) : readRules(file, flow);
}

/**
 * The rules of a flow from the JSON that `pfi fhir distill` has written, with the gateway's own on top.
 *
 * @param bytes of the file that `fhir.<flow>.rules` names
 * @throws GatewayError CFG-001, which names the setting and, in French, the places that are wrong
 */
export function readRules(bytes: Uint8Array, flow: FhirFlow): RuleSet {
  const json = parsed(bytes, flow);
  const { error } = ruleSet.safeParse(json);
  if (error !== undefined) throw notRules(flow, faultsOf(error.issues));
  const rules = json as RuleSet;
  if (!Object.hasOwn(rules.profiles, FLOW_PROFILES[flow])) {
    const wanted = `le profil de ce flux n’y est pas (${FLOW_PROFILES[flow]})`;
    throw notRules(flow, `${wanted} : ces règles sont celles d’un autre flux, ou d’un autre paquet.`);
  }
  return withAmendments(rules, flow);
}

function parsed(bytes: Uint8Array, flow: FhirFlow): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw notRules(flow, 'ce n’est pas du JSON.');
  }
}

function notRules(flow: FhirFlow, why: string): GatewayError {
  return new GatewayError('CFG-001', {
    detail: `\`fhir.${flow}.rules\` : ${why} Le fichier attendu est écrit par \`pfi fhir distill\`.`,
    fields: { flow },
  });
}

function faultsOf(issues: readonly z.core.$ZodIssue[]): string {
  const told = issues.slice(0, MAX_FAULTS).map(issue => `${pathOf(issue.path)} : ${messageOf(issue)}`);
  const more = issues.length > MAX_FAULTS ? ` ; et ${issues.length - MAX_FAULTS} autres` : '';
  return `${told.join(' ; ')}${more}.`;
}

/** `profiles["https://…"].elements["identifier"].min` */
function pathOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step, index) => {
    if (typeof step === 'number') return `[${step}]`;
    const name = String(step);
    if (!/^\w+$/.test(name)) return `[${JSON.stringify(name)}]`;
    return index === 0 ? name : `.${name}`;
  });
  return steps.join('') || 'le fichier';
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'unrecognized_keys') {
    return `clé inconnue ${issue.keys.map(key => `« ${key} »`).join(', ')}`;
  }
  if (issue.code === 'invalid_type') return `${TYPES[issue.expected] ?? 'une autre valeur'} est attendu`;
  if (issue.code === 'invalid_value') return `${issue.values.map(String).join(', ')} est attendu`;
  return 'cette valeur n’est pas admise';
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'un texte',
  number: 'un nombre',
  int: 'un nombre entier',
  array: 'un tableau',
  object: 'un objet',
  record: 'un objet',
  tuple: 'un tableau',
};

function isFhirPath(expression: string): boolean {
  try {
    return isObject(fhirpath.parse(expression));
  } catch {
    return false;
  }
}
