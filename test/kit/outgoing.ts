import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SteerContext } from '../../src/flows/steer.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { Ack } from '../../src/formats/hl7/types.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { Delivery, ExchangeState, ExchangeView } from '../../src/journal/journal.ts';
import { type Creator, type ReceivedZam, startCreator } from '../../src/sandbox/creator.ts';
import { type AcceptedMail, type Operator, startOperator } from '../../src/sandbox/operator.ts';
import { breakJournal } from './break-journal.ts';
import { collectedLog, type LogLine } from './collected-log.ts';
import { messageIdIn, newSample } from './gateway.ts';
import {
  configuration,
  DOCTOR,
  HOSPITAL,
  LABORATORY_BAL,
  type LaboratoryOptions,
  PASSWORD,
  PATIENT,
} from './outgoing-configuration.ts';
import { waitFor } from './wait.ts';

export {
  DOCTOR,
  HOSPITAL,
  LABORATORY_BAL,
  type LaboratoryOptions,
  PATIENT,
} from './outgoing-configuration.ts';

/** A request whose mail has left, the first one where there are two. */
export interface SentRequest {
  readonly controlId: string;
  readonly mail: AcceptedMail;
}

/** What came of a request. */
export interface Outcome {
  /** As {@link Laboratory.told}. */
  readonly told: readonly string[];
  /** Codes of what waits for a person. */
  readonly worklist: readonly string[];
  readonly state: ExchangeState;
}

/** A laboratory's software and its gateway, between them and their correspondents an operator, all in this process. */
export interface Laboratory {
  readonly operator: Operator;
  readonly creator: Creator;
  readonly folder: string;
  gateway(): Gateway;
  /** Sends a request; of what was refused ERR-3, ERR-5 and ERR-2 too, as `AE 207 REQ-016 PID^1^3`. */
  ask(request: Uint8Array): Promise<string>;
  /** The exchange of a request, by its MSH-10. */
  view(controlId: string): Promise<ExchangeView | undefined>;
  /** Waits until nothing more happens by itself to a request: what is left waits for a person or for a report. */
  settled(controlId: string): Promise<ExchangeView>;
  /** As {@link Laboratory.settled}, and no report is expected any more. */
  reported(controlId: string): Promise<ExchangeView>;
  /** Brings a mail into the laboratory's BAL, a report from nobody unless told otherwise; waits until it is read and filed. */
  hear(mail: Uint8Array, from?: string): Promise<ExchangeView>;
  /** The mails that left because of a request, as the operator took them. */
  mails(view: ExchangeView): AcceptedMail[];
  /** What the creator was told of a request: `Z02 N adam@… 550`, in the order in which it was told. */
  told(controlId: string): string[];
  zams(controlId: string): ReceivedZam[];
  /** Once it has settled. */
  cameOf(controlId: string): Promise<Outcome>;
  /** Sends a request like no other, and waits until its mail has left. */
  sent(overrides: Partial<RequestSample>): Promise<SentRequest>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Has the journal take no new request, as a full disk would, until the function that it gives is called. */
  breakJournal(): () => void;
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
  const collected = collectedLog();
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
    running = await startGateway(local, { clock, random: Math.random, log: collected.log, heartbeatMs: 50 });
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
      throw new Error(`${String(error)}\n${collected.tail()}`, { cause: error });
    }
  }

  async function seen(
    what: string,
    look: () => Promise<ExchangeView | undefined>,
    suits: (found: ExchangeView) => boolean,
  ): Promise<ExchangeView> {
    let found: ExchangeView | undefined;
    await until(what, async () => {
      found = await look();
      return found !== undefined && suits(found);
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  const zams = (controlId: string): ReceivedZam[] =>
    creator.received().filter(({ request }) => request === controlId);

  const told = (controlId: string): string[] =>
    zams(controlId).map(({ event, status, address, error }) =>
      [event, status, address, error?.code].filter(Boolean).join(' '),
    );

  const settled = (controlId: string): Promise<ExchangeView> =>
    seen(
      `request ${controlId} has settled`,
      () => view(controlId),
      ({ deliveries }) => deliveries.every(isSettled),
    );

  // One after the other: they leave at the same time.
  const mails = ({ deliveries }: ExchangeView): AcceptedMail[] =>
    deliveries
      .filter(({ kind }) => kind === 'mail')
      .flatMap(({ identifiers }) =>
        operator.accepted().filter(({ raw }) => messageIdIn(raw) === identifiers['messageId']),
      );

  await start();
  return {
    operator,
    creator,
    folder,
    gateway,
    ask: async request => answerText(await creator.send(request)),
    view,
    settled,
    reported: controlId =>
      seen(
        `request ${controlId} was reported on`,
        () => view(controlId),
        ({ deliveries }) => deliveries.every(({ state }) => state === 'done' || state === 'held'),
      ),
    hear(mail, from = '') {
      operator.deliver(mail, { from, to: [LABORATORY_BAL] });
      const messageId = messageIdIn(mail);
      return seen(
        'the mail was read and filed',
        async () => {
          const known = await gateway().journal.list({ limit: 2_000 });
          const exchange = known.find(each => each.nature !== 'request' && each.messageId === messageId);
          return exchange && (await gateway().journal.exchange(exchange.id));
        },
        ({ exchange, deliveries }) => exchange.state !== 'seen' && deliveries.every(isSettled),
      );
    },
    mails,
    zams,
    told,
    async cameOf(controlId) {
      const { exchange, deliveries } = await settled(controlId);
      const worklist = deliveries.flatMap(({ hold }) => hold?.code ?? []);
      return { told: told(controlId), worklist, state: exchange.state };
    },
    async sent(overrides) {
      const { message, controlId } = newRequest(overrides);
      const answer = answerText(await creator.send(message));
      if (answer !== 'AA') throw new Error(`the request was answered ${answer}`);
      const [mail] = mails(await settled(controlId));
      if (mail === undefined) throw new Error('no mail has left');
      return { controlId, mail };
    },
    until,
    breakJournal: () => breakJournal(join(folder, 'journal.db')),
    log: collected.lines,
    logText: collected.text,
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

/** An ACK in a line: MSA-1, ERR-3, ERR-5, ERR-2. */
export function answerText({ code, errors }: Ack): string {
  const [error] = errors;
  return [code, error?.condition?.code, error?.application?.code, error?.location]
    .filter(part => part !== undefined)
    .join(' ');
}

let requests = 0;

/** A request like no other, about Claire Morvan to her doctor unless told otherwise. */
export function newRequest(overrides: Partial<RequestSample> = {}): { controlId: string; message: Buffer } {
  requests += 1;
  const controlId = overrides.controlId ?? `REQ-${String(requests).padStart(6, '0')}`;
  return {
    controlId,
    message: requestMessage({
      documents: [newSample({ level: 1 })],
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
