import { laboratoryMail, type LaboratoryMail } from '../../samples/actors.ts';
import type { ArchiveDocument } from '../../samples/kit/archive.ts';
import { cdaSample, type CdaSample, type SamplePatient } from '../../samples/kit/cda.ts';
import { documentMail } from '../../samples/kit/mail.ts';
import { samplePdf } from '../../samples/kit/pdf.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { withTrace } from '../../src/sandbox/operator.ts';
import { createPeople, type People } from './people.ts';

export const SENDER = 'sgl@labo-y.mssante.fr';
export const ERRORS = 'erreurs@chu-x.mssante.fr';

/** A mail of a run, and all that must become of it. */
export interface TrafficMail {
  readonly messageId: string;
  /** The address that it is sent to. */
  readonly mailbox: string;
  /** As it lies in the inbox, with the headers of final delivery. */
  readonly raw: Buffer;
  /** The same bytes once more: a relay that repeats itself. */
  readonly isCopy: boolean;
  readonly documents: readonly TrafficDocument[];
  /** The one mail that answers it. */
  readonly told: { readonly kind: 'mdn' | 'error-mail'; readonly code: string | undefined } | undefined;
  readonly folder: 'Traites' | 'Erreurs' | 'Autres';
  /** Waits for a person, and why. */
  readonly held: ErrorCode | undefined;
}

export interface TrafficDocument {
  /** Event and unique id, `T02 1.2.3^D1`: what the DPI gets once. */
  readonly key: string;
  /** AA, or the code of ERR-5. */
  readonly answer: string;
  /** Documents of one order leave in the order of their mails. */
  readonly order: string;
}

export interface Traffic {
  /** In the order of their arrival in each mailbox. */
  readonly mails: readonly TrafficMail[];
  /** Whom the DPI knows. */
  readonly patients: readonly SamplePatient[];
}

interface TrafficPlan {
  readonly mailboxes: readonly string[];
  /** Mails in all, copies included; the last sequence may bring a few more. */
  readonly size: number;
  readonly random: () => number;
  /** Of the large ones, bytes of PDF. */
  readonly large: number;
}

type Draft = Omit<TrafficMail, 'mailbox' | 'raw' | 'messageId' | 'isCopy'> & {
  readonly mail: Partial<LaboratoryMail>;
  readonly repeated?: boolean;
};

const ROOT = '1.2.250.1.999.1.1';
const ORPHAN = 'XDM-016';

/**
 * Mails of a laboratory on a bad day. Most are versions of documents that are added, replaced and deleted in the end;
 * among them single documents with and without a request for an MDN, large ones, one sent twice; unknown patients,
 * others without INS or with other traits; archives cut short, replacements that name no parent; no document at all.
 */
export async function makeTraffic(plan: TrafficPlan): Promise<Traffic> {
  const people = createPeople();
  const left = sequences(people, plan);
  const mails: TrafficMail[] = [];
  while (left.length > 0) {
    // Sequences meet each other in the mailbox; each keeps its own order.
    const at = Math.floor(plan.random() * Math.min(left.length, 12));
    const sequence = left[at];
    const step = sequence?.steps.shift();
    if (sequence === undefined || step === undefined) {
      left.splice(at, 1);
    } else if (step === 'again') {
      mails.push(...sequence.mails.slice(-1).map(mail => ({ ...mail, isCopy: true })));
    } else {
      const mail = await finish(step, sequence.mailbox, mails.length + 1);
      sequence.mails.push(mail);
      mails.push(mail);
    }
  }
  return { mails, patients: people.known() };
}

/** Mails of one mailbox that keep their order, drafted; `again` repeats the one before. */
interface Sequence {
  readonly mailbox: string;
  readonly steps: (Draft | 'again')[];
  /** Those already made. */
  readonly mails: TrafficMail[];
}

function sequences(people: People, plan: TrafficPlan): Sequence[] {
  const { mailboxes, size, random } = plan;
  const made: Sequence[] = [];
  for (let [turn, count] = [0, 0]; count < size; turn++) {
    const mailbox = mailboxes[Math.floor(random() * mailboxes.length)] ?? '';
    const drafts = KINDS[turn % KINDS.length]?.(people, plan) ?? [];
    const steps = drafts.flatMap((draft): Sequence['steps'] =>
      draft.repeated === true ? [draft, 'again'] : [draft],
    );
    made.push({ mailbox, steps, mails: [] });
    count += steps.length;
  }
  return made;
}

async function finish(draft: Draft, mailbox: string, number: number): Promise<TrafficMail> {
  const { mail, repeated: _, ...expected } = draft;
  const messageId = `<m${String(number).padStart(4, '0')}@labo-y.mssante.fr>`;
  const common = { from: `"Laboratoire Y" <${SENDER}>`, to: mailbox, messageId };
  const raw =
    mail.documents === undefined
      ? documentMail({ ...common, returnPath: '', subject: 'Horaires', text: 'Bonjour,\n\nFermé lundi.\n' })
      : await laboratoryMail({ number, documents: mail.documents, ...mail, ...common });
  return { ...expected, messageId, mailbox, raw: withTrace(raw, SENDER, mailbox), isCopy: false };
}

