import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { controlIdOf } from '../formats/hl7/control-id.ts';
import { buildZam } from '../formats/hl7/zam.ts';
import type { NewDelivery, Recipient } from '../journal/journal.ts';
import type { RequestFacts } from './kept-request.ts';

/** What a receipt tells the application that asked. */
export interface ZamContent {
  /** `Z02` reception by the recipient's mail server, `Z03` reading or integration. */
  readonly kind: 'Z02' | 'Z03';
  readonly facts: RequestFacts;
  readonly application: string;
  readonly recipient: Pick<Recipient, 'id' | 'identifier'>;
  readonly address: string;
  /** Undefined for Y. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
}

/** The ZAM that is owed to an application: its bytes are fixed now, and its ZAM leave one after the other. */
export function zamDelivery(
  { kind, facts, application, recipient, address, error }: ZamContent,
  { newId, clock }: { readonly newId: IdSource; readonly clock: Clock },
): NewDelivery {
  const id = newId();
  const controlId = controlIdOf(id);
  return {
    id,
    kind: 'zam',
    target: application,
    subject: `${kind}:${recipient.id}`,
    lane: `${application}|zam`,
    identifiers: { controlId },
    start: { state: 'waiting' },
    payload: buildZam({
      kind,
      head: facts.head,
      controlId,
      time: clock.now(),
      recipient: { address, identifier: recipient.identifier },
      error,
    }),
  };
}
