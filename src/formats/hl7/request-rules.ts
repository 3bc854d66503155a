import type { GatewayError } from '../../errors/gateway-error.ts';
import { restrictionsOf } from '../terminology/restrictions.ts';
import type { Hl7Segment } from './message.ts';
import { isAddressOf, isPatientAddress, isTrusted } from './request-address.ts';
import type { PlacedDocument } from './request-document.ts';
import { locate, type ProfileVersion, type RequestCode, requestFault } from './request-fields.ts';
import type { PlacedRecipient, RequestParticipants } from './request-participants.ts';
import { assertIdentified } from './request-sender.ts';
import type { DocumentRequest, RequestRules, RequestWishes } from './request-types.ts';
import type { SortedObservations } from './request-wishes.ts';

/** What is wished, and what says so. */
export interface WishContext {
  /** By the metadata alone. */
  readonly asked: RequestWishes;
  readonly sorted: SortedObservations;
  readonly documents: readonly PlacedDocument[];
}

/**
 * What is wished in fact: a document that hides itself (confidentialityCode of its header) is hidden, whatever the
 * metadata say of it, and so is the one that leaves beside it.
 */
export function wishesOf({ asked, documents }: WishContext): RequestWishes {
  const own = documents.map(ownRestrictions);
  const hides = (wish: Hiding) => asked[wish] || own.some(restrictions => restrictions[wish]);
  return {
    ...asked,
    masquePs: hides('masquePs'),
    invisiblePatient: hides('invisiblePatient'),
    invisibleRepLegaux: hides('invisibleRepLegaux'),
  };
}

type Hiding = 'masquePs' | 'invisiblePatient' | 'invisibleRepLegaux';

function ownRestrictions({ header }: PlacedDocument): Readonly<Record<Hiding, boolean>> {
  return restrictionsOf(header.confidentiality.map(({ code }) => code));
}

/**
 * The sending rules: something is asked for, and nothing goes where the document is hidden (ANS, Transmission de
 * documents CDA en HL7v2 v2.1, “Règles de gestion pour les échanges MSSanté”, as it is meant or to the letter).
 *
 * @param wishes see {@link wishesOf}
 * @throws GatewayError REQ-019 … REQ-022
 */
export function assertWishes(
  wishes: RequestWishes,
  context: WishContext,
  matrix: RequestRules['matrix'],
): void {
  const { dmp, mailProfessionals, mailPatient, masquePs, invisiblePatient } = wishes;
  if (!dmp && !mailProfessionals && !mailPatient) throw requestFault('REQ-019', placeOf('dmp', context));
  if (mailProfessionals && masquePs) throw hidden('REQ-020', 'masquePs', context);
  if (mailPatient && invisiblePatient) throw hidden('REQ-021', 'invisiblePatient', context);
  const mails = mailProfessionals || mailPatient;
  if (matrix === 'literal' && mails && !LITERAL_ROWS.some(row => fits(wishes, row))) {
    throw requestFault('REQ-022', placeOf(mailProfessionals ? 'mailProfessionals' : 'mailPatient', context));
  }
}

function placeOf(wish: keyof RequestWishes, { sorted }: WishContext): string {
  const obx = sorted.wishes.get(wish)?.obx;
  return obx === undefined ? 'OBX^1' : locate(obx, 5);
}

/** At the metadata that hides the document, else at the document that hides itself. */
function hidden(code: RequestCode, wish: Hiding, context: WishContext): GatewayError {
  const itself = context.documents.find(document => ownRestrictions(document)[wish]);
  if (context.asked[wish] || itself === undefined) return requestFault(code, placeOf(wish, context));
  const detail = 'C’est l’en-tête du document qui le dit (confidentialityCode).';
  return requestFault(code, locate(itself.obx, 5, 5), detail);
}

