import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { patientRecipient, requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { type Clock, systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SteerContext } from '../../src/flows/steer.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { Ack } from '../../src/formats/hl7/types.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { Delivery, ExchangeView } from '../../src/journal/journal.ts';
import { type Creator, type ReceivedZam, startCreator } from '../../src/sandbox/creator.ts';
import {
  type AcceptedMail,
  type Operator,
  type OperatorReports,
  startOperator,
} from '../../src/sandbox/operator.ts';
import { headOf, type LogLine, newSample } from './gateway.ts';
import { waitFor } from './wait.ts';

/** The laboratory's applicative mailbox, and those that it writes to. */
export const LABORATORY_BAL = 'pfi@embruns.mssante.fr';
export const DOCTOR = 'anne.tanguy@cabinet-du-port.mssante.fr';
export const HOSPITAL = 'dpi@chu-x.mssante.fr';
export const PATIENT = patientRecipient(PATIENTS.morvan).address ?? '';

const PASSWORD = 'secret';

type Settings = Readonly<Record<string, unknown>>;

export interface LaboratoryOptions {
  /** Addresses that have a BAL beside the laboratory's own; default: the doctor, the hospital, the patient. */
  readonly addresses?: readonly string[];
  readonly reports?: OperatorReports;
  readonly dsn?: boolean;
  readonly clock?: Clock;
  /** Of the application `sgl`, its `accept`, the mailbox, and the configuration's first level. */
  readonly application?: Settings;
  readonly accept?: Settings;
  readonly mailbox?: Settings;
  readonly settings?: Settings;
}

/** A laboratory's software and its gateway, between them and their correspondents an operator, all in this process. */
export interface Laboratory {
  readonly operator: Operator;
  readonly creator: Creator;
  readonly folder: string;
  gateway(): Gateway;
  /** Sends a request; `code location` of what was refused, as `AE 207 PID^1^3`. */
  ask(request: Uint8Array): Promise<string>;
  /** The exchange of a request, by its MSH-10. */
  view(controlId: string): Promise<ExchangeView | undefined>;
  /** Waits until nothing more happens by itself to a request: what is left waits for a person or for a report. */
  settled(controlId: string): Promise<ExchangeView>;
  /** The mails that left because of a request, as the operator took them. */
  mails(view: ExchangeView): AcceptedMail[];
  /** What the creator was told of a request: `Z02 N adam@… 550`, in order of arrival. */
  told(controlId: string): string[];
  zams(controlId: string): ReceivedZam[];
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  log(): readonly LogLine[];
  logText(): string;
  steering(): SteerContext;
  stopGateway(): Promise<void>;
  startGateway(change?: LaboratoryOptions): Promise<void>;
  stop(): Promise<void>;
}

export async function startLaboratory(options: LaboratoryOptions = {}): Promise<Laboratory> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-laboratory-'));
  const clock = options.clock ?? systemClock;
  const addresses = [LABORATORY_BAL, ...(options.addresses ?? [DOCTOR, HOSPITAL, PATIENT])];
  const operator = await startOperator({
    mailboxes: addresses.map(address => ({ address, password: PASSWORD })),
    ...(options.reports === undefined ? {} : { reports: options.reports }),
    ...(options.dsn === undefined ? {} : { dsn: options.dsn }),
  });
  const creator = await startCreator();
  writeFileSync(join(folder, 'ca.pem'), operator.ca);
  const lines: string[] = [];
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  let running: Gateway | undefined;

  async function start(change: LaboratoryOptions = {}): Promise<void> {
    const path = join(folder, 'pfi.yaml');
    writeFileSync(
      path,
      JSON.stringify(configuration({ ...options, ...change }, { operator, creator, folder })),
    );
    const { config } = loadConfig(path, {});
    // Port 0 is for tests alone: the schema refuses it.
    const local = {
      ...config,
      admin: { ...config.admin, port: 0 },
      applications: config.applications.map(each =>
        each.accept === undefined
          ? each
          : { ...each, accept: { ...each.accept, mllp: { ...each.accept.mllp, port: 0 } } },
      ),
    };
    running = await startGateway(local, { clock, random: Math.random, log, heartbeatMs: 50 });
    creator.connectTo({ host: '127.0.0.1', port: running.requestPort('sgl') ?? 0 });
  }

  function gateway(): Gateway {
    if (running === undefined) throw new Error('the gateway is not running');
    return running;
  }

  async function view(controlId: string): Promise<ExchangeView | undefined> {
    const known = await gateway().journal.list({ limit: 2_000 });
    const exchange = known.find(each => each.nature === 'request' && each.messageId === controlId);
    return exchange && (await gateway().journal.exchange(exchange.id));
  }

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(condition, { what, timeoutMs: 15_000 });
    } catch (error) {
      throw new Error(`${String(error)}\n${lines.slice(-15).join('')}`, { cause: error });
    }
  }

  const zams = (controlId: string): ReceivedZam[] =>
    creator.received().filter(({ request }) => request === controlId);

  await start();
  return {
    operator,
    creator,
    folder,
    gateway,
    ask: async request => answerText(await creator.send(request)),
    view,
    async settled(controlId) {
      let found: ExchangeView | undefined;
      await until(`request ${controlId} has settled`, async () => {
        found = await view(controlId);
        return found !== undefined && found.deliveries.every(isSettled);
      });
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
    mails: ({ deliveries }) =>
      operator
        .accepted()
        .filter(({ raw }) =>
          deliveries.some(
            ({ kind, identifiers }) =>
              kind === 'mail' && headOf(raw).includes(`\r\nMessage-ID: ${identifiers['messageId']}\r\n`),
          ),
        ),
    zams,
    told: controlId =>
      zams(controlId).map(({ event, status, address, error }) =>
        [event, status, address, error?.code].filter(part => part !== undefined).join(' '),
      ),
    until,
    log: () => lines.map(line => JSON.parse(line) as LogLine),
    logText: () => lines.join(''),
    steering: () => ({ journal: gateway().journal, clock, newId: createIdSource(clock), by: 'essai' }),
    async stopGateway() {
      const stopping = running;
      running = undefined;
      await stopping?.stop();
    },
    startGateway: start,
    async stop() {
      await running?.stop();
      await Promise.all([creator.stop(), operator.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isSettled({ state }: Delivery): boolean {
  return state === 'done' || state === 'held' || state === 'expected';
}

function answerText({ code, errors }: Ack): string {
  const [error] = errors;
  return [code, error?.application?.code ?? error?.condition?.code, error?.location]
    .filter(part => part !== undefined)
    .join(' ');
}

function configuration(
  { application, accept, mailbox, settings }: LaboratoryOptions,
  own: { readonly operator: Operator; readonly creator: Creator; readonly folder: string },
): Settings {
  const account = {
    host: '127.0.0.1',
    ca: join(own.folder, 'ca.pem'),
    user: LABORATORY_BAL,
    password: PASSWORD,
  };
  return {
    establishment: { name: 'Laboratoire des Embruns', finess: '290000999', structureId: '1290000999' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${join(own.folder, 'journal.db')}` },
    gateway: { application: 'PFI', facility: 'EMBRUNS' },
    mailboxes: [
      {
        name: 'embruns',
        address: LABORATORY_BAL,
        imap: { ...account, port: own.operator.imapPort },
        smtp: { ...account, port: own.operator.smtpPort },
        poll: '1s',
        application: 'sgl',
        ...mailbox,
      },
    ],
    applications: [
      {
        name: 'sgl',
        hl7: { application: 'SGL', facility: 'EMBRUNS' },
        deliver: { mllp: { host: '127.0.0.1', port: own.creator.port }, timeout: '5s' },
        retry: { first: '20ms', max: '200ms' },
        accept: { mllp: { port: 6662 }, ...accept },
        mailbox: 'embruns',
        ...application,
      },
    ],
    ...settings,
  };
}

let requests = 0;

/** A request like no other, about Claire Morvan to her doctor unless told otherwise. */
export function newRequest(overrides: Partial<RequestSample> = {}): { controlId: string; message: Buffer } {
  requests += 1;
  const controlId = overrides.controlId ?? `REQ-${String(requests).padStart(6, '0')}`;
  return {
    controlId,
    message: requestMessage({
      documents: [newSample()],
      recipients: [{ address: DOCTOR }],
      ...overrides,
      controlId,
    }),
  };
}

/** MSH-10 of a message. */
export function controlIdIn(message: Uint8Array): string {
  return parseMessage(message).header.component(10, 1);
}
