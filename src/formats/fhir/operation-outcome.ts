import { describe } from '../../errors/catalogue.ts';
import type { ErrorClass } from '../../errors/catalogue/entry.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { type FhirResource, type Finding, isObject } from './resource.ts';
import { listOf, resourceOf, textOf } from './transaction-entries.ts';

/** OperationOutcome.issue as a platform says it (https://hl7.org/fhir/R4/operationoutcome.html). */
export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** issue-type, in lower case; '' where there is none. */
  readonly code: string;
  readonly diagnostics?: string;
  /** details.text */
  readonly text?: string;
  /** Codes of details.coding. */
  readonly details: readonly string[];
  /** FHIRPath; `location` of older servers where there is no `expression`. */
  readonly expression: readonly string[];
}

/** A success without remarks must say something: OperationOutcome.issue is 1..*. */
const NOTHING_WRONG = { severity: 'information', code: 'informational', diagnostics: 'Aucune anomalie.' };

/** issue-type of what the gateway itself has to say, by what becomes of it; the groups of the value set's tree. */
const BY_CLASS: Readonly<Record<ErrorClass, string>> = {
  permanent: 'processing',
  transient: 'transient',
  unreachable: 'transient',
  ambiguous: 'timeout',
};

/** The codes of a fault of ours that has a nearer one. */
const BY_FAULT: Readonly<Record<string, string>> = {
  'FHIR-001': 'structure',
  'FHIR-002': 'too-long',
  'FHIR-003': 'invalid',
  'GEN-001': 'exception',
};

/** More than anybody reads; the first are enough to mend the software that sends them. */
const MAX_ISSUES = 400;

/**
 * What the gateway answers instead of, or beside, a resource: findings one by one, or a fault of its own. French, no
 * value of the resource; details.coding names the rule or the fault's code.
 */
export function outcomeOf(wrong: readonly Finding[] | GatewayError): FhirResource {
  const issue =
    wrong instanceof GatewayError ? [issueOfFault(wrong)] : wrong.slice(0, MAX_ISSUES).map(issueOfFinding);
  return { resourceType: 'OperationOutcome', issue: issue.length === 0 ? [NOTHING_WRONG] : issue };
}

function issueOfFinding({ severity, code, path, message, rule }: Finding): unknown {
  return {
    severity,
    code,
    details: { coding: [{ code: rule }] },
    diagnostics: message,
    expression: [path],
  };
}

function issueOfFault(error: GatewayError): unknown {
  const location = error.fields['location'];
  return {
    severity: 'error',
    code: BY_FAULT[error.code] ?? BY_CLASS[describe(error.code).class],
    details: { coding: [{ code: error.code }] },
    diagnostics: error.publicText,
    ...(typeof location === 'string' && { expression: [location] }),
  };
}

/** Whether an issue, or a finding, says no. */
export function isError({ severity }: Pick<Issue, 'severity'>): boolean {
  return severity === 'error' || severity === 'fatal';
}

/**
 * The issues of an answer, in order: of an OperationOutcome alone, in Parameters (RENACOT: `result`,
 * `operationOutcome`), or in a Bundle (entry.resource, entry.response.outcome).
 *
 * Lenient, but never towards a yes: an issue without a severity that can be read is an error, unless its code is one of
 * success (RENACOT at first: “code 0”).
 *
 * @param body parsed JSON
 */
export function readOutcome(body: unknown): readonly Issue[] {
  return outcomesIn(body).flatMap(({ issue }) => listOf(issue).map(readIssue));
}

/** Every OperationOutcome of an answer, see {@link readOutcome}. */
export function outcomesIn(body: unknown): readonly FhirResource[] {
  if (Array.isArray(body)) return body.flatMap(outcomesIn);
  const resource = resourceOf(body);
  if (resource === undefined) return [];
  switch (resource.resourceType) {
    case 'OperationOutcome':
      return [resource];
    case 'Parameters':
      return listOf(resource['parameter']).flatMap(outcomesInParameter);
    case 'Bundle':
      return listOf(resource['entry']).flatMap(entry =>
        isObject(entry)
          ? [...outcomesIn(entry['resource']), ...outcomesIn(responseOf(entry)['outcome'])]
          : [],
      );
    default:
      return [];
  }
}

function outcomesInParameter(parameter: unknown): readonly FhirResource[] {
  if (!isObject(parameter)) return [];
  return [...outcomesIn(parameter['resource']), ...listOf(parameter['part']).flatMap(outcomesInParameter)];
}

/** Bundle.entry.response, empty where there is none. */
export function responseOf(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isObject(entry['response']) ? entry['response'] : {};
}

function readIssue(value: unknown): Issue {
  const issue = isObject(value) ? value : {};
  const about = isObject(issue['details']) ? issue['details'] : {};
  const code = textOf(issue['code'])?.toLowerCase() ?? '';
  const details = textsOf(listOf(about['coding']).map(coding => isObject(coding) && coding['code']));
  const diagnostics = textOf(issue['diagnostics']);
  const text = textOf(about['text']);
  const expression = textsOf(listOf(issue['expression']));
  return {
    severity: severityOf(textOf(issue['severity'])?.toLowerCase(), [code, ...details]),
    code,
    ...(diagnostics !== undefined && { diagnostics }),
    ...(text !== undefined && { text }),
    details,
    expression: expression.length > 0 ? expression : textsOf(listOf(issue['location'])),
  };
}

function textsOf(values: readonly unknown[]): readonly string[] {
  return values.map(textOf).filter(text => text !== undefined);
}

const SUCCESS_CODES: ReadonlySet<string> = new Set(['0', 'informational', 'success']);

function severityOf(said: string | undefined, codes: readonly string[]): Issue['severity'] {
  switch (said) {
    case 'fatal':
    case 'error':
    case 'warning':
    case 'information':
      return said;
    // R5 says so for what R4 calls information.
    case 'success':
      return 'information';
    case undefined:
      return codes.some(code => SUCCESS_CODES.has(code)) ? 'information' : 'error';
    default:
      return 'error';
  }
}
