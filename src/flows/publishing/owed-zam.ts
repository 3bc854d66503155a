import type { Clock } from '../../basics/clock.ts';
import type { IdSource } from '../../basics/ids.ts';
import { describe, type ErrorCode } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/gateway-error.ts';
import type { Delivery, Journal, NewDelivery } from '../../journal/journal.ts';
import { readFacts } from '../kept-request.ts';
import { dmpZamDelivery } from '../zam-delivery.ts';
import { orderOf } from './publication-record.ts';

export interface OwedZamContext {
  readonly journal: Pick<Journal, 'requestFacts'>;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** Why the DMP has not the documents as asked, for who asked: ERR-5 of table DMP_ERROR_CODE. */
export interface DmpError {
  readonly code: string;
  readonly label: string;
}

/** What is ours, not the DMP's, in the words of the catalogue. */
export function ownError(code: ErrorCode): DmpError {
  return { code, label: describe(code).why };
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
  const kept = await context.journal.requestFacts(exchangeId);
  if (kept === undefined) return [];
  const facts = readFacts(kept.facts);
  // What a person ordered again was told as an N before.
  const corrects = orderOf({ identifiers }) !== undefined;
  if (error === undefined && !facts.ackReception && !corrects) return [];
  return [dmpZamDelivery({ facts, application: kept.application, exchangeId, error }, context)];
}

/** What is owed when the DMP part waits for a person, or is given up. */
export function owedWhenUnpublished(
  delivery: Pick<Delivery, 'exchangeId' | 'identifiers'>,
  fault: Fault,
  context: OwedZamContext,
): Promise<NewDelivery[]> {
  return owedZam(delivery, ownError(fault.code), context);
}
