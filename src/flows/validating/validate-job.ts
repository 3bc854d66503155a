import { createHash } from 'node:crypto';
import type { FhirResource, Finding } from '../../formats/fhir/resource.ts';
import { type FlowRules, rulesIn } from '../../formats/fhir/rules/read-rules.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';

/** One resource for a process of the validator. Plain data. */
export interface ValidateJob {
  /** Of the resource, as its caller's was parsed. */
  readonly json: Uint8Array;
  readonly rules: FlowRules;
  readonly profile: string;
}

/** Does such jobs, and compiles the rules of each flow once. */
export function createValidateWork(): (job: ValidateJob) => readonly Finding[] {
  const compiled = new Map<string, RuleSet>();
  return ({ json, rules, profile }) => {
    const { flow, file } = rules;
    const key =
      file === undefined ? flow : `${flow} ${createHash('sha256').update(file).digest('base64url')}`;
    const known = compiled.get(key) ?? rulesIn(rules);
    compiled.set(key, known);
    return validate(JSON.parse(Buffer.from(json).toString()) as FhirResource, known, profile);
  };
}
