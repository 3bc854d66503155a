import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { FLOW_PROFILES, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { changed } from './mutate.ts';
import { dmiBundle } from './samples.ts';

/** The request in the sample's Bundle of requests. */
const REQUEST = { reference: 'urn:uuid:00000000-0000-4000-8000-000000000020' };

function faultsOf(bundle: FhirResource): string[] {
  return validate(bundle, rulesFor('dmi'), FLOW_PROFILES.dmi).map(({ path, rule }) => `${path} ${rule}`);
}

/** The sample with a Bundle of deliveries beside that of requests: one line, of this request. */
function withDelivery(basedOn: object): FhirResource {
  const bundle = dmiBundle();
  const entries = bundle['entry'] as { resource: FhirResource }[];
  const line = { ...entries[9]?.resource, basedOn: [basedOn] };
  const post = (resource: FhirResource, fullUrl: string) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-0000000000${fullUrl}`,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  });
  const deliveries = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [post({ resourceType: 'SupplyDelivery', ...line }, '30')],
  };
  return { ...bundle, entry: [...entries, post(deliveries, '13')] };
}

/** Reference fhir-flows §1.5.3: they were refused as leading nowhere. */
describe('references into a Bundle of the Bundle', () => {
  it.each<[string, FhirResource]>([
    ['from the AuditEvent', changed(dmiBundle(), 'entry[7].resource.entity[0].what', REQUEST)],
    ['from a delivery', changed(dmiBundle(), 'entry[9].resource.basedOn[0]', REQUEST)],
    ['from a Bundle beside it', withDelivery(REQUEST)],
  ])('%s lead there', (_, bundle) => {
    expect(faultsOf(bundle)).toEqual([]);
  });

  it('lead to what is there', () => {
    expect(faultsOf(changed(dmiBundle(), 'entry[6].resource.subject', REQUEST))).toContain(
      'Bundle.entry[6].resource.subject R4',
    );
  });

  it('lead nowhere where two Bundles have the name', () => {
    const twice = changed(withDelivery(REQUEST), 'entry[13].resource.entry[0].fullUrl', REQUEST.reference);
    expect(faultsOf(changed(twice, 'entry[9].resource.basedOn[0]', REQUEST))).toContain(
      'Bundle.entry[9].resource.basedOn[0].reference ref-1',
    );
  });
});
