import type { CdaSample, SamplePatient } from '../../samples/kit/cda.ts';
import { patientRecipient, requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import { newSample } from '../kit/gateway.ts';
import { createPeople, type People } from './people.ts';

/** A request of a run, and all that must become of it. */
export interface TrafficRequest {
  /** MSH-10. */
  readonly controlId: string;
  readonly message: Buffer;
  /** Each mail that must leave because of it. */
  readonly mails: readonly (readonly Fate[])[];
  /** ACK_RECEPTION. */
  readonly acknowledged: boolean;
  /** ACK_LECTURE_MSS, and what is answered by each whom it reaches; undefined for no such wish. */
  readonly reading: Reading | undefined;
  /** Where answers go: by this each mail tells which request it is of. */
  readonly replyTo: string;
  /** Sent once more after it was answered: an application that lost the answer. */
  readonly repeated: boolean;
  /** MSH-10 of the request whose document it replaces or deletes. */
  readonly follows: string | undefined;
}

/** A recipient, and what becomes of a mail to it. */
export interface Fate {
  readonly address: string;
  /** Of table SMTPERRORCODE; undefined for a mail that arrives. */
  readonly code: string | undefined;
}

/** What the software of a recipient makes of a mail. */
export interface Reading {
  /** Of table applicationErrorCode; undefined for a document that it takes. */
  readonly code: string | undefined;
}

export interface OutgoingTraffic {
  /** Requests of one patient, each to be answered before the next is sent. */
  readonly sequences: readonly (readonly TrafficRequest[])[];
  /** Mailboxes that the lab has to be given. */
  readonly addresses: readonly string[];
}

interface OutgoingPlan {
  /** Requests in all; the last sequence may bring a few more. */
  readonly size: number;
  readonly random: () => number;
}

type Draft = Partial<Omit<RequestSample, 'patient' | 'recipients' | 'documents'>> & {
  readonly patient: SamplePatient;
  readonly documents: readonly CdaSample[];
  readonly fates: readonly Fate[];
  readonly toPatient?: boolean;
  readonly acknowledged?: boolean;
  readonly reading?: Reading;
  readonly repeated?: boolean;
};

const BALS = 200;
/** What is late takes twenty seconds to fail: none of those that come last is. */
const LATE_UNTIL = 0.6;

/**
 * Requests of a laboratory: ORU and MDM, documents that are a PDF and some that are rendered, one or two recipients,
 * patients among them; replacements and deletions of what was sent before; recipients that the operator refuses at once,
 * later, or after a delay. About one in three asks for no receipt of delivery; some ask for one of reading.
 */
export function makeOutgoing(plan: OutgoingPlan): OutgoingTraffic {
  const people = createPeople();
  const sequences: TrafficRequest[][] = [];
  for (let [turn, count] = [0, 0]; count < plan.size; turn++) {
    const kind = KINDS[turn % KINDS.length];
    const sequence = finish(kind?.(people, { ...plan, share: count / plan.size }) ?? [], count);
    sequences.push(sequence);
    count += sequence.length;
  }
  const addresses = sequences
    .flat()
    .flatMap(({ mails }) => mails.flat())
    .flatMap(({ address }) => (address.endsWith('@patient.mssante.fr') ? [address] : []));
  return { sequences, addresses: [...new Set(addresses)] };
}

function finish(drafts: readonly Draft[], before: number): TrafficRequest[] {
  const made: TrafficRequest[] = [];
  for (const draft of drafts) {
    made.push(requestOf(draft, before + made.length + 1, made.at(-1)?.controlId));
  }
  return made;
}

function requestOf(draft: Draft, number: number, follows: string | undefined): TrafficRequest {
  const { fates, toPatient = false, acknowledged = true, reading, repeated = false, ...sample } = draft;
  const controlId = `REQ${String(number).padStart(5, '0')}`;
  const replyTo = `${controlId.toLowerCase()}@labo-y.mssante.fr`;
  const own = patientRecipient(draft.patient);
  const message = requestMessage({
    ...sample,
    type: number % 2 === 0 ? 'ORU' : 'MDM',
    controlId,
    recipients: [...fates.map(({ address }) => ({ address })), ...(toPatient ? [own] : [])],
    wishes: {
      DESTMSSANTEPS: fates.length > 0 ? 'Y' : 'N',
      DESTMSSANTEPAT: toPatient ? 'Y' : 'N',
      ACK_RECEPTION: acknowledged ? 'Y' : 'N',
      ACK_LECTURE_MSS: reading === undefined ? 'N' : 'Y',
    },
    replyTo,
  });
  const toOwn = toPatient ? [arrives(own.address ?? '')] : [];
  const mails = [fates, toOwn].filter(({ length }) => length > 0);
  return { controlId, message, mails, acknowledged, reading, replyTo, repeated, follows };
}

type Plan = OutgoingPlan & {
  /** How much was drafted before, 0 to 1. */
  readonly share: number;
};

/** Each makes requests of one patient that belong together, in order. */
const KINDS: readonly ((people: People, plan: Plan) => Draft[])[] = [
  (people, plan) => [added(people, [bal(plan)], { reading: { code: undefined } })],
  (people, plan) => [added(people, twoBals(plan), { acknowledged: false })],
  versions,
  (people, plan) => [added(people, [bal(plan)], { toPatient: true })],
  people => [added(people, [fails('inconnu', '550')])],
  (people, plan) => [added(people, [bal(plan)], { repeated: true })],
  (people, plan) => [added(people, [fails('inconnu', '550'), bal(plan)])],
  (people, plan) => [added(people, [bal(plan)], { acknowledged: false, reading: { code: '902' } })],
  versions,
  people => [added(people, [fails('plein', '552')])],
  (people, plan) => [rendered(people, [bal(plan)])],
  people => [added(people, [fails('inconnu', '550')], { acknowledged: false })],
  people => [added(people, [], { toPatient: true, acknowledged: false })],
  (people, plan) => [added(people, [bal(plan), fails('parti', '550')], { reading: { code: undefined } })],
  (people, { share }) => [
    added(people, [share < LATE_UNTIL ? fails('lent1', '441') : fails('plein', '552')]),
  ],
  versions,
  (people, plan) => [added(people, [bal(plan), fails('plein', '552')], { acknowledged: false })],
  (people, plan) => [pair(people, [bal(plan)])],
];

function bal({ random }: Plan): Fate {
  return arrives(balNumber(Math.floor(random() * BALS)));
}

function twoBals({ random }: Plan): Fate[] {
  const first = Math.floor(random() * BALS);
  return [first, (first + 1) % BALS].map(number => arrives(balNumber(number)));
}

function balNumber(number: number): string {
  return `bal${number + 1}@chu-x.mssante.fr`;
}

function arrives(address: string): Fate {
  return { address, code: undefined };
}

function fails(name: string, code: string): Fate {
  return { address: `${name}@hopital-b.mssante.fr`, code };
}

/** A document that is a PDF. */
function added(people: People, fates: readonly Fate[], draft: Partial<Draft> = {}): Draft {
  const patient = people.newcomer();
  return { patient, documents: [newSample({ patient, level: 1 })], fates, ...draft };
}

/** A structured one, of which the PDF has to be made. */
function rendered(people: People, fates: readonly Fate[]): Draft {
  const patient = people.newcomer();
  return { patient, documents: [newSample({ patient, level: 3 })], fates };
}

/** Both in one request. */
function pair(people: People, fates: readonly Fate[]): Draft {
  const patient = people.newcomer();
  const documents = [newSample({ patient, level: 1 }), newSample({ patient, level: 3 })];
  return { patient, documents, fates };
}

/** A document, the version that replaces it, and its deletion. */
function versions(people: People, plan: Plan): Draft[] {
  const fates = [bal(plan)];
  const first = added(people, fates);
  const [original] = first.documents;
  if (original === undefined) throw new Error('unreachable');
  const { patient } = first;
  const next = newSample({ patient, level: 1, version: 2, setId: original.setId, replaces: original.id });
  return [
    first,
    { patient, documents: [next], fates, action: 'replace' },
    { patient, documents: [next], fates, action: 'delete', acknowledged: false },
  ];
}
