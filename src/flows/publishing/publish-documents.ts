import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { type Fault, GatewayError } from '../../errors/gateway-error.ts';
import type { DeletedDocument, Deletion, Deposit } from '../../formats/xds/publication.ts';
import type { LookupAnswer, RegistryAnswer } from '../../formats/xds/registry-answer.ts';
import { isOtherStatus, isRetryable, shownCode } from '../../formats/xds/registry-error-codes.ts';
import type { Attempt } from '../../journal/dispatcher.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import { keptDocuments, keptRequest } from '../kept-request.ts';
import { type DmpConversation, type MessageContext, startConversation } from './dmp-messages.ts';
import { makePublication, type MakeContext } from './make-publication.ts';
import { type DmpError, owedZam, ownError } from './owed-zam.ts';
import { keepRecord, orderOf, type PublicationRecord, readRecord } from './publication-record.ts';

export interface PublishContext extends MakeContext, MessageContext {
  readonly journal: Pick<Journal, 'payload' | 'keep' | 'requestFacts'>;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** Attempts that may end before the publication is made: a document that stalls it is a person's. */
const MAX_UNMADE = 3;
const NEVER_MADE = 'Sa préparation s’est arrêtée trois fois avant sa fin.';

/** Why the DMP has not the documents as asked: for a person, and word for word for who asked. */
interface Refusal {
  readonly fault: Fault;
  readonly error: DmpError;
}

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
  const order = orderOf(delivery);
  let record = await readRecord(delivery, journal);
  if (record === undefined || record.order !== order?.order) {
    const { attempts, lastError } = delivery;
    if (attempts > MAX_UNMADE && lastError?.code === 'DMP-018') {
      throw new GatewayError('DMP-017', { detail: NEVER_MADE });
    }
    const asked =
      order?.asNew === true ? { ...request, action: 'add' as const, changesVisibility: false } : request;
    const made = await makePublication(asked, documents, context);
    record = { ...made, deleted: record?.deleted ?? [], order: order?.order };
    await keepRecord(delivery, record, journal);
  }
  const dmp = startConversation(record, request.secretConnection, context);
  const refusal =
    record.publication.action === 'delete'
      ? await remove(delivery, record, record.publication, dmp, context)
      : await deposit(delivery, record.publication, documents, dmp);
  if (refusal !== undefined) {
    return { hold: refusal.fault, owed: await owedZam(delivery, refusal.error, context) };
  }
  return { ended: { outcome: 'accepted' }, owed: await owedZam(delivery, undefined, context) };
}

/** What an attempt that nobody heard the end of may have brought is looked up before the DMP's no is believed. */
async function deposit(
  { ambiguous }: Delivery,
  publication: Deposit,
  documents: readonly Uint8Array[],
  dmp: DmpConversation,
): Promise<Refusal | undefined> {
  const refusal = await tryDeposit(publication, documents, dmp);
  return refusal !== undefined && ambiguous > 0 && (await areThere(publication, dmp)) ? undefined : refusal;
}

async function tryDeposit(
  publication: Deposit,
  documents: readonly Uint8Array[],
  dmp: DmpConversation,
): Promise<Refusal | undefined> {
  const replaced = new Map<string, string>();
  const replacing = publication.action === 'replace' ? publication.documents : [];
  for (const { replaces } of replacing) {
    if (replaces === undefined) continue;
    const { entry, refusal } = await lookUp(replaces, dmp);
    if (entry === undefined) return refusal ?? unknownOriginal();
    replaced.set(replaces, entry);
  }
  return refusalOf(await dmp.deposit(publication, documents, replaced));
}

async function areThere({ documents }: Deposit, dmp: DmpConversation): Promise<boolean> {
  for (const { uniqueId } of documents) {
    if ((await lookUp(uniqueId, dmp)).entry === undefined) return false;
  }
  return true;
}

async function remove(
  delivery: Delivery,
  record: PublicationRecord,
  publication: Deletion,
  dmp: DmpConversation,
  { journal }: PublishContext,
): Promise<Refusal | undefined> {
  const deleted = [...record.deleted];
  for (const document of publication.documents) {
    const { uniqueId } = document;
    if (deleted.includes(uniqueId)) continue;
    const refusal = await tryRemove(publication, document, dmp, delivery.ambiguous > 0);
    if (refusal !== undefined) return refusal;
    deleted.push(uniqueId);
    await keepRecord(delivery, { ...record, deleted }, journal);
  }
  return undefined;
}

/** @param maybeDone by an attempt that nobody heard the end of: then the document is shown no more, or is deleted already */
async function tryRemove(
  publication: Deletion,
  document: DeletedDocument,
  dmp: DmpConversation,
  maybeDone: boolean,
): Promise<Refusal | undefined> {
  const { entry, refusal } = await lookUp(document.uniqueId, dmp);
  if (refusal !== undefined) return refusal;
  if (entry === undefined) return maybeDone ? undefined : unknownOriginal();
  const answer = await dmp.remove(publication, document, entry);
  const isDone = maybeDone && answer.kind === 'failure' && isOtherStatus(answer.error?.code ?? '');
  return isDone ? undefined : refusalOf(answer);
}

/** What TD3.1b says of a document; neither where the DMP does not know it. */
interface Found {
  readonly entry: string | undefined;
  readonly refusal: Refusal | undefined;
}

/** @throws GatewayError as {@link refusalOf}. A document of several entries is refused (DMP-006): none is taken for another. */
async function lookUp(uniqueId: string, dmp: DmpConversation): Promise<Found> {
  const answer = await dmp.find(uniqueId);
  if (answer.kind !== 'found') return { entry: undefined, refusal: refusalOf(answer) };
  const [entry, another] = answer.entryUuids;
  return another === undefined
    ? { entry, refusal: undefined }
    : {
        entry: undefined,
        refusal: ownRefusal({ code: 'DMP-006', fields: { entries: answer.entryUuids.length } }),
      };
}

function unknownOriginal(): Refusal {
  return ownRefusal({ code: 'DMP-008' });
}

function ownRefusal(fault: Fault): Refusal {
  return { fault, error: ownError(fault.code) };
}

/**
 * @returns undefined for a success
 * @throws GatewayError DMP-004 and DMP-005 for what another attempt may not meet again
 */
function refusalOf(answer: RegistryAnswer | Exclude<LookupAnswer, { kind: 'found' }>): Refusal | undefined {
  switch (answer.kind) {
    case 'success':
      return undefined;
    case 'failure': {
      const { code = '', context } = answer.error ?? {};
      if (isRetryable(code)) throw new GatewayError('DMP-004', { fields: { dmp: shownCode(code) } });
      return refused('DMP-006', code, context);
    }
    case 'fault': {
      const { code, side, reason } = answer;
      if (side === 'receiver') throw new GatewayError('DMP-004', { fields: { dmp: shownCode(code) } });
      return refused('DMP-007', code, reason);
    }
    case 'unreadable':
      throw new GatewayError('DMP-005', { fields: { because: answer.because } });
  }
}

/** What the DMP says of it may be about the patient: it goes to who asked alone. */
function refused(ours: 'DMP-006' | 'DMP-007', code: string, words: string | undefined): Refusal {
  const shown = shownCode(code);
  return {
    fault: {
      code: ours,
      ...(code === '' ? {} : { detail: `Code : ${shown}.`, fields: { dmp: shown } }),
    },
    error: code === '' ? ownRefusal({ code: ours }).error : { code, label: words ?? '' },
  };
}
