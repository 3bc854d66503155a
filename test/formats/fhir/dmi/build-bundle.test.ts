import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../../../src/formats/fhir/dmi/canonicals.ts';
import { buildTraceBundle } from '../../../../src/formats/fhir/dmi/build-bundle.ts';
import {
  CONTENTS,
  type ContentResource,
  FLUX_NUMBERS,
  fluxNumbered,
} from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { fluxOf } from '../../../../src/formats/fhir/dmi/flux-of.ts';
import { type FhirResource, isObject } from '../../../../src/formats/fhir/resource.ts';
import { DMI_RULES } from '../../../../src/formats/fhir/rules/data/dmi-rules.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { fullTrace, minimalTrace } from '../../../../samples/fhir/dmi/traces.ts';
import {
  allEntries,
  auditOf,
  bundleOf,
  contentOf,
  countingUuids,
  entriesOf,
  fullBundle,
  minimalBundle,
  NOW,
  referencesIn,
  traceOf,
  valueAt,
} from './kit.ts';

const TRANSMISSION =
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundle-transmission-traces';

const SAMPLES = FLUX_NUMBERS.flatMap(number => [
  [number, 'full', fullTrace(number)] as const,
  [number, 'minimal', minimalTrace(number)] as const,
]);

function linesOf(content: FhirResource): FhirResource[] {
  return content.resourceType === 'Bundle' ? entriesOf(content).map(({ resource }) => resource) : [];
}

/** Of a Bundle, its header and at least one line. */
function profilesOf({ profile, header }: ContentResource, count: number): string[] {
  if (header === undefined) return [profile];
  const line = header.includes('supplyrequest') ? PROFILES.deviceRequest : PROFILES.ligne;
  return [profile, header, ...Array.from({ length: Math.max(count - 2, 1) }, () => line)];
}

it('there are 21 fluxes', () => {
  expect(new Set(FLUX_NUMBERS).size).toBe(21);
});

describe.each(SAMPLES)('flux %s, %s', (number, size, json) => {
  const bundle = bundleOf(json);
  const entries = allEntries(bundle);
  const flux = fluxNumbered(number);

  it('follows its profile', () => {
    expect(validate(bundle, DMI_RULES, TRANSMISSION)).toEqual([]);
  });

  it('has exactly one AuditEvent, of its event', () => {
    const audits = entriesOf(bundle).filter(({ resource }) => resource.resourceType === 'AuditEvent');
    expect(audits).toHaveLength(1);
    expect(flux.events).toContain(valueAt(audits[0]?.resource, 'type.code'));
  });

  it('creates each resource under its type', () => {
    for (const { request, resource } of entries) {
      expect(request).toEqual({ method: 'POST', url: resource.resourceType });
    }
  });

  it('has addresses that nothing shares, and references that all lead somewhere', () => {
    const urls = entries.map(({ fullUrl }) => fullUrl);
    expect(urls.filter(url => !/^urn:uuid:[0-9a-f-]{36}$/.test(url))).toEqual([]);
    expect(new Set(urls).size).toBe(urls.length);
    expect(referencesIn(bundle).filter(reference => !urls.includes(reference))).toEqual([]);
  });

  it('points to the content of the flux', () => {
    const { content } = flux;
    const found = content === undefined ? [] : [contentOf(bundle), ...linesOf(contentOf(bundle))];
    const expected = content === undefined ? [] : profilesOf(CONTENTS[content], found.length);
    expect(found.map(each => valueAt(each, 'meta.profile[0]'))).toEqual(expected);
  });

  it('is told again by what it is', () => {
    // The generic flux is told by its content, which is an intervention in the full sample.
    const told = number === '22' && size === 'full' ? '15' : number;
    expect(fluxOf(bundle).number).toBe(told);
  });

  it('has the message’s identifier, and is the same when it is made again', () => {
    expect(valueAt(bundle, 'identifier.value')).toBe(`MSG-${number}`);
    expect(bundleOf(json)).toEqual(bundle);
  });
});

describe('every business field of a full trace', () => {
  /** Members whose values are keys or words of ours, which the Bundle says otherwise. */
  const OTHERWISE = new Set(
    'flux cle canal usage sexe saisie entite organisme conforme incident dispositif dispositifCommande professionnel demandeur service'.split(
      ' ',
    ),
  );

  function leaves(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(leaves);
    if (!isObject(value)) return typeof value === 'boolean' ? [] : [String(value)];
    return Object.entries(value).flatMap(([member, each]) => (OTHERWISE.has(member) ? [] : leaves(each)));
  }

  it.each(FLUX_NUMBERS)('of flux %s has its place', number => {
    const text = JSON.stringify(fullBundle(number))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    expect(leaves(fullTrace(number)).filter(leaf => !text.includes(leaf))).toEqual([]);
  });
});

describe('what the caller gives from outside', () => {
  it('recorded is now where there is no declaration', () => {
    expect(auditOf(minimalBundle('15'))['recorded']).toBe('2026-03-05T09:30:00.000Z');
  });

  it('UUIDs are those that it gives', () => {
    const trace = traceOf(minimalTrace('22'));
    const bundle = buildTraceBundle(trace, { newUuid: countingUuids(), now: NOW });
    expect(entriesOf(bundle).map(({ fullUrl }) => fullUrl)).toEqual([
      'urn:uuid:00000000-0000-4000-8000-000000000002',
    ]);
  });
});
