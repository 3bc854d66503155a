import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { controlIdOf } from '../formats/hl7/control-id.ts';
import { buildZam, type ZamInput } from '../formats/hl7/zam.ts';
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

/** What an application is told of the DMP part of its request: Y once, N once for each order of a person. */
export function dmpZamDelivery(
  {
    facts,
    application,
    exchangeId,
    order,
    error,
  }: Pick<ZamContent, 'facts' | 'application' | 'error'> & {
    readonly exchangeId: string;
    readonly order: string | undefined;
  },
  { newId, clock }: { readonly newId: IdSource; readonly clock: Clock },
): NewDelivery {
  const id = newId();
  const controlId = controlIdOf(id);
  return owedZam(id, application, dmpSubject(exchangeId, error === undefined ? 'Y' : 'N', order), controlId, {
    kind: 'Z01',
    head: facts.head,
    controlId,
    time: clock.now(),
    error,
  });
}

/** What is said of the DMP, and for which order where there was one: a Y has the last word. */
export function dmpSubject(exchangeId: string, word: 'Y' | 'N', order?: string): string {
  const said = `Z01:${exchangeId}:${word}`;
  return word === 'Y' || order === undefined ? said : `${said}:${order}`;
}

/** The ZAM that is owed to an application: its bytes are fixed now, and its ZAM leave one after the other. */
export function zamDelivery(
  { kind, facts, application, recipient, address, error }: ZamContent,
  { newId, clock }: { readonly newId: IdSource; readonly clock: Clock },
): NewDelivery {
  const id = newId();
  const controlId = controlIdOf(id);
  return owedZam(id, application, `${kind}:${recipient.id}`, controlId, {
    kind,
    head: facts.head,
    controlId,
    time: clock.now(),
    recipient: { address, identifier: recipient.identifier },
    error,
  });
}

function owedZam(
  id: string,
  application: string,
  subject: string,
  controlId: string,
  input: ZamInput,
): NewDelivery {
  return {
    id,
    kind: 'zam',
    target: application,
    subject,
    lane: `${application}|zam`,
    identifiers: { controlId },
    start: { state: 'waiting' },
    payload: buildZam(input),
  };
}
