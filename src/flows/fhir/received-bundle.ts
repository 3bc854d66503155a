import type { FhirResource } from '../../formats/fhir/resource.ts';
import { type CreatedResource, transactionResponse } from '../../formats/fhir/transaction.ts';
import { entriesOf, textOf } from '../../formats/fhir/transaction-entries.ts';
import type { IdOwner, Journal, PlatformId } from '../../journal/journal.ts';
import { durably } from './durably.ts';
import { callPayload } from './call-request.ts';
import { keptAnswer, type KeptAnswer, keptResource } from './kept-call.ts';

/** The flow in which other software brings records of the DUI. */
export const RECEPTION = 'dui-consommateur';

/** The row that says, beside the Bundle itself, what is to be told of it and kept because of it. */
const CREATED = 'created';

/** What a received Bundle has become. */
export interface Created {
  readonly status: 200 | 201;
  /** Of our addresses as the caller wrote them, without `/` at its end. */
  readonly base: string;
  /** To be noted together with the answer. */
  readonly ids: readonly PlatformId[];
}

type Reading = Pick<Journal, 'payload'>;
type Settling = Reading & Pick<Journal, 'answered' | 'intact'>;

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

/**
 * What the caller is answered, now and when it asks again. With the first answer the ids of the Bundle are noted, once:
 * a later Bundle may have given the same names to other resources since.
 *
 * @returns undefined once purged
 * @throws GatewayError JRN-004, FHIR-014 where it cannot be kept
 */
export async function settled(
  journal: Settling,
  exchangeId: string,
  owner: IdOwner,
): Promise<KeptAnswer | undefined> {
  const before = await keptAnswer(journal, exchangeId);
  if (before !== undefined) return before;
  const bundle = await keptResource(journal, exchangeId);
  const created = await keptCreated(journal, exchangeId);
  if (bundle === undefined || created === undefined) return undefined;
  const answer = answerOf(bundle, created);
  const bytes = Buffer.from(JSON.stringify(answer));
  await durably(journal, () => journal.answered(exchangeId, { bytes, ids: created.ids, owner }));
  return answer;
}

/** The rows of a Bundle as it is handed over. */
export function payloadsOf(bundle: FhirResource, created: Created): { name: string; bytes: Uint8Array }[] {
  return [callPayload(bundle), { name: CREATED, bytes: Buffer.from(JSON.stringify(created)) }];
}

/** Every resource as created, under the status of the guide's version. */
function answerOf(bundle: FhirResource, { status, base }: Created): KeptAnswer {
  const created = entriesOf(bundle).flatMap(({ resource }) =>
    resource === undefined ? [] : [asAnswered(resource)],
  );
  return { status, body: JSON.stringify(transactionResponse(created, base)), isFinal: true };
}

function asAnswered(resource: FhirResource): CreatedResource {
  const { id, meta } = resource as FhirResource & {
    readonly id: string;
    readonly meta: { readonly versionId: string; readonly lastUpdated: string };
  };
  const { versionId, lastUpdated } = meta;
  return { type: resource.resourceType, id, versionId, lastModified: lastUpdated, resource };
}

async function keptCreated(journal: Reading, exchangeId: string): Promise<Created | undefined> {
  const bytes = await journal.payload(exchangeId, CREATED);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Created);
}
