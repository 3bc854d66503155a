import type { FhirResource } from '../../formats/fhir/resource.ts';
import { textOf } from '../../formats/fhir/transaction-entries.ts';

/** The flow in which other software brings records of the DUI. */
export const RECEPTION = 'dui-consommateur';

/**
 * The Bundle for the application: a transaction of PUT, under the ids that the sender is told. A FHIR server takes it as
 * it is, keeps those ids (a POST would give others), takes all of it or nothing, and loses nothing when it comes twice;
 * other software reads `entry.resource`.
 *
 * Its identifier is the sender's where that is whole, so that both speak of the same Bundle; else one of ours, the
 * same at every attempt.
 */
export function handOver(
  resources: readonly FhirResource[],
  about: {
    readonly identifier: unknown;
    readonly exchangeId: string;
    readonly base: string;
    readonly now: Date;
  },
): FhirResource {
  const { identifier, exchangeId, base, now } = about;
  const own = { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${exchangeId}` };
  return {
    resourceType: 'Bundle',
    identifier: isWhole(identifier) ? identifier : own,
    type: 'transaction',
    timestamp: now.toISOString(),
    entry: resources.map(resource => {
      const name = `${resource.resourceType}/${textOf(resource['id'])}`;
      return { fullUrl: `${base}/${name}`, resource, request: { method: 'PUT', url: name } };
    }),
  };
}

function isWhole(identifier: unknown): boolean {
  const { system, value } = (identifier ?? {}) as { readonly system?: unknown; readonly value?: unknown };
  return textOf(system) !== undefined && textOf(value) !== undefined;
}
