import { type Issue, readOutcome } from '../operation-outcome.ts';
import { classify, type Verdict } from '../operation-outcome-class.ts';
import { isObject } from '../resource.ts';
import { listOf, resourceOf, textOf } from '../transaction-entries.ts';

/** An identifier that the registry gave. */
export interface RegistryIdentifier {
  /** The parameter: `idRegistre`, `referenceRegistre`, `procedureReference`, or any other. */
  readonly name: string;
  readonly system: string | undefined;
  readonly value: string;
  /**
   * Whether it names the operation in the registry. The first contract's example has a NIR as `procedureReference`: what
   * does not may never be logged.
   */
  readonly isRegistry: boolean;
}

/** What the registry says of an operation. */
export interface Association {
  readonly verdict: Verdict;
  readonly identifiers: readonly RegistryIdentifier[];
  /** All of them; of a success, remarks. */
  readonly issues: readonly Issue[];
}

const REGISTRY = 'https://registres.renacot.org/procedure';
const REGISTRY_NAMES: ReadonlySet<string> = new Set(['idregistre', 'referenceregistre']);

/**
 * Reads the answer to either operation, leniently: an OperationOutcome alone, or Parameters with `result` or
 * `operationOutcome`, “code 0” as success; every identifier in it is given back, also where the answer is no success.
 *
 * @param status HTTP
 * @param body parsed JSON, undefined where there is none
 */
export function readAssociation(status: number, body: unknown): Association {
  const resource = resourceOf(body);
  return {
    verdict: classify('renacot', status, body),
    identifiers: listOf(resource?.['parameter']).flatMap(identifiersIn),
    issues: readOutcome(body),
  };
}

function identifiersIn(parameter: unknown): readonly RegistryIdentifier[] {
  if (!isObject(parameter)) return [];
  const inside = listOf(parameter['part']).flatMap(identifiersIn);
  const name = textOf(parameter['name']) ?? '';
  const isNamed = REGISTRY_NAMES.has(name.toLowerCase());
  const identifier = parameter['valueIdentifier'];
  const value = isObject(identifier)
    ? textOf(identifier['value'])
    : isNamed
      ? textOf(parameter['valueString'])
      : undefined;
  if (value === undefined) return inside;
  const system = isObject(identifier) ? textOf(identifier['system']) : undefined;
  return [{ name, system, value, isRegistry: isNamed || system === REGISTRY }, ...inside];
}

/** The identifier to be kept with the operation: the registry's own. */
export function registryId({ identifiers }: Association): RegistryIdentifier | undefined {
  return identifiers.find(({ isRegistry }) => isRegistry);
}
