import { createValidator, type Validate } from '../../src/flows/validating/validator.ts';
import type { FhirFlow } from '../../src/formats/fhir/rules/rules-for.ts';

/** Validates by the gateway's own rules, as a gateway does; what is small, without a process. */
export function validateBy(flow: FhirFlow): Validate {
  return createValidator({ memoryMb: 512, processes: 1, deadlineMs: 30_000, turnMs: 60_000 }).by({
    flow,
    file: undefined,
  });
}
