import { rewriteWith } from '../references.ts';
import { type BundledResource, resolverOf } from '../references-in-bundle.ts';
import { type FhirResource, type Finding, isObject } from '../resource.ts';
import { type CreatedResource, transactionResponse } from '../transaction.ts';
import { entriesOf } from '../transaction-entries.ts';
import { checkConsistency } from './consistency.ts';
import { statusByContract } from './contract.ts';
import {
  type AssignedName,
  assignedNames,
  type KnownResources,
  NOTHING_KNOWN,
  remoteName,
} from './known-resources.ts';
import { consumerAnywhere, type IsConsumer } from './own-server.ts';

export interface ReceiveContext {
  /** A logical id, unused so far: `[A-Za-z0-9.-]{1,64}`. */
  readonly newId: () => string;
  readonly now: Date;
  /** Of the gateway as consumer, without `/` at its end. */
  readonly base: string;
  /** Version of the guide, see {@link statusByContract}. */
  readonly contract: string;
  /** What this producer has sent before. */
  readonly known?: KnownResources;
}

export type Reception =
  | {
      readonly kind: 'created';
      readonly status: 200 | 201;
      /** As created, in the order of the entries. */
      readonly resources: readonly FhirResource[];
      /** To be kept for the producer's later Bundles. */
      readonly names: readonly AssignedName[];
      /** transaction-response, with the resources. */
      readonly response: FhirResource;
      /** Warnings. */
      readonly findings: readonly Finding[];
    }
  /** Nothing is created; some finding is an error. */
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/**
 * Plays the Consommateur of the DUI: gives every resource an id, a first version and a time, and rewrites the references
 * to them; all or nothing (guide of ans.fhir.fr.tddui, flux 1). Profiles are not checked here.
 */
export function receive(bundle: FhirResource, context: ReceiveContext): Reception {
  const { newId, now, base, contract, known = NOTHING_KNOWN } = context;
  const isConsumer = consumerAnywhere(base);
  const findings = checkConsistency(bundle, known, isConsumer);
  if (findings.some(({ severity }) => severity === 'error')) return { kind: 'refused', findings };
  const newNames = newNamesOf(bundle, newId);
  const lastUpdated = now.toISOString();
  const created = entriesOf(renamed(bundle, newNames, { known, isConsumer })).flatMap(
    ({ path, resource }, index) => {
      const name = newNames.get(path);
      return resource === undefined || name === undefined
        ? []
        : [{ index, ...asCreated(resource, name.id, lastUpdated) }];
    },
  );
  return {
    kind: 'created',
    status: statusByContract(contract),
    resources: created.map(({ resource }) => resource),
    names: assignedNames(bundle, created),
    response: transactionResponse(created, base),
    findings,
  };
}

/** Path of the entry → what its resource is called from now on. */
type NewNames = ReadonlyMap<string, { readonly id: string; readonly name: string }>;

function newNamesOf(bundle: FhirResource, newId: () => string): NewNames {
  return new Map(
    entriesOf(bundle).flatMap(({ path, resource }) => {
      if (resource === undefined) return [];
      const id = newId();
      return [[path, { id, name: `${resource.resourceType}/${id}` }]];
    }),
  );
}

/** A resource of the Bundle itself goes before one of an earlier Bundle, by the rule of every transaction. */
function renamed(
  bundle: FhirResource,
  newNames: NewNames,
  { known, isConsumer }: { readonly known: KnownResources; readonly isConsumer: IsConsumer },
): FhirResource {
  const resolve = resolverOf(bundle);
  const nameHere = (target: BundledResource | undefined): string | undefined =>
    target && newNames.get(target.path)?.name;
  return rewriteWith(
    bundle,
    found => {
      const target = resolve(found);
      return target === undefined ? remoteName(found, known, isConsumer) : nameHere(target);
    },
    link => nameHere(resolve(link)),
  );
}

const FIRST_VERSION = '1';

function asCreated(received: FhirResource, id: string, lastUpdated: string): Required<CreatedResource> {
  const meta = isObject(received['meta']) ? received['meta'] : {};
  const resource = { ...received, id, meta: { ...meta, versionId: FIRST_VERSION, lastUpdated } };
  const type = received.resourceType;
  return { type, id, versionId: FIRST_VERSION, lastModified: lastUpdated, resource };
}
