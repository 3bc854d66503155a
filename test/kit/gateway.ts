import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import libmime from 'libmime';
import { type ParsedMail, simpleParser } from 'mailparser';
import {
  BAL,
  ERROR_MAILBOX,
  KNOWN_PATIENTS,
  LABORATORY,
  laboratoryMail,
  type LaboratoryMail,
  SECRETARY,
} from '../../samples/actors.ts';
import type { ArchiveDocument } from '../../samples/kit/archive.ts';
import { type CdaSample, cdaSample } from '../../samples/kit/cda.ts';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SteerContext } from '../../src/flows/steer.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { Delivery, ExchangeView, FolderRole } from '../../src/journal/journal.ts';
import { type Dpi, type DpiOptions, type ReceivedMessage, startDpi } from '../../src/sandbox/dpi.ts';
import { type AcceptedMail, type Operator, startOperator } from '../../src/sandbox/operator.ts';
import { collectedLog, type LogLine } from './collected-log.ts';
import { waitFor } from './wait.ts';

export const PASSWORD = 'secret';
/** A second mailbox of the same hospital. */
export const OTHER_BAL = 'dpi.cardiologie@chu-x.mssante.fr';

const FOLDERS = { inbox: 'INBOX', done: 'Traites', failed: 'Erreurs', other: 'Autres' } as const;

/** Settings as the configuration file writes them; they replace those of the same name. */
type Settings = Readonly<Record<string, unknown>>;

export interface WorldMailbox {
  readonly name: string;
  readonly address: string;
  /** Of another operator than the world's own. */
  readonly operator?: Operator;
  readonly settings?: Settings;
  /** Of its two accounts; the others stay as they are. */
  readonly imap?: Settings;
  readonly smtp?: Settings;
}

export interface WorldOptions {
  /** Default: one, `urologie`, at {@link BAL}. */
  readonly mailboxes?: readonly WorldMailbox[];
  /** Of every mailbox. */
  readonly mailbox?: Settings;
  /** Of the application `dpi`. */
  readonly application?: Settings;
  /** Of the configuration's first level. */
  readonly settings?: Settings;
  readonly dpi?: Partial<DpiOptions>;
}

/** How a mail ended, as its peers and the journal tell it: what tables of cases compare. */
export interface Ended {
  /** MDM and answers: `T02 AA`, `T02 902`. */
  readonly messages: readonly string[];
  /** The exchange's outcome, or `worklist`, or `filed` for what is no document. */
  readonly outcome: string;
  /** Of the gateway's own fault. */
  readonly code: string | undefined;
  /** `mdn 906 resultats@…`, one for each mail that answers this one. */
  readonly told: readonly string[];
  readonly folder: FolderRole | 'inbox' | undefined;
}

/** A mail of {@link newMail} whose document the DPI took. */
export const INTEGRATED: Ended = {
  messages: ['T02 AA'],
  outcome: 'accepted',
  code: undefined,
  told: [`mdn ok ${LABORATORY}`],
  folder: 'done',
};

/** A gateway between an operator and a DPI, all in this process, on real protocols. */
export interface World {
  readonly operator: Operator;
  readonly dpi: Dpi;
  /** The folder of the configuration, the certificate and the journal. */
  readonly folder: string;
  /** Running now; another one after `restart`. */
  gateway(): Gateway;
  /** Every line logged so far, at level trace. */
  log(): readonly LogLine[];
  /** The same, as written. */
  logText(): string;
  /** A mail from outside; `from` is the envelope's, the laboratory by default. */
  deliver(raw: Uint8Array, envelope?: { readonly from?: string; readonly to?: readonly string[] }): void;
  /** The exchange of a mail, as it stands; undefined where there is none. */
  view(mail: Uint8Array | string, mailbox?: string): Promise<ExchangeView | undefined>;
  /** Waits until the mail has ended, or everything left of it waits for a person. */
  settled(mail: Uint8Array | string, mailbox?: string): Promise<ExchangeView>;
  /** Delivers a mail and waits until it is settled. */
  bring(raw: Uint8Array, envelope?: { readonly from?: string; readonly to?: string }): Promise<ExchangeView>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** The messages that the DPI took because of an exchange. */
  messages(view: ExchangeView): ReceivedMessage[];
  /** The mails that answer a mail, as the operator took them. */
  answers(messageId: string | undefined): AcceptedMail[];
  /** Where the copies of a mail lie. */
  places(messageId: string | undefined, mailbox?: string): (FolderRole | 'inbox')[];
  ended(view: ExchangeView): Ended;
  /** For `src/flows/steer.ts`. */
  steering(): SteerContext;
  stopGateway(): Promise<void>;
  /** Starts a gateway on the same journal, with other settings where given. */
  startGateway(change?: Pick<WorldOptions, 'mailbox' | 'application' | 'settings'>): Promise<void>;
  stop(): Promise<void>;
}

