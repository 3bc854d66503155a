import { GatewayError } from '../../errors/gateway-error.ts';
import { parseAsWritten } from './json-numbers.ts';

/**
 * A FHIR R4 resource as its JSON says it; what it holds is known once it was validated. Numbers are those of JSON, or
 * {@link WrittenNumber}s: whoever reads them takes {@link withPlainNumbers}.
 */
export interface FhirResource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

/** Codes of https://hl7.org/fhir/R4/valueset-issue-type.html that the gateway itself says. */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'code-invalid'
  | 'business-rule'
  | 'not-supported'
  | 'not-found'
  | 'invalid';

/** Something that is wrong with a resource. */
export interface Finding {
  /** A warning keeps nothing from being sent. */
  readonly severity: 'error' | 'warning';
  readonly code: IssueCode;
  /** FHIRPath of the element, indices from 0: `Bundle.entry[2].resource.agent[0].who`. */
  readonly path: string;
  /** For people, in French; names elements, never a value. */
  readonly message: string;
  /** What says so: a profile's id, an invariant's key, a section of the reference. */
  readonly rule: string;
}

/** Deeper than any profile, and than the recursion of whatever walks it could harm. */
export const MAX_DEPTH = 64;
/** Values of all kinds in one body: what is made of each takes microseconds, and the gateway does nothing else meanwhile. */
const MAX_VALUES = 400_000;
/** Names of elements, of extensions of primitives (`_birthDate`), and of the members of our simple JSON. */
export const NAME = /^[A-Za-z_]\w{0,63}$/;

/**
 * A resource from the bytes of an HTTP body: UTF-8, with or without BOM. Of a member that is there twice the last counts,
 * as for every JSON reader, so that nobody sees another resource than was validated: what is sent is written anew, its
 * numbers as they came.
 *
 * @throws GatewayError FHIR-001 for what is no JSON object with a resourceType, FHIR-002 for one nested deeper than 64
 */
export function parseResource(bytes: Uint8Array): FhirResource {
  const value = parseJson(bytes);
  if (!isResource(value)) {
    throw new GatewayError('FHIR-001', { detail: '`resourceType` manque.' });
  }
  return value;
}

/** A JSON object that says which resource it is. */
export function isResource(value: unknown): value is FhirResource {
  return isObject(value) && typeof value['resourceType'] === 'string';
}

/**
 * JSON of which every member has a name that an element could have: findings and paths repeat names.
 *
 * @throws GatewayError FHIR-001 for what is no such JSON, FHIR-002 for more than 64 levels or 400 000 values
 */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = parseAsWritten(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new GatewayError('FHIR-001');
  }
  let left = MAX_VALUES;
  // A few hundred names, each many times.
  const known = new Set<string>();
  const measure = (each: unknown, levels: number): void => {
    left -= 1;
    if (left < 0) throw new GatewayError('FHIR-002');
    if (!isObject(each) && !Array.isArray(each)) return;
    if (levels === 0) throw new GatewayError('FHIR-002');
    if (Array.isArray(each)) {
      for (const inner of each) measure(inner, levels - 1);
      return;
    }
    for (const name of Object.keys(each)) {
      if (!known.has(name) && !NAME.test(name)) {
        throw new GatewayError('FHIR-001', { detail: 'Un membre a un nom qu’aucun élément n’a.' });
      }
      known.add(name);
      measure(each[name], levels - 1);
    }
  };
  measure(value, MAX_DEPTH);
  return value;
}

/** A JSON object, and no array, nor a number that is kept as it was written. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