/** Each makes mails that belong together, in order. */
const KINDS: readonly ((people: People, plan: TrafficPlan) => Draft[])[] = [
  chain,
  people => [added(people.met(), {}, { repeated: true })],
  chain,
  people => [refused(people.stranger(), '902', true)],
  chain,
  people => [added(people.met(), {}, { asks: false })],
  people => [refused(people.stranger(), '902', false)],
  chain,
  people => [refused(people.unqualified(), '903', true)],
  people => [refused(people.mistaken(), '904', true)],
  (people, { large, random }) => [added(people.met(), { level: 1, pdf: scan(large, random) })],
  () => [other()],
  chain,
  people => [pair(people.newcomer())],
  people => [broken(people.newcomer())],
  people => [orphan(people.newcomer())],
];

/** A document, two versions that replace it, and the deletion of the last. */
function chain(people: People): Draft[] {
  const patient = people.newcomer();
  const first = sampleOf(patient, 1);
  const second = { ...sampleOf(patient, 2), setId: first.setId, replaces: first.id };
  const third = { ...sampleOf(patient, 3), setId: first.setId, replaces: second.id };
  return [
    integrated([{ sample: first }], 'T02'),
    integrated([{ sample: second, action: 'C' }], 'T10'),
    integrated([{ sample: third, action: 'C' }], 'T10'),
    integrated([{ sample: third, action: 'D' }], 'T04'),
  ];
}

function added(
  patient: SamplePatient,
  sample: Partial<CdaSample>,
  { asks = true, repeated = false }: { readonly asks?: boolean; readonly repeated?: boolean } = {},
): Draft {
  return { ...integrated([{ sample: { ...sampleOf(patient, 1), ...sample } }], 'T02', asks), repeated };
}

function integrated(documents: readonly ArchiveDocument[], event: string, asks = true): Draft {
  return {
    mail: { documents, ...(asks && { dnt: SENDER }) },
    documents: documents.map(document => expected(document, event, 'AA')),
    told: asks ? { kind: 'mdn', code: undefined } : undefined,
    folder: 'Traites',
    held: undefined,
  };
}

function refused(patient: SamplePatient, answer: string, asks: boolean): Draft {
  const documents = [{ sample: sampleOf(patient, 1) }];
  return {
    mail: { documents, ...(asks && { dnt: SENDER }) },
    documents: documents.map(document => expected(document, 'T02', answer)),
    told: { kind: asks ? 'mdn' : 'error-mail', code: answer },
    folder: 'Erreurs',
    held: undefined,
  };
}

/** One document is taken; the other replaces a version that nobody has. */
function pair(patient: SamplePatient): Draft {
  const fine = { sample: sampleOf(patient, 1) };
  const stray = {
    sample: { ...sampleOf(patient, 2), replaces: { root: ROOT, extension: 'INCONNU' } },
    action: 'C',
  };
  return {
    ...refused(patient, '900', true),
    mail: { documents: [fine, stray], dnt: SENDER },
    documents: [expected(fine, 'T02', 'AA'), expected(stray, 'T10', '900')],
  };
}

function broken(patient: SamplePatient): Draft {
  return {
    ...refused(patient, '906', true),
    mail: {
      documents: [{ sample: sampleOf(patient, 1) }],
      archive: Buffer.from('PK\u0003\u0004coupé'),
      dnt: SENDER,
    },
    documents: [],
  };
}

function orphan(patient: SamplePatient): Draft {
  const documents = [{ sample: sampleOf(patient, 2), action: 'C' }];
  return {
    mail: { documents, dnt: SENDER },
    documents: [],
    told: undefined,
    folder: 'Erreurs',
    held: ORPHAN,
  };
}

/** A PDF as a scanner makes it: nothing in it can be compressed. */
function scan(size: number, random: () => number): Buffer {
  const noise = Uint8Array.from({ length: size }, () => random() * 256);
  return Buffer.concat([samplePdf(['Compte rendu']), noise]);
}

function other(): Draft {
  return { mail: {}, documents: [], told: undefined, folder: 'Autres', held: undefined };
}

function expected({ sample }: ArchiveDocument, event: string, answer: string): TrafficDocument {
  const { root, extension } = sample.id;
  return {
    key: `${event} ${root}^${extension ?? ''}`,
    answer,
    order: sample.patient.identifiers[0]?.extension ?? '',
  };
}

let documents = 0;

/** A document like no other. */
function sampleOf(patient: SamplePatient, version: number): CdaSample {
  documents += 1;
  return cdaSample({
    id: { root: ROOT, extension: `D${documents}` },
    setId: { root: ROOT, extension: `S${documents}` },
    version,
    patient,
  });
}