/** An operator with a mailbox for each address, all under {@link PASSWORD}. */
export function startSandbox(addresses: readonly string[]): Promise<Operator> {
  return startOperator({ mailboxes: addresses.map(address => ({ address, password: PASSWORD })) });
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-world-'));
  const mailboxes = options.mailboxes ?? [{ name: 'urologie', address: BAL }];
  const addresses = [ERROR_MAILBOX, LABORATORY, SECRETARY, ...mailboxes.map(({ address }) => address)];
  const operator = await startSandbox(addresses);
  const dpi = await startDpi({ patients: KNOWN_PATIENTS, ...options.dpi });
  const collected = collectedLog();
  let running: Gateway | undefined;

  async function start(change: WorldOptions = {}): Promise<void> {
    const path = join(folder, 'pfi.yaml');
    writeFileSync(
      path,
      JSON.stringify(configuration({ ...options, ...change, mailboxes }, { operator, dpi, folder })),
    );
    const { config } = loadConfig(path, {});
    // Port 0 is for tests alone: the schema refuses it.
    const local = { ...config, admin: { ...config.admin, port: 0 } };
    running = await startGateway(local, {
      clock: systemClock,
      random: Math.random,
      log: collected.log,
      heartbeatMs: 50,
    });
  }

  function gateway(): Gateway {
    if (running === undefined) throw new Error('the gateway is not running');
    return running;
  }

  async function stopGateway(): Promise<void> {
    const stopping = running;
    running = undefined;
    await stopping?.stop();
  }

  async function view(mail: Uint8Array | string, mailbox?: string): Promise<ExchangeView | undefined> {
    const messageId = typeof mail === 'string' ? mail : messageIdIn(mail);
    const known = await gateway().journal.list({ limit: 1_000 });
    const exchange = known.find(
      each => each.messageId === messageId && (mailbox === undefined || each.mailbox === mailbox),
    );
    return exchange && (await gateway().journal.exchange(exchange.id));
  }

  /** As {@link waitFor}; what was logged last tells why it did not hold. */
  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(condition, { what, timeoutMs: 15_000 });
    } catch (error) {
      throw new Error(`${String(error)}\n${collected.tail()}`, { cause: error });
    }
  }

  async function settled(mail: Uint8Array | string, mailbox?: string): Promise<ExchangeView> {
    let found: ExchangeView | undefined;
    await until('the mail has settled', async () => {
      found = await view(mail, mailbox);
      return found !== undefined && isSettled(found);
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  function messages({ deliveries }: ExchangeView): ReceivedMessage[] {
    const ids = deliveries.map(({ identifiers }) => identifiers['controlId']);
    return dpi.received().filter(({ controlId }) => ids.includes(controlId));
  }

  function answers(messageId: string | undefined): AcceptedMail[] {
    return operator.accepted().filter(({ raw }) => headOf(raw).includes(`\r\nIn-Reply-To: ${messageId}\r\n`));
  }

  function places(messageId: string | undefined, mailbox?: string): (FolderRole | 'inbox')[] {
    const box = mailboxes.find(({ name }) => mailbox === undefined || name === mailbox);
    const { address = BAL, operator: its = operator } = box ?? {};
    return (['inbox', 'done', 'failed', 'other'] as const).flatMap(role =>
      its
        .folder(address, FOLDERS[role])
        .filter(({ raw }) => messageId !== undefined && messageIdIn(raw) === messageId)
        .map(() => role),
    );
  }

  await start();
  return {
    operator,
    dpi,
    folder,
    gateway,
    log: collected.lines,
    logText: collected.text,
    deliver: (raw, { from = LABORATORY, to = [BAL] } = {}) => operator.deliver(raw, { from, to }),
    view,
    settled,
    async bring(raw, { from = LABORATORY, to = BAL } = {}) {
      operator.deliver(raw, { from, to: [to] });
      return await settled(raw, mailboxes.find(({ address }) => address === to)?.name);
    },
    until,
    messages,
    answers,
    places,
    ended: seen => ({
      messages: messages(seen).map(({ event, answer, error }) => `${event} ${error?.code ?? answer}`),
      outcome: outcomeOf(seen),
      code: faultOf(seen)?.code,
      told: answers(seen.exchange.messageId).map(mail => tellAnswer(mail, seen.deliveries)),
      folder: places(seen.exchange.messageId, seen.exchange.mailbox)[0],
    }),
    steering: () => ({
      journal: gateway().journal,
      clock: systemClock,
      newId: createIdSource(systemClock),
      by: 'essai',
    }),
    stopGateway,
    startGateway: start,
    async stop() {
      await stopGateway();
      await Promise.all([dpi.stop(), operator.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  { mailboxes = [], mailbox, application, settings }: WorldOptions,
  own: { readonly operator: Operator; readonly dpi: Dpi; readonly folder: string },
): Settings {
  return {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${join(own.folder, 'journal.db')}` },
    gateway: { application: 'PFI', facility: 'CHU_X' },
    mailboxes: mailboxes.map((box, place) => {
      const { name, address, operator = own.operator, settings: special } = box;
      const ca = join(own.folder, `operator-${place}.pem`);
      writeFileSync(ca, operator.ca);
      const account = { host: '127.0.0.1', ca, user: address, password: PASSWORD };
      return {
        name,
        address,
        imap: { ...account, port: operator.imapPort, ...box.imap },
        smtp: { ...account, port: operator.smtpPort, ...box.smtp },
        poll: '1s',
        application: 'dpi',
        organization: { name: `Service ${name}`, id: '3435', type: 'UF', authority: '120456789' },
        notify: { errorMailbox: ERROR_MAILBOX },
        ...mailbox,
        ...special,
      };
    }),
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: own.dpi.port }, timeout: '5s' },
        retry: { first: '20ms', max: '200ms' },
        ...application,
      },
    ],
    ...settings,
  };
}

/** The samples have numbers of their own below. */
let mails = 1_000;

/** A laboratory's mail like no other: its own number, hence Message-ID. Asks for an MDN unless told otherwise. */
export function newMail(mail: Partial<LaboratoryMail> = {}): Promise<Buffer> {
  mails += 1;
  return laboratoryMail({ number: mails, documents: [newDocument()], asksReceipt: true, ...mail });
}

/** A document like no other, of Claire Morvan unless told otherwise. */
export function newDocument(
  sample: Partial<CdaSample> = {},
  about: Omit<ArchiveDocument, 'sample'> = {},
): ArchiveDocument {
  return { sample: newSample(sample), ...about };
}

let documents = 0;

export function newSample(overrides: Partial<CdaSample> = {}): CdaSample {
  documents += 1;
  const root = '1.2.250.1.999.1.1';
  return cdaSample({
    id: { root, extension: `D${documents}` },
    setId: { root, extension: `S${documents}` },
    ...overrides,
  });
}

/** The Message-ID in a mail's own head, with its brackets. */
export function messageIdIn(raw: Uint8Array): string | undefined {
  return /^message-id:\s*(<[^>]+>)/im.exec(headOf(raw))?.[1];
}

const MAX_HEAD = 64 * 1024;

/** A mail's header block, a character a byte, with CRLF at both ends. */
export function headOf(raw: Uint8Array): string {
  const text = Buffer.from(raw.subarray(0, MAX_HEAD)).toString('latin1');
  const end = text.search(/\r?\n\r?\n/);
  return `\r\n${text.slice(0, end < 0 ? undefined : end)}\r\n`;
}

function isSettled({ exchange, deliveries }: ExchangeView): boolean {
  if (exchange.state === 'ended') return true;
  if (exchange.state === 'seen') return false;
  const heldSome = exchange.state === 'held' || deliveries.some(({ state }) => state === 'held');
  return heldSome && deliveries.every(({ state }) => state === 'held' || state === 'done');
}

export function faultOf({ exchange, deliveries }: ExchangeView): ExchangeView['exchange']['fault'] {
  return exchange.fault ?? deliveries.find(({ hold }) => hold !== undefined)?.hold;
}

function outcomeOf({ exchange, deliveries }: ExchangeView): string {
  if (exchange.state === 'held' || deliveries.some(({ state }) => state === 'held')) return 'worklist';
  return exchange.outcome ?? 'filed';
}

function unfolded(head: string): string {
  return head.replaceAll(/\r\n[ \t]+/g, ' ');
}

function tellAnswer({ raw, envelope }: AcceptedMail, deliveries: readonly Delivery[]): string {
  const owed = deliveries.find(({ identifiers }) => identifiers['messageId'] === messageIdIn(raw));
  const code = /\]\[(\w+)\]/.exec(libmime.decodeWords(unfolded(headOf(raw))))?.[1];
  return [owed?.kind ?? 'unknown', code ?? 'ok', envelope.to.join(',')].join(' ');
}

/** A mail as its reader sees it: decoded headers, the first text, attachments. */
export function readMailAt(raw: Uint8Array): Promise<ParsedMail> {
  return simpleParser(Buffer.from(raw), { keepDeliveryStatus: true });
}
