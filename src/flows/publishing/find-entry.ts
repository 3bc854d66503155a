import type { DmpConversation } from './dmp-messages.ts';
import { ownRefusal, type Refusal, refusalOf } from './refusal.ts';

/** What TD3.1b says of a document; neither where the DMP does not know it. */
export interface Found {
  /** entryUUID, `urn:uuid:…`. */
  readonly entry: string | undefined;
  readonly refusal: Refusal | undefined;
}

/**
 * Asks the DMP which entry a document has now (TD3.1b): it changes with each version of the metadata.
 *
 * @throws GatewayError as {@link refusalOf}. A document of several entries is refused (DMP-006): none is taken for another.
 */
export async function findEntry(uniqueId: string, dmp: DmpConversation): Promise<Found> {
  const answer = await dmp.find(uniqueId);
  if (answer.kind !== 'found') return { entry: undefined, refusal: refusalOf(answer) };
  const [entry, another] = answer.entryUuids;
  if (another === undefined) return { entry, refusal: undefined };
  const fields = { entries: answer.entryUuids.length };
  return { entry: undefined, refusal: ownRefusal({ code: 'DMP-006', fields }) };
}
