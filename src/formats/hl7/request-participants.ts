import { isDeepStrictEqual } from 'node:util';
import type { InstanceIdentifier } from '../cda/types.ts';
import type { Hl7Segment } from './message.ts';
import { audienceOf, isPatient } from './request-audience.ts';
import { locate, requestFault, valueOf } from './request-fields.ts';
import { type PlacedAddress, readAddresses, roleOf } from './request-prt.ts';
import { readRequestSender } from './request-sender.ts';
import type { RequestRecipient, RequestSender } from './request-types.ts';
import type { SortedObservations } from './request-wishes.ts';

/** A recipient, and where in the message its address stands. */
export interface PlacedRecipient extends RequestRecipient, PlacedAddress {}

/** Who the PRT of a document name. */
interface Named {
  readonly sender: { readonly prt: Hl7Segment; readonly sender: RequestSender } | undefined;
  /** Each address once, whatever its case. */
  readonly recipients: readonly PlacedRecipient[];
  readonly replyTo: PlacedAddress | undefined;
}

/** Who the PRT of the documents name. */
export interface RequestParticipants extends Named {
  /** ERR-2 of a participant who is missing: after the last. */
  readonly end: string;
}

/** What participants are told apart by. */
export interface ParticipantContext {
  readonly maxRecipients: number;
  /** PID-3. */
  readonly patient: readonly InstanceIdentifier[];
}

/** PRT-2: given as it is, or as new. Somebody who is taken off (DE) or changed is no recipient. */
const ACTIONS: ReadonlySet<string> = new Set(['', 'UC', 'AD']);

/** Of one document: a list that names the same few again and again is not read to its end. */
const MAX_PARTICIPANTS = 1000;

/**
 * Reads sender (SB), recipients (RCT) and reply address (REPLY) from the PRT of every document (ANS, Transmission de
 * documents CDA en HL7v2 v2.1, “Les données concernant la demande de traitement”). Two documents leave in one mail: the
 * second names the same people as the first, or none of a role.
 *
 * @throws GatewayError REQ-008 without an address, REQ-009 for a participant who is taken off, REQ-011 for more
 *   recipients than `maxRecipients`, several senders or reply addresses, or others for the second document; REQ-024 for
 *   what is no address
 */
export function readParticipants(
  { documents }: SortedObservations,
  context: ParticipantContext,
): RequestParticipants {
  const reading = { maxRecipients: context.maxRecipients, patient: identifiersOf(context.patient) };
  const named = documents.map(({ participants }) => readNamed(participants, reading)).reduce(inAgreement);
  const last = documents.flatMap(({ participants }) => participants).at(-1);
  return { ...named, end: `PRT^${(last?.sequence ?? 0) + 1}` };
}

/** What the participants of one document are read with. */
interface Reading {
  readonly maxRecipients: number;
  /** The identifiers of PID-3, in capitals. */
  readonly patient: ReadonlySet<string>;
}

function identifiersOf(patient: readonly InstanceIdentifier[]): Reading['patient'] {
  return new Set(patient.flatMap(({ extension }) => (extension ? [extension.toUpperCase()] : [])));
}

function readNamed(participants: readonly Hl7Segment[], reading: Reading): Named {
  const surplus = participants[MAX_PARTICIPANTS];
  if (surplus !== undefined) throw requestFault('REQ-011', locate(surplus));
  const [prt, another] = participants.filter(each => roleOf(each) === 'SB');
  if (another !== undefined) throw requestFault('REQ-011', locate(another), 'Plusieurs PRT SB.');
  const recipients = new Map<string, PlacedRecipient>();
  let replyTo: PlacedAddress | undefined;
  for (const participant of participants) {
    if (!ACTIONS.has(valueOf(participant, 2).toUpperCase())) {
      throw requestFault('REQ-009', locate(participant, 2));
    }
    const role = roleOf(participant);
    if (role === 'RCT') {
      for (const recipient of readRecipients(participant, reading)) {
        keep(recipients, recipient, reading.maxRecipients);
      }
    }
    if (role === 'REPLY') replyTo = sameReply(replyTo, readAddresses(participant));
  }
  return {
    sender: prt && { prt, sender: readRequestSender(prt) },
    recipients: [...recipients.values()],
    replyTo,
  };
}

function readRecipients(prt: Hl7Segment, { patient }: Reading): PlacedRecipient[] {
  const identifier = [valueOf(prt, 5), valueOf(prt, 8, 10), valueOf(prt, 10)].find(id => id !== '');
  const addresses = readAddresses(prt);
  const belongsToPatient = isPatient(prt, patient);
  return addresses.map(placed => ({
    ...placed,
    identifier,
    audience: audienceOf(placed.address, belongsToPatient),
  }));
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

/** Somebody whom one document alone is meant for would receive the other one too. */
function inAgreement(first: Named, second: Named): Named {
  return {
    sender: sameSender(first.sender, second.sender),
    recipients: sameRecipients(first.recipients, second.recipients),
    replyTo: sameReply(first.replyTo, second.replyTo === undefined ? [] : [second.replyTo]),
  };
}

function sameSender(first: Named['sender'], second: Named['sender']): Named['sender'] {
  if (first === undefined || second === undefined) return first ?? second;
  if (isDeepStrictEqual(first.sender, second.sender)) return first;
  throw requestFault('REQ-011', locate(second.prt), 'Les deux documents n’ont pas le même expéditeur.');
}

function sameRecipients(
  first: readonly PlacedRecipient[],
  second: readonly PlacedRecipient[],
): readonly PlacedRecipient[] {
  const [addressed] = second;
  if (addressed === undefined) return first;
  if (first.length === 0) return second;
  const known = new Set(first.map(identityOf));
  const other = second.find(recipient => !known.has(identityOf(recipient)));
  // Neither list has an address twice: none unknown and as many are the same.
  if (other === undefined && second.length === first.length) return first;
  const detail = 'Les deux documents n’ont pas les mêmes destinataires.';
  throw requestFault('REQ-011', (other ?? addressed).location, detail);
}

/** What makes a recipient the same in both documents. */
function identityOf({ address, identifier, audience }: RequestRecipient): string {
  return JSON.stringify([address.toLowerCase(), identifier, audience]);
}
