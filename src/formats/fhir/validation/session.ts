import type { Finding, FhirResource, IssueCode } from '../resource.ts';
import type { RuleSet } from '../rules/types.ts';
import type { Node, Origin } from './compile.ts';

/** More findings of one resource help nobody, and a hostile one has millions. */
export const MAX_FINDINGS = 200;

/** Some seconds; 5 000 entries of the kind that has most profiles take less than half of it. */
const BUDGET = 300_000;
/** What holding a resource against a profile costs, in evaluations of an invariant. */
export const COST_OF_VERDICT = 4;

export function newSession(rules: RuleSet): Session {
  return { rules, verdicts: new Map(), resolved: new Map(), budget: { left: BUDGET } };
}

/** One validation. */
export interface Session {
  readonly rules: RuleSet;
  /** Findings of a resource by its path and the profiles that it was held against: trying profiles stays linear. */
  readonly verdicts: Map<string, readonly Finding[]>;
  /** The profiles that a resource is held against, by its path. */
  readonly resolved: Map<string, readonly string[]>;
  /** How many invariants may still be evaluated: a hostile Bundle has resources and elements by the hundred thousand. */
  readonly budget: { left: number };
}

/** Where an element is: its resource, and what that is in. */
export interface Scope {
  readonly resource: FhirResource;
  /** The resource that a contained one is in; otherwise itself. */
  readonly root: FhirResource;
  readonly outer: Scope | undefined;
  readonly found: Found;
}

/** What was found in one resource. */
export interface Found {
  readonly findings: Finding[];
  readonly counts: Record<Finding['severity'], number>;
}

/** Says something, unless there is enough of its kind already. */
export function report(scope: Scope, finding: Finding): void {
  if (isFull(scope, finding.severity)) return;
  scope.found.findings.push(finding);
  scope.found.counts[finding.severity]++;
}

/** Whether more errors (or warnings) would not be kept. */
export function isFull({ found }: Scope, severity: Finding['severity']): boolean {
  return found.counts[severity] >= MAX_FINDINGS;
}

export function nothingFound(): Found {
  return { findings: [], counts: { error: 0, warning: 0 } };
}

/** Says what a profile or an amendment does not admit. */
export function reportRule(scope: Scope, node: Node, code: IssueCode, path: string, message: string): void {
  report(scope, { ...attributed(node.origin, code), path, message, rule: ruleName(node) });
}

/** Says what R4 itself does not admit. */
export function reportBase(scope: Scope, code: IssueCode, path: string, message: string, rule = 'R4'): void {
  report(scope, { severity: 'error', code, path, message, rule });
}

function attributed(origin: Origin, code: IssueCode): { severity: Finding['severity']; code: IssueCode } {
  return { severity: origin.severity, code: origin.code ?? code };
}

function ruleName({ id, origin }: Node): string {
  return id === '' ? origin.id : `${origin.id}#${id}`;
}

/** The last element's name: `Patient.identifier[0].value` to `value`. */
export function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');
}
