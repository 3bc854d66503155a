import { isDeepStrictEqual } from 'node:util';
import { buildTraceBundle } from '../../../../src/formats/fhir/dmi/build-bundle.ts';
import type { FluxNumber } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { readTrace } from '../../../../src/formats/fhir/dmi/trace.ts';
import type { Trace } from '../../../../src/formats/fhir/dmi/trace-types.ts';
import { type FhirResource, isObject } from '../../../../src/formats/fhir/resource.ts';
import { fullTrace, minimalTrace, type SampleTrace } from '../../../../samples/fhir/dmi/traces.ts';

export const NOW = new Date('2026-03-05T09:30:00.000Z');

export interface TestEntry {
  readonly fullUrl: string;
  readonly resource: FhirResource;
  readonly request: { readonly method: string; readonly url: string };
}

/** UUIDs that count from 1. */
export function countingUuids(): () => string {
  let last = 0;
  return () => `00000000-0000-4000-8000-${String((last += 1)).padStart(12, '0')}`;
}

export function traceOf(json: unknown): Trace {
  const { trace, findings } = readTrace(json, NOW);
  if (trace === undefined) throw new Error(JSON.stringify(findings));
  return trace;
}

export function bundleOf(json: SampleTrace): FhirResource {
  return buildTraceBundle(traceOf(json), { newUuid: countingUuids(), now: NOW });
}

export const fullBundle = (number: FluxNumber) => bundleOf(fullTrace(number));
export const minimalBundle = (number: FluxNumber) => bundleOf(minimalTrace(number));

export function entriesOf(bundle: FhirResource): TestEntry[] {
  return bundle['entry'] as TestEntry[];
}

/** Entries of the Bundle and of those in it. */
export function allEntries(bundle: FhirResource): TestEntry[] {
  return entriesOf(bundle).flatMap(entry =>
    entry.resource.resourceType === 'Bundle' ? [entry, ...allEntries(entry.resource)] : [entry],
  );
}

export function resourcesOf(bundle: FhirResource, type: string): FhirResource[] {
  return allEntries(bundle)
    .map(({ resource }) => resource)
    .filter(({ resourceType }) => resourceType === type);
}

export function auditOf(bundle: FhirResource): FhirResource {
  const [audit] = resourcesOf(bundle, 'AuditEvent');
  if (audit === undefined) throw new Error('no AuditEvent');
  return audit;
}

/** The resource that the AuditEvent points to. */
export function contentOf(bundle: FhirResource): FhirResource {
  const url = valueAt(auditOf(bundle), 'entity[0].what.reference');
  const entry = entriesOf(bundle).find(({ fullUrl }) => fullUrl === url);
  if (entry === undefined) throw new Error('no content');
  return entry.resource;
}

/** `a.b[1].c` of a JSON value; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter(step => step !== '')
    .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step], value);
}

/** The same, an address within the Bundle told by what is there: `Device LOT42`. */
export function told(bundle: FhirResource, value: unknown, path: string): unknown {
  const found = valueAt(value, path);
  if (typeof found !== 'string' || !found.startsWith('urn:uuid:')) return found;
  const entry = allEntries(bundle).find(({ fullUrl }) => fullUrl === found);
  return entry === undefined ? 'nowhere' : nameOf(entry.resource);
}

function nameOf(resource: FhirResource): string {
  const paths = ['lotNumber', 'name[0].family', 'name', 'identifier[0].value', 'deviceName[0].name'];
  const name = paths.map(path => valueAt(resource, path)).find(each => typeof each === 'string');
  return `${resource.resourceType} ${String(name)}`;
}

/** Every `reference` in a JSON value. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([member, each]) =>
    member === 'reference' && typeof each === 'string' ? [each] : referencesIn(each),
  );
}

/** Business field, path of the element, value; `undefined`: nothing is there. */
export type Row = readonly [field: string, path: string, value: unknown];

/** Rows that the resource does not bear out, with what it says instead. */
export function mismatches(
  bundle: FhirResource,
  resource: FhirResource | undefined,
  rows: readonly Row[],
): unknown[] {
  return rows
    .map(([field, path, value]) => ({ field, path, value, found: told(bundle, resource, path) }))
    .filter(({ value, found }) => !isDeepStrictEqual(value, found));
}

/** Header (first) and lines of a content that is a Bundle. */
export function partsOf(bundle: FhirResource): (FhirResource | undefined)[] {
  return entriesOf(contentOf(bundle)).map(({ resource }) => resource);
}

/** The XHTML of these paragraphs. */
export function paragraphs(...texts: readonly string[]): string {
  return `<div xmlns="http://www.w3.org/1999/xhtml">${texts.map(text => `<p>${text}</p>`).join('')}</div>`;
}
