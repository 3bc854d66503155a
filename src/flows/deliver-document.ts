import { publicCode } from '../basics/public-code.ts';
import { type Fault, GatewayError } from '../errors/gateway-error.ts';
import { verdict } from '../formats/hl7/ack.ts';
import { OTHER_ERROR } from '../formats/hl7/error-tables.ts';
import { payloadName } from '../journal/payload-rows.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, Journal } from '../journal/journal.ts';
import type { Hl7Peer } from '../peers/interfaces.ts';
import type { ApplicationSettings } from './settings.ts';

/**
 * Hands one document to its application and reads the answer (ANS, Transmission au LPS v1.1, “Le message
 * d'acquittement HL7v2”): accepted, refused with the code of ERR-5, a disagreement on the form of the
 * message, or again later.
 */
export async function deliverDocument(
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
      return { ended: { outcome: 'accepted' } };
    case 'refused':
      return { ended: { outcome: 'refused', code: answer.code, label: answer.label } };
    case 'technical': {
      // The label is the application's own words and might name the patient: the code alone is repeated.
      const detail = `Code ERR-3 : ${publicCode(answer.code)}.`;
      return application.ack.technicalError === 'refuse'
        ? { ended: { outcome: 'refused', ...OTHER_ERROR, reason: detail } }
        : { hold: { code: 'DOC-003', detail, fields: { condition: publicCode(answer.code) } } };
    }
    case 'contradictory':
      return { hold: { code: 'DOC-005', detail: `Code ERR-5 : ${publicCode(answer.code)}.` } };
    case 'later':
      return { later: new GatewayError(answer.error) };
  }
}

/** What the worklist says of a document that its application never took. */
export function documentGivenUp(error: GatewayError): Fault {
  return { code: 'DOC-002', detail: error.publicText, fields: { last: error.code } };
}