/** The published matrix: what each of its three rows fixes. It speaks of mails, not of the DMP alone. */
const LITERAL_ROWS: readonly Partial<RequestWishes>[] = [
  {
    masquePs: false,
    invisiblePatient: false,
    invisibleRepLegaux: false,
    mailProfessionals: true,
    mailPatient: true,
  },
  {
    masquePs: false,
    invisiblePatient: true,
    invisibleRepLegaux: false,
    mailProfessionals: true,
    mailPatient: false,
  },
  {
    invisiblePatient: false,
    connexionSecrete: false,
    dmp: false,
    mailProfessionals: false,
    mailPatient: true,
  },
];

function fits(wishes: RequestWishes, row: Partial<RequestWishes>): boolean {
  return Object.entries(row).every(([wish, value]) => wishes[wish as keyof RequestWishes] === value);
}

/** What decides who is written to. */
export interface Addressing {
  readonly pid: Hl7Segment;
  readonly participants: RequestParticipants;
  readonly wishes: RequestWishes;
  readonly rules: RequestRules;
  /** Of a qualified INS; undefined where the patient must not be written to. */
  readonly matricule: string | undefined;
  readonly version: ProfileVersion;
}

/**
 * Whom the mails go to: the recipients of the audiences that are asked for, each within the trusted domains, and of
 * patients none but the one whom the document is about. The others are counted and not written to.
 *
 * @throws GatewayError REQ-031 for a deposit in the DMP without a sender, REQ-008 for one that says too little of it;
 *   REQ-023 without a recipient, REQ-025, REQ-026 (also for answers that would go to a patient)
 */
export function chooseRecipients(
  addressing: Addressing,
): Pick<DocumentRequest, 'recipients' | 'passedOver' | 'replyTo'> {
  const { participants, wishes, rules, version } = addressing;
  const { sender, replyTo } = participants;
  if (wishes.dmp && sender === undefined) throw requestFault('REQ-031', participants.end);
  if (wishes.dmp && sender !== undefined) assertIdentified(sender.prt, sender.sender, version);
  const professionals = ofAudience(addressing, 'professionals');
  const patients = ofAudience(addressing, 'patient');
  assertPatient(addressing, patients);
  if (replyTo !== undefined && isPatientAddress(replyTo.address)) {
    const detail = 'L’adresse de réponse ne peut pas être celle d’un patient.';
    throw requestFault('REQ-026', replyTo.location, detail);
  }
  const chosen = participants.recipients.filter(
    each => professionals.includes(each) || patients.includes(each),
  );
  const written = replyTo === undefined || chosen.length === 0 ? chosen : [...chosen, replyTo];
  const stranger = written.find(({ address }) => !isTrusted(address, rules.domains));
  if (stranger !== undefined) throw requestFault('REQ-025', stranger.location);
  return {
    recipients: chosen.map(({ address, identifier, audience }) => ({ address, identifier, audience })),
    passedOver: participants.recipients.length - chosen.length,
    replyTo: replyTo?.address,
  };
}

/** @throws GatewayError REQ-023 where an audience is asked for and has no recipient */
function ofAudience(
  { participants, wishes }: Addressing,
  audience: PlacedRecipient['audience'],
): readonly PlacedRecipient[] {
  if (!(audience === 'patient' ? wishes.mailPatient : wishes.mailProfessionals)) return [];
  const found = participants.recipients.filter(recipient => recipient.audience === audience);
  if (found.length === 0) {
    const who = audience === 'patient' ? 'Le patient est demandé.' : 'Un professionnel est demandé.';
    throw requestFault('REQ-023', participants.end, who);
  }
  return found;
}

function assertPatient({ pid, matricule }: Addressing, patients: readonly PlacedRecipient[]): void {
  if (patients.length === 0) return;
  if (matricule === undefined) {
    const needed = 'Il faut PID-32 VALI, et l’INS de PID-3 avec tous ses traits dans le document.';
    throw requestFault('REQ-026', locate(pid, 32), needed);
  }
  const other = patients.find(({ address }) => !isAddressOf(matricule, address));
  if (other !== undefined) throw requestFault('REQ-026', other.location);
}
