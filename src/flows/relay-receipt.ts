import { publicCode } from '../basics/public-code.ts';
import { type Fault, GatewayError } from '../errors/gateway-error.ts';
import { verdict } from '../formats/hl7/ack.ts';
import type { Ack } from '../formats/hl7/types.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, Journal } from '../journal/journal.ts';
import { payloadName } from '../journal/payload-rows.ts';
import type { Hl7Peer } from '../peers/interfaces.ts';
import type { ApplicationSettings } from './settings.ts';

/**
 * Brings a receipt (ZAM) to the application that asked for it, under the identifier and bytes that were fixed when it came
 * to be owed. One that it refuses is a person's business: nobody else could be told.
 *
 * @throws GatewayError JRN-007 when it is kept no more, JRN-004 when it cannot be unsealed, the peer's faults
 */
export async function relayReceipt(
  delivery: Delivery,
  { journal, peer, application }: { journal: Journal; peer: Hl7Peer; application: ApplicationSettings },
): Promise<Attempt> {
  const message = await journal.payload(delivery.exchangeId, payloadName(delivery.id));
  const controlId = delivery.identifiers['controlId'];
  if (message === undefined || controlId === undefined) throw new GatewayError('JRN-007');
  const ack = await peer.send(message, controlId);
  const answer = verdict(ack, application.ack);
  switch (answer.kind) {
    case 'accepted':
    case 'contradictory':
      return { ended: { outcome: 'accepted' } };
    case 'refused':
    case 'technical':
      return { hold: { code: 'OUT-008', detail: `Code : ${publicCode(reasonOf(ack))}.` } };
    case 'later':
      return { later: new GatewayError(answer.error) };
  }
}

/** The code that the application gave: a verdict has one of documents where it gave none. */
function reasonOf({ code, errors }: Ack): string {
  const [error] = errors;
  return error?.application?.code ?? error?.condition?.code ?? code;
}

/** What the worklist says of a receipt that its application never took. */
export function receiptGivenUp(error: GatewayError): Fault {
  return { code: 'OUT-009', detail: error.publicText, fields: { last: error.code } };
}
