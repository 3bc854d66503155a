import { type KnownResources, namesElsewhere } from '../../formats/fhir/dui/known-resources.ts';
import type { IsConsumer } from '../../formats/fhir/dui/own-server.ts';
import { referencesOf } from '../../formats/fhir/references.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { textOf } from '../../formats/fhir/transaction-entries.ts';
import type { IdOwner, Journal, PlatformId } from '../../journal/journal.ts';
import { patientOf } from './call-parts.ts';
import { knownNames } from './platform-names.ts';

type Looking = Pick<Journal, 'keyOf' | 'platformIds'>;

/** What of the names that a Bundle uses earlier ones of its sender have made known: the sender's own, and ours. */
export async function knownTo(
  bundle: FhirResource,
  { owner, isConsumer }: { readonly owner: IdOwner; readonly isConsumer: IsConsumer },
  journal: Looking,
): Promise<KnownResources> {
  return knownNames(journal, owner, namesElsewhere(bundle, isConsumer));
}

/** The names by which later Bundles may call what was created: the sender's, and the absolute ones of our answer. */
export function namesToKeep(names: readonly PlatformId[], base: string): readonly PlatformId[] {
  const remotes = new Set(names.map(({ remote }) => remote));
  const absolute = [...remotes].map(remote => ({ local: `${base}/${remote}`, remote }));
  return [...names, ...absolute];
}

/**
 * What resources refer to that another Bundle has brought. The application must have it first, whoever's it is: an
 * establishment is brought once, for all its patients.
 *
 * @param created resources as created
 */
export function referredElsewhere(created: readonly FhirResource[]): readonly string[] {
  const own = new Set(created.map(nameOf));
  return created
    .flatMap(referencesOf)
    .map(({ reference }) => reference)
    .filter(reference => !own.has(reference));
}

/** In whose order a Bundle is handed over, and under which names that is found again. */
export interface PatientOrder {
  readonly key: string;
  readonly ids: readonly PlatformId[];
}

/**
 * Bundles about a patient are handed over in their order: one that refers to the patient of an earlier Bundle is of that
 * one's order, since the application must have the patient first; else the first identifier of its own patient says
 * whose it is; else it is its sender's.
 *
 * @param created resources as created
 */
export async function patientOrder(
  created: readonly FhirResource[],
  owner: IdOwner,
  journal: Looking,
): Promise<PatientOrder> {
  const own = created.filter(({ resourceType }) => resourceType === 'Patient').map(nameOf);
  const referred = referredElsewhere(created).filter(reference => reference.startsWith('Patient/'));
  const { remoteOf } = await journal.platformIds(owner, referred.map(orderName));
  const [earlier] = remoteOf.values();
  const identifier = patientOf({ resourceType: 'Bundle', entry: created.map(resource => ({ resource })) });
  const key = earlier ?? (identifier === undefined ? owner.caller : journal.keyOf(`patient:${identifier}`));
  return { key, ids: own.map(name => ({ local: orderName(name), remote: key })) };
}

/** What the order of a patient is kept under: what no reference is. */
function orderName(name: string): string {
  return `order of ${name}`;
}

function nameOf(resource: FhirResource): string {
  return `${resource.resourceType}/${textOf(resource['id'])}`;
}
