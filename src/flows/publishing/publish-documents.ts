import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Publication } from '../../formats/xds/publication.ts';
import type { Attempt } from '../../journal/dispatcher.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import { keptDocuments, keptRequest, type KeptRequest } from '../kept-request.ts';
import { deleteDocuments } from './delete-documents.ts';
import { depositDocuments } from './deposit-documents.ts';
import { type MessageContext, startConversation } from './dmp-messages.ts';
import { makePublication, type MakeContext } from './make-publication.ts';
import { owedZam } from './owed-zam.ts';
import { keepRecord, orderOf, type PublicationRecord, readRecord } from './publication-record.ts';

export interface PublishContext extends MakeContext, MessageContext {
  readonly journal: Pick<Journal, 'payload' | 'keep' | 'requestFacts'>;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** Attempts that may end before the publication is made: a document that stalls it is a person's. */
const MAX_UNMADE = 3;
const NEVER_MADE = 'Sa préparation s’est arrêtée trois fois avant sa fin.';

/**
 * Has the DMP deposit, replace or delete the documents of a request, and tells the application that asked: what is
 * submitted is fixed at the first attempt, and again when a person orders another; who speaks, and when, is said anew in
 * each message.
 *
 * @throws GatewayError JRN-007 when the request is kept no more, and all of {@link makePublication} and of the peer
 */
export async function publishDocuments(delivery: Delivery, context: PublishContext): Promise<Attempt> {
  const { journal } = context;
  const request = await keptRequest(journal, delivery.exchangeId);
  const documents = request && (await keptDocuments(journal, delivery.exchangeId, request));
  if (request === undefined || documents === undefined) throw new GatewayError('JRN-007');
  const record = await recordOf(delivery, request, documents, context);
  const dmp = startConversation(record, request.secretConnection, context);
  const { publication } = record;
  const keep = (known: PublicationRecord): Promise<void> => keepRecord(delivery, known, journal);
  const refusal =
    publication.action === 'delete'
      ? await deleteDocuments(record, publication, dmp, keep)
      : await depositDocuments({ record, deposit: publication, documents }, dmp, keep);
  if (refusal !== undefined) {
    return { hold: refusal.fault, owed: await owedZam(delivery, refusal.error, context) };
  }
  return { ended: { outcome: 'accepted' }, owed: await owedZam(delivery, undefined, context) };
}

/** What is submitted: as it was made for the last order of a person, else for the first attempt. */
async function recordOf(
  delivery: Delivery,
  request: KeptRequest,
  documents: readonly Uint8Array[],
  context: PublishContext,
): Promise<PublicationRecord> {
  const order = orderOf(delivery);
  const before = await readRecord(delivery, context.journal);
  if (before !== undefined && before.order === order?.order) return before;
  if (delivery.attempts > MAX_UNMADE && delivery.lastError?.code === 'DMP-018') {
    throw new GatewayError('DMP-017', { detail: NEVER_MADE });
  }
  const newWhereUnknown = order?.asNew ?? false;
  const record = {
    ...(await makePublication(request, documents, { ...context, newWhereUnknown })),
    order: order?.order,
    submitted: before?.submitted ?? false,
    earlierEntries: before === undefined ? [] : [...before.earlierEntries, ...entriesOf(before.publication)],
    deleting: before?.deleting ?? [],
    deleted: before?.deleted ?? [],
  };
  await keepRecord(delivery, record, context.journal);
  return record;
}

function entriesOf(publication: Publication): string[] {
  return publication.action === 'delete' ? [] : publication.documents.map(({ entryId }) => entryId);
}
