import type { VihfStructure } from '../../formats/vihf/vihf-structure.ts';
import type { VihfSubject } from '../../formats/vihf/vihf-subject.ts';
import type { Publication } from '../../formats/xds/publication.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import { payloadName } from '../../journal/payload-rows.ts';
import { keptJson } from '../kept-json.ts';

/** What the DMP is told because of a request, fixed at the first attempt; kept as the delivery's bytes. */
export interface PublicationRecord {
  readonly publication: Publication;
  readonly subject: VihfSubject;
  readonly structure: VihfStructure;
  /** Whether a lot was sent, whatever was heard of it, for this order or an earlier one. */
  readonly submitted: boolean;
  /** entryUUIDs of documents that were submitted for earlier orders: found in the DMP, they are ours too. */
  readonly earlierEntries: readonly string[];
  /** uniqueIds of the documents that the DMP was asked to delete, whatever was heard of it. */
  readonly deleting: readonly string[];
  /** uniqueIds of the documents that the DMP has deleted: the rest is still to be. */
  readonly deleted: readonly string[];
  /** The order of a person that it was made for ({@link orderOf}); undefined: made of itself. */
  readonly order: string | undefined;
}

/** How a person asked for another attempt. What was made before is made anew: the cause was mended in between. */
export interface Order {
  /** Different for each. */
  readonly order: string;
  /** A replacement is to be deposited as a new document. */
  readonly asNew: boolean;
}

/** A delivery's identifiers once a person has ordered another attempt. */
export function withOrder(
  { identifiers }: Pick<Delivery, 'identifiers'>,
  { order, asNew }: Order,
): Delivery['identifiers'] {
  return { ...identifiers, order, asNew: String(asNew) };
}

/** The last order of a person; undefined where nobody had to. */
export function orderOf({ identifiers: { order, asNew } }: Pick<Delivery, 'identifiers'>): Order | undefined {
  return order === undefined ? undefined : { order, asNew: asNew === 'true' };
}

/** @returns undefined before the first attempt. @throws GatewayError JRN-004 when it cannot be unsealed */
export async function readRecord(
  { id, exchangeId }: Pick<Delivery, 'id' | 'exchangeId'>,
  journal: Pick<Journal, 'payload'>,
): Promise<PublicationRecord | undefined> {
  return (await keptJson(journal, exchangeId, payloadName(id))) as PublicationRecord | undefined;
}

/** In one transaction: what is kept is what every later attempt sends. */
export async function keepRecord(
  { id }: Pick<Delivery, 'id'>,
  record: PublicationRecord,
  journal: Pick<Journal, 'keep'>,
): Promise<void> {
  await journal.keep(id, Buffer.from(JSON.stringify(record)));
}
