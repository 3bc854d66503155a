import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import type { Invariant } from '../rules/types.ts';
import { IN_CODE } from './invariants-in-code.ts';
import type { Scope } from './session.ts';

/** Whether an invariant holds; undefined when the expression cannot be evaluated. */
export type Verdict = boolean | undefined;

/** The library's types know models that R4 has no use for. */
const MODEL = r4 as NonNullable<Parameters<typeof fhirpath.compile>[1]>;

type Compiled = (value: unknown, scope: Scope) => Verdict;

const compiled = new Map<string, Compiled>();

/**
 * Evaluates an invariant of an element whose R4 path is given (`Patient.contact`). FHIRPath is compiled once, and takes some
 * ten microseconds: a budget bounds how often it is evaluated, and that it is used up is told once.
 */
export function evaluate(
  { expression }: Invariant,
  base: string,
  value: unknown,
  scope: Scope,
  budget: { left: number },
): Verdict | 'too many' {
  const inCode = IN_CODE.get(expression);
  if (inCode !== undefined) return inCode(value, scope.resource);
  if (budget.left < 0) return true;
  if (--budget.left < 0) return 'too many';
  const key = `${base}\n${expression}`;
  const known = compiled.get(key) ?? compile(expression, base);
  compiled.set(key, known);
  return known(value, scope);
}

function compile(expression: string, base: string): Compiled {
  try {
    // Traces would go to the console, with values of the resource in them.
    const evaluator = fhirpath.compile({ base, expression }, MODEL, { traceFn: () => undefined });
    return (value, scope) => isMet(evaluator, value, scope);
  } catch {
    return () => undefined;
  }
}

/** An empty answer (dates of different precision cannot be compared) is no violation. */
function isMet(
  evaluator: (value: object, variables: Record<string, unknown>) => unknown,
  value: unknown,
  scope: Scope,
): Verdict {
  try {
    const answer = evaluator(value as object, { resource: scope.resource, rootResource: scope.root });
    return !Array.isArray(answer) || answer.every(each => each !== false);
  } catch {
    return undefined;
  }
}
