import { isInsAuthority } from '../cda/identity.ts';
import type { Hl7Segment } from './message.ts';
import { isMailAddress, isPatientAddress } from './request-address.ts';
import { locate, missingField, requestFault, subvalueOf, valueOf } from './request-fields.ts';
import { readRequestSender } from './request-sender.ts';
import { roleOf } from './request-structure.ts';
import type { Audience, RequestRecipient, RequestSender } from './request-types.ts';
import type { SortedObservations } from './request-wishes.ts';

/** An address, and where in the message it stands. */
export interface PlacedAddress {
  readonly address: string;
  /** ERR-2. */
  readonly location: string;
}

/** A recipient, and where in the message its address stands. */
export interface PlacedRecipient extends RequestRecipient, PlacedAddress {}

/** Who the PRT of the documents name. */
export interface RequestParticipants {
  readonly sender: { readonly prt: Hl7Segment; readonly sender: RequestSender } | undefined;
  /** Each address once, whatever its case. */
  readonly recipients: readonly PlacedRecipient[];
  readonly replyTo: PlacedAddress | undefined;
  /** ERR-2 of a participant who is missing: after the last. */
  readonly end: string;
}

/** PRT-2: given as it is, or as new. Somebody who is taken off (DE) or changed is no recipient. */
const ACTIONS: ReadonlySet<string> = new Set(['', 'UC', 'AD']);

/** Of one document: a list that names the same few again and again is not read to its end. */
const MAX_PARTICIPANTS = 1000;

/**
 * Reads sender (SB), recipients (RCT) and reply address (REPLY) from the PRT of every document (ANS, Transmission de
 * documents CDA en HL7v2 v2.1, “Les données concernant la demande de traitement”).
 *
 * @throws GatewayError REQ-008 without an address, REQ-009 for a participant who is taken off, REQ-011 for more
 *   recipients than `maxRecipients` or several senders or reply addresses, REQ-024 for what is no address
 */
export function readParticipants(
  { documents }: SortedObservations,
  maxRecipients: number,
): RequestParticipants {
  const recipients = new Map<string, PlacedRecipient>();
  let sender: RequestParticipants['sender'];
  let replyTo: PlacedAddress | undefined;
  let last = 0;
  for (const { participants } of documents) {
    const surplus = participants[MAX_PARTICIPANTS];
    if (surplus !== undefined) throw requestFault('REQ-011', locate(surplus));
    const senders = participants.filter(prt => roleOf(prt) === 'SB');
    if (senders[1] !== undefined) throw requestFault('REQ-011', locate(senders[1]), 'Plusieurs PRT SB.');
    // The second document repeats the sender of the first.
    if (senders[0] !== undefined) sender ??= { prt: senders[0], sender: readRequestSender(senders[0]) };
    for (const prt of participants) {
      if (!ACTIONS.has(valueOf(prt, 2).toUpperCase())) throw requestFault('REQ-009', locate(prt, 2));
      last = prt.sequence;
      const role = roleOf(prt);
      if (role === 'RCT')
        for (const recipient of readRecipients(prt)) keep(recipients, recipient, maxRecipients);
      if (role === 'REPLY') replyTo = sameReply(replyTo, readAddresses(prt));
    }
  }
  return { sender, recipients: [...recipients.values()], replyTo, end: `PRT^${last + 1}` };
}

function keep(known: Map<string, PlacedRecipient>, recipient: PlacedRecipient, max: number): void {
  const key = recipient.address.toLowerCase();
  const before = known.get(key);
  if (before === undefined && known.size === max) {
    throw requestFault('REQ-011', recipient.location, `Plus de ${max} destinataires.`);
  }
  known.set(key, before ?? recipient);
}

function sameReply(
  known: PlacedAddress | undefined,
  given: readonly PlacedAddress[],
): PlacedAddress | undefined {
  const [first] = given;
  const reply = known ?? first;
  const other = given.find(({ address }) => address.toLowerCase() !== reply?.address.toLowerCase());
  if (other !== undefined) throw requestFault('REQ-011', other.location, 'Plusieurs adresses de réponse.');
  return reply;
}

function readRecipients(prt: Hl7Segment): PlacedRecipient[] {
  const identifier = [valueOf(prt, 5), valueOf(prt, 8, 10), valueOf(prt, 10)].find(id => id !== '');
  return readAddresses(prt).map(placed => ({
    ...placed,
    identifier,
    audience: audienceOf(prt, placed.address),
  }));
}

/** The patient is known by the address, and by an INS in PRT-5 whatever the address pretends. */
function audienceOf(prt: Hl7Segment, address: string): Audience {
  const authorities = [1, 2].map(place => subvalueOf(prt, 5, 9, place));
  const isIns = authorities.some(isInsAuthority) || valueOf(prt, 5, 13).toUpperCase().startsWith('INS');
  return isIns || isPatientAddress(address) ? 'patient' : 'professionals';
}

/** Where published examples have the address in place of PRT-15.4: one field or component off. */
const SHIFTED = [
  [15, 3],
  [14, 4],
  [16, 4],
  [14, 3],
  [16, 3],
] as const;

/** A participant has few addresses. */
const MAX_REPETITIONS = 50;

/**
 * The addresses of PRT-15.4, one for each repetition that has one; where it has none, a text elsewhere that certainly
 * is one.
 *
 * @throws GatewayError REQ-008, REQ-011, REQ-024
 */
function readAddresses(prt: Hl7Segment): PlacedAddress[] {
  const repetitions = prt.repetitions(15);
  if (repetitions > MAX_REPETITIONS) throw requestFault('REQ-011', locate(prt, 15));
  const addresses = Array.from({ length: repetitions }, (_, index) => index + 1).flatMap(repetition => {
    const address = valueOf(prt, 15, 4, repetition);
    return address === '' ? [] : [{ address, location: locate(prt, 15, 4, repetition) }];
  });
  const wrong = addresses.find(({ address }) => !isMailAddress(address));
  if (wrong !== undefined) throw requestFault('REQ-024', wrong.location);
  if (addresses.length > 0) return addresses;
  const [shifted] = SHIFTED.flatMap(([field, component]) => {
    const address = valueOf(prt, field, component);
    return isMailAddress(address) ? [{ address, location: locate(prt, field, component) }] : [];
  });
  if (shifted === undefined) throw missingField(prt, 15, 4);
  return [shifted];
}
