import type { Hl7Segment } from './message.ts';
import {
  isWord,
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  valueOf,
} from './request-fields.ts';
import { misplaced, type Observation } from './request-structure.ts';
import type { Audience, RequestWishes } from './request-types.ts';

type Wish = keyof RequestWishes;

/** Table MetaDMP/MSS, and the names that version 2.0 and the official examples of 2.1 have for the same things. */
const WISHES: ReadonlyMap<string, Wish> = new Map([
  ['MASQUE_PS', 'masquePs'],
  ['INVISIBLE_PATIENT', 'invisiblePatient'],
  ['INVISIBLE_REP_LEGAUX', 'invisibleRepLegaux'],
  ['INVISIBLE_REPRESENTANTS_LEGAUX', 'invisibleRepLegaux'],
  ['CONNEXION_SECRETE', 'connexionSecrete'],
  ['MODIF_CONF_CODE', 'modifConfCode'],
  ['MODIF_CONFIDENTIALITYCODE', 'modifConfCode'],
  ['DESTDMP', 'dmp'],
  ['DESTMSSANTEPS', 'mailProfessionals'],
  ['DESTMSSANTEPAT', 'mailPatient'],
  ['ACK_RECEPTION', 'ackReception'],
  ['ACK_LECTURE_MSS', 'ackReading'],
  ['ACK_LECTURE', 'ackReading'],
]);

const TEXTS: ReadonlyMap<string, Audience> = new Map([
  ['CORPSMAIL_PS', 'professionals'],
  ['CORPSMAIL_PATIENT', 'patient'],
]);

/** What version 2.0 may leave out: no restriction depends on it. */
const OPTIONAL_IN_2_0: ReadonlySet<Wish> = new Set<Wish>([
  'connexionSecrete',
  'modifConfCode',
  'ackReception',
  'ackReading',
]);

/** The OBX of a request by what they hold. */
export interface SortedObservations {
  /** Those that carry a document, at least one. */
  readonly documents: readonly [Observation, ...Observation[]];
  readonly wishes: ReadonlyMap<Wish, Observation>;
  /** The first of each CORPSMAIL. */
  readonly texts: ReadonlyMap<Audience, Hl7Segment>;
  /** How many OBX there are. */
  readonly count: number;
}

/**
 * Tells documents, metadata and mail texts apart, by the code in OBX-3; whatever other OBX there are is the sender's
 * own affair, unless it says to be of MetaDMP/MSS: an unknown restriction is not passed over.
 *
 * @throws GatewayError REQ-007 without a document, or for a participant under another OBX; REQ-009 for a code that
 *   MetaDMP/MSS does not have; REQ-011 for metadata given twice with different values
 */
export function sortObservations(observations: readonly Observation[]): SortedObservations {
  const documents: Observation[] = [];
  const wishes = new Map<Wish, Observation>();
  const texts = new Map<Audience, Hl7Segment>();
  for (const observation of observations) {
    const { obx, participants } = observation;
    const code = spelling(valueOf(obx, 3));
    const wish = WISHES.get(code);
    const audience = TEXTS.get(code);
    const isDocument = wish === undefined && audience === undefined && valueOf(obx, 2).toUpperCase() === 'ED';
    if (isDocument) documents.push(observation);
    else if (participants[0] !== undefined) throw misplaced(participants[0]);
    else if (wish !== undefined) keepWish(wishes, wish, observation);
    else if (audience !== undefined) texts.set(audience, texts.get(audience) ?? obx);
    else if (spelling(valueOf(obx, 3, 3)) === 'METADMPMSS') throw requestFault('REQ-009', locate(obx, 3));
  }
  const [first, ...others] = documents;
  if (first === undefined) throw requestFault('REQ-007', 'OBX^1', 'OBX du document (OBX-2 ED).');
  return { documents: [first, ...others], wishes, texts, count: observations.length };
}

/** Whether a segment is an OBX that holds the text of a mail. @throws GatewayError REQ-010 for an endless code */
export function isMailText(segment: Hl7Segment): boolean {
  return segment.name === 'OBX' && TEXTS.has(spelling(valueOf(segment, 3)));
}

/** A code in one form: capitals, no blank beside or in place of `_` (quirk H3). */
function spelling(code: string): string {
  return code.toUpperCase().replaceAll(/[\s_]+/g, '_');
}

function keepWish(wishes: Map<Wish, Observation>, wish: Wish, observation: Observation): void {
  const known = wishes.get(wish);
  if (known !== undefined && answerOf(known.obx) !== answerOf(observation.obx)) {
    throw requestFault('REQ-011', locate(observation.obx, 5));
  }
  wishes.set(wish, known ?? observation);
}

/**
 * The ten metadata, each Y or N.
 *
 * @throws GatewayError REQ-007 for one that is missing, REQ-008 and REQ-009 for one that says neither Y nor N, REQ-011
 *   for one that says several things
 */
export function readWishes({ wishes, count }: SortedObservations, version: ProfileVersion): RequestWishes {
  function read(wish: Wish): boolean {
    const obx = wishes.get(wish)?.obx;
    if (obx !== undefined) return answerOf(obx);
    if (version === '2.0' && OPTIONAL_IN_2_0.has(wish)) return false;
    const [code] = [...WISHES].find(([, known]) => known === wish) ?? [];
    throw requestFault('REQ-007', `OBX^${count + 1}`, `OBX de ${code}.`);
  }
  return {
    masquePs: read('masquePs'),
    invisiblePatient: read('invisiblePatient'),
    invisibleRepLegaux: read('invisibleRepLegaux'),
    connexionSecrete: read('connexionSecrete'),
    modifConfCode: read('modifConfCode'),
    dmp: read('dmp'),
    mailProfessionals: read('mailProfessionals'),
    mailPatient: read('mailPatient'),
    ackReception: read('ackReception'),
    ackReading: read('ackReading'),
  };
}

/** Table 0136. */
function answerOf(obx: Hl7Segment): boolean {
  if (obx.repetitions(5) > 1) throw requestFault('REQ-011', locate(obx, 5));
  const answer = valueOf(obx, 5).toUpperCase();
  if (answer === '') throw missingField(obx, 5);
  if (answer !== 'Y' && answer !== 'N') throw requestFault('REQ-009', locate(obx, 5));
  return answer === 'Y';
}

/**
 * Whether the patient may answer: not where `FIN` stands under DESTMSSANTEPAT, in NTE-4 as the profile has it, or in
 * the comment itself.
 */
export function patientMayAnswer({ wishes }: SortedObservations): boolean {
  const notes = wishes.get('mailPatient')?.notes ?? [];
  return !notes.some(nte => [4, 3].some(field => isWord(nte, field, 1, 'FIN')));
}
