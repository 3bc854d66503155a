import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { describe } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/gateway-error.ts';
import type { Delivery, Journal, NewDelivery } from '../../journal/journal.ts';
import { readFacts } from '../kept-request.ts';
import { dmpZamDelivery } from '../zam-delivery.ts';
import { orderOf, readRecord } from './publication-record.ts';

export interface OwedZamContext {
  readonly journal: Pick<Journal, 'requestFacts' | 'payload'>;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** Why the DMP has not the documents as asked, for who asked: ERR-5 of table DMP_ERROR_CODE. */
export interface DmpError {
  readonly code: string;
  readonly label: string;
}

/** Of a DMP that was asked to take the documents, and not heard. */
const MAY_BE_THERE = 'Un essai est resté sans réponse : le DMP a pu prendre le document.';

/** What is ours, not the DMP's, in the words of the catalogue; under the DMP's own code where it gave one before. */
export function ownError({ code, fields }: Fault): DmpError {
  const theirs = fields?.['dmp'];
  const shown = typeof theirs === 'string' && theirs !== 'other' ? theirs : code;
  return { code: shown, label: describe(code).why };
}

/**
 * The ZAM^Z01 of the DMP part of a request: N always; Y where ACK_RECEPTION asks for it, or where it corrects an N.
 *
 * @param error undefined for Y
 */
export async function owedZam(
  { exchangeId, identifiers }: Pick<Delivery, 'exchangeId' | 'identifiers'>,
  error: DmpError | undefined,
  context: OwedZamContext,
): Promise<NewDelivery[]> {
  const order = orderOf({ identifiers });
  const kept = await context.journal.requestFacts(exchangeId);
  if (kept === undefined) return [];
  const facts = readFacts(kept.facts);
  // What a person ordered again was told as an N before.
  const corrects = order !== undefined;
  if (error === undefined && !facts.ackReception && !corrects) return [];
  const about = { facts, application: kept.application, exchangeId, order: order?.order, error };
  return [dmpZamDelivery(about, context)];
}

/** What is owed when the DMP part waits for a person, or is given up. */
export async function owedWhenUnpublished(
  delivery: Pick<Delivery, 'id' | 'exchangeId' | 'identifiers'>,
  fault: Fault,
  context: OwedZamContext,
): Promise<NewDelivery[]> {
  const { code, label } = ownError(fault);
  const record = await readRecord(delivery, context.journal);
  const words = record?.submitted === true ? `${label} ${MAY_BE_THERE}` : label;
  return owedZam(delivery, { code, label: words }, context);
}
