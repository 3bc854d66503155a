import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/basics/clock.ts';
import type { IdSource } from '../../src/basics/ids.ts';
import type { Engine } from '../../src/journal/engine.ts';
import type {
  Delivery,
  ExchangeView,
  Journal,
  NewDelivery,
  NewDocument,
  RecordedMail,
} from '../../src/journal/journal.ts';
import { owe } from '../../src/journal/owing.ts';
import { bytesOf, packAll, putPayloads } from '../../src/journal/payload-rows.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Milliseconds. */
  advance(ms: number): void;
  at(): number;
}

export function manualClock(start: number = Date.UTC(2026, 10, 20, 8)): ManualClock {
  let at = start;
  return {
    now: () => new Date(at),
    at: () => at,
    advance: ms => {
      at += ms;
    },
  };
}

/** Ids in order, the same at every run. */
export function countingIds(): IdSource {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-7000-8000-${count.toString(16).padStart(12, '0')}`;
  };
}

/** A database that lives as long as a test: an engine on it, as often as asked. */
export interface Store {
  readonly open: () => Engine;
  /** Removes the database; whoever opened it has closed it. */
  readonly remove: () => void;
}

export interface SqliteStore extends Store {
  readonly folder: string;
  readonly path: string;
}

export function sqliteStore(): SqliteStore {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-journal-'));
  const path = join(folder, 'journal.db');
  return {
    folder,
    path,
    open: () => openSqlite({ path, exclusive: false }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface JournalBed {
  readonly journal: Journal;
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly newId: IdSource;
}

export async function openBed(
  store: Store,
  {
    clock = manualClock(),
    newId = countingIds(),
    sealKey,
  }: Partial<JournalBed> & { sealKey?: Uint8Array } = {},
): Promise<JournalBed> {
  const engine = store.open();
  const journal = await createJournal({ engine, clock, newId, sealKey });
  return { journal, engine, clock, newId };
}

/** A document and how its delivery starts; a document waits in the lane of its patient, its own without one. */
export interface DocumentSpec extends Partial<NewDocument> {
  readonly patient?: string;
  readonly target?: string;
  readonly start?: NewDelivery['start'];
  /** A message of one line where nothing else is said; null for none. */
  readonly payload?: Uint8Array | null;
}

export interface MailSpec extends Partial<Omit<RecordedMail, 'exchangeId' | 'documents'>> {
  readonly mailbox?: string;
  readonly application?: string;
  readonly uid?: number;
  readonly documents?: readonly DocumentSpec[];
}

export interface Brought {
  readonly exchangeId: string;
  readonly messageId: string;
  /** Of the documents' deliveries, in the order of the mail. */
  readonly ids: readonly string[];
  /** The first of them. */
  readonly id: string;
}

const MESSAGE = Buffer.from('MSH|^~\\&|PFI');
let uids = 0;

/** A mail that was never seen. */
export async function seeMail(
  { journal }: Pick<JournalBed, 'journal'>,
  { mailbox = 'urologie', application = 'dpi', uid = ++uids }: MailSpec = {},
): Promise<string> {
  const place = { folder: 'INBOX', uidValidity: 1, uid };
  return (await journal.see({ mailbox, application, place })).exchangeId;
}

/** A mail seen, read and recorded. */
export async function bringMail(
  bed: Pick<JournalBed, 'journal' | 'newId'>,
  spec: MailSpec = {},
): Promise<Brought> {
  const exchangeId = await seeMail(bed, spec);
  const recorded = recordOf(bed, exchangeId, spec);
  await bed.journal.record(recorded);
  const ids = recorded.documents.map(({ delivery }) => delivery.id);
  return { exchangeId, messageId: recorded.messageId ?? '', ids, id: ids[0] ?? '' };
}

export function recordOf(
  { newId }: Pick<JournalBed, 'newId'>,
  exchangeId: string,
  { mailbox: _mailbox, application = 'dpi', uid: _uid, documents = [{}], ...rest }: MailSpec = {},
): RecordedMail {
  return {
    exchangeId,
    nature: 'document',
    state: 'open',
    messageId: `<${newId()}@labo.example>`,
    digest: newId(),
    sender: 'resultats@labo.example',
    fault: undefined,
    documents: documents.map(document => planned(newId, application, document)),
    deliveries: [],
    payloads: [],
    events: [],
    ...rest,
  };
}

function planned(
  newId: IdSource,
  application: string,
  spec: DocumentSpec,
): RecordedMail['documents'][number] {
  const { patient, target = application, start = { state: 'waiting' }, payload = MESSAGE, ...about } = spec;
  const id = newId();
  const document: NewDocument = {
    id,
    uniqueId: `1.2.250.1.999.1^${id}`,
    setId: undefined,
    version: '1',
    parentIds: [],
    sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    action: 'add',
    typeCode: '11502-2',
    typeLabel: 'CR d’examens biologiques',
    confidentiality: ['N'],
    patientKey: patient,
    ...about,
  };
  const deliveryId = newId();
  const delivery: NewDelivery = {
    id: deliveryId,
    kind: 'mdm',
    target,
    subject: id,
    lane: `${target}|${patient ?? id}`,
    identifiers: { controlId: deliveryId.replaceAll('-', '').slice(-20) },
    start,
    payload: payload ?? undefined,
  };
  return { document, delivery };
}

/** Adds what a mail owes, as whatever gives rise to it does: `seenAgain`, `hold`, `conclude`. */
export async function addDelivery(bed: JournalBed, exchangeId: string, delivery: NewDelivery): Promise<void> {
  const { engine, clock } = bed;
  const { mailbox } = (await viewOf(bed, exchangeId)).exchange;
  const packed = await packAll({ sealKey: undefined }, exchangeId, bytesOf([delivery]));
  await engine.write(async statements => {
    await owe(statements, { exchangeId, mailbox }, delivery, clock.at());
    await putPayloads(statements, exchangeId, packed);
  });
}

/** The filing of a mail, or another delivery that belongs to the mail as a whole. */
export function owed(
  { newId }: Pick<JournalBed, 'newId'>,
  exchangeId: string,
  delivery: Partial<NewDelivery> = {},
): NewDelivery {
  const target = delivery.target ?? 'imap:urologie';
  return {
    id: newId(),
    kind: 'file',
    target,
    subject: 'done',
    lane: `${target}|${exchangeId}`,
    identifiers: { role: 'done' },
    start: { state: 'waiting' },
    ...delivery,
  };
}

/** The notification of a mail. */
export function mdn(
  bed: Pick<JournalBed, 'newId'>,
  exchangeId: string,
  delivery: Partial<NewDelivery> = {},
): NewDelivery {
  const id = bed.newId();
  return owed(bed, exchangeId, {
    id,
    kind: 'mdn',
    target: 'smtp:urologie',
    subject: '',
    identifiers: { messageId: `<${id}@chu-x.example>`, from: '', to: 'resultats@labo.example' },
    payload: Buffer.from('Subject: MDN'),
    ...delivery,
  });
}

export async function viewOf(
  { journal }: Pick<JournalBed, 'journal'>,
  exchangeId: string,
): Promise<ExchangeView> {
  const view = await journal.exchange(exchangeId);
  if (view === undefined) throw new Error(`no exchange ${exchangeId}`);
  return view;
}

export async function deliveryOf(
  bed: Pick<JournalBed, 'journal'>,
  { exchangeId }: Pick<Brought, 'exchangeId'>,
  deliveryId: string,
): Promise<Delivery> {
  const { deliveries } = await viewOf(bed, exchangeId);
  const found = deliveries.find(({ id }) => id === deliveryId);
  if (found === undefined) throw new Error(`no delivery ${deliveryId}`);
  return found;
}

/** Claims, in order, and says which. */
export async function claimIds(
  { journal }: Pick<JournalBed, 'journal'>,
  target = 'dpi',
  limit = 10,
): Promise<string[]> {
  return (await journal.claim(target, limit)).map(({ id }) => id);
}

/** Has a delivery claimed, sent and accepted. */
export async function deliver({ journal }: Pick<JournalBed, 'journal'>, deliveryId: string): Promise<void> {
  await journal.sending(deliveryId);
  await journal.end(deliveryId, { outcome: 'accepted' });
}
