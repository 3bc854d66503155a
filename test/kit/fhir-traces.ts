import { randomUUID } from 'node:crypto';
import { minimalTrace, type SampleTrace } from '../../samples/fhir/dmi/traces.ts';
import { buildTraceBundle } from '../../src/formats/fhir/dmi/build-bundle.ts';
import { readTrace } from '../../src/formats/fhir/dmi/trace.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';

let traces = 0;

/** A trace like no other of an implantation, as simple JSON. */
export function newTrace(overrides: SampleTrace = {}): SampleTrace {
  traces += 1;
  return {
    ...minimalTrace('15'),
    message: `MSG-${traces}`,
    description: `Pose ${traces}`,
    declaration: '2026-03-05T10:05:00.250+01:00',
    ...overrides,
  };
}

/** The same as a Bundle; without Bundle.identifier where told so. */
export function newTraceBundle(overrides: SampleTrace = {}): FhirResource {
  const { trace, findings } = readTrace(newTrace(overrides), new Date());
  if (trace === undefined) throw new Error(JSON.stringify(findings));
  return buildTraceBundle(trace, { newUuid: randomUUID, now: new Date() });
}
