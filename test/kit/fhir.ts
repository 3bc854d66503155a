import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '../../src/basics/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SteerContext } from '../../src/flows/steer.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { Delivery, ExchangeView } from '../../src/journal/journal.ts';
import {
  type FhirPlatform,
  type FhirPlatformOptions,
  startFhirPlatform,
} from '../../src/sandbox/fhir-platform.ts';
import { type BrokenPart, breakJournal } from './break-journal.ts';
import { certificates } from './certificates.ts';
import { collectedLog, type LogLine } from './collected-log.ts';
import { askFacade, type FhirAsk, type FhirReply, hospital, TOKEN } from './fhir-caller.ts';
import { waitFor } from './wait.ts';

export type { Caller, FhirReply } from './fhir-caller.ts';
export { newTrace, newTraceBundle } from './fhir-traces.ts';

type Flow = FhirPlatformOptions['flow'];
type Settings = Readonly<Record<string, unknown>>;

export interface FhirSiteOptions {
  /** Which platforms there are. */
  readonly flows: readonly Flow[];
  /** Of the façade, ms; default 10 s. */
  readonly waitMs?: number;
  /** Of the façade. */
  readonly facade?: Settings;
  /** What the caller `bloc` may use; default: all. */
  readonly bloc?: readonly Flow[];
  /** Of a flow. */
  readonly settings?: Partial<Record<Flow, Settings>>;
  /** Of the authentication with OAuth2, by the site's folder where it is a file. */
  readonly auth?: Readonly<Record<string, string | undefined | ((folder: string) => string)>>;
  /** Of the configuration's first level. */
  readonly first?: Settings;
  readonly platform?: Partial<FhirPlatformOptions>;
}

/** A hospital's software, its gateway, and national platforms, all in this process. */
export interface FhirSite {
  readonly folder: string;
  gateway(): Gateway;
  /** @throws Error where there is none */
  readonly platform: (flow: Flow) => FhirPlatform;
  post(path: string, body: unknown, ask?: FhirAsk): Promise<FhirReply>;
  get(path: string, ask?: FhirAsk): Promise<FhirReply>;
  /** Any other request. */
  ask(method: string, path: string, body: unknown, ask?: FhirAsk): Promise<FhirReply>;
  /** By the gateway's clock, ms. */
  now(): number;
  /** Lets so much time go by, ms. */
  pass(ms: number): void;
  /** Every exchange with a platform, in order. */
  exchanges(): Promise<ExchangeView[]>;
  /** Has time go by, as attempts wait for it, until the promise is kept. */
  meanwhile<T>(promise: Promise<T>): Promise<T>;
  /** The last one, as soon as it was tried. */
  last(): Promise<ExchangeView>;
  /** The last one, once it has ended or waits for a person; time goes by meanwhile. */
  settled(): Promise<ExchangeView>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Has the journal take no new request, no answer, or no end, until the function that it gives is called. */
  breakJournal(what?: BrokenPart): () => void;
  log(): readonly LogLine[];
  logText(): string;
  steering(): SteerContext;
  stopGateway(): Promise<void>;
  startGateway(change?: Partial<FhirSiteOptions>): Promise<void>;
  stop(): Promise<void>;
}

/** What a retry waits for at most, ms (`MAIL_RETRY`). */
const LONGEST_PAUSE_MS = 5 * 60_000;
export const CLIENT = { id: 'chu-x', secret: 'le secret & +', scope: 'implant' } as const;

export async function startFhirSite(options: FhirSiteOptions): Promise<FhirSite> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-fhir-'));
  const path = (name: string): string => join(folder, name);
  const platforms = new Map<Flow, FhirPlatform>();
  for (const flow of options.flows) {
    const proof = flow === 'renacot' ? { client: CLIENT } : { trusted: [certificates.ca] };
    platforms.set(flow, await startFhirPlatform({ flow, ...proof, ...options.platform }));
  }
  for (const [flow, { ca }] of platforms) writeFileSync(path(`${flow}-ca.pem`), ca);
  writeFileSync(path('client-ca.pem'), hospital.certificate);
  for (const name of ['server', 'client'] as const) {
    writeFileSync(path(`${name}.pem`), certificates[name].cert);
    writeFileSync(path(`${name}.key`), certificates[name].key);
  }
  const collected = collectedLog();
  let ahead = 0;
  const clock = { now: (): Date => new Date(Date.now() + ahead) };
  let running: Gateway | undefined;

  async function start(change: Partial<FhirSiteOptions> = {}): Promise<void> {
    const wanted = { ...options, ...change };
    writeFileSync(path('pfi.yaml'), JSON.stringify(configuration(wanted, platforms, path)));
    const { config } = loadConfig(path('pfi.yaml'), {});
    const { fhir } = config;
    if (fhir?.facade === undefined) throw new Error('no façade');
    // Port 0 is for tests alone: the schema refuses it.
    const facade = { ...fhir.facade, port: 0, wait: wanted.waitMs ?? fhir.facade.wait };
    const local = { ...config, admin: { ...config.admin, port: 0 }, fhir: { ...fhir, facade } };
    running = await startGateway(local, { clock, random: Math.random, log: collected.log, heartbeatMs: 50 });
  }

  function gateway(): Gateway {
    if (running === undefined) throw new Error('the gateway is not running');
    return running;
  }

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(condition, { what, timeoutMs: 15_000 });
    } catch (error) {
      throw new Error(`${String(error)}\n${collected.tail()}`, { cause: error });
    }
  }

  async function exchanges(): Promise<ExchangeView[]> {
    const { journal } = gateway();
    const known = await journal.list({ limit: 2_000 });
    const views = await Promise.all(
      known.filter(({ nature }) => nature === 'fhir').map(({ id }) => journal.exchange(id)),
    );
    return views
      .filter(view => view !== undefined)
      .toSorted((one, other) => one.exchange.receivedAt - other.exchange.receivedAt);
  }

  async function lastOnce(what: string, suits: (delivery: Delivery) => boolean): Promise<ExchangeView> {
    let found: ExchangeView | undefined;
    await until(what, async () => {
      found = (await exchanges()).at(-1);
      return found?.deliveries.every(suits) ?? false;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  const ask: FhirSite['ask'] = (method, at, body, how = {}) =>
    askFacade(gateway().fhirPort() ?? 0, method, at, body, how);

  await start();
  return {
    folder,
    gateway,
    platform(flow) {
      const found = platforms.get(flow);
      if (found === undefined) throw new Error(`no platform for ${flow}`);
      return found;
    },
    ask,
    post: (at, body, how) => ask('POST', at, body, how),
    get: (at, how) => ask('GET', at, undefined, how),
    now: () => clock.now().getTime(),
    pass(ms) {
      ahead += ms;
    },
    exchanges,
    async meanwhile(promise) {
      const timer = setInterval(() => {
        ahead += LONGEST_PAUSE_MS;
      }, 50);
      return promise.finally(() => clearInterval(timer));
    },
    last: () =>
      lastOnce('the last exchange was tried', ({ state, attempts }) => state !== 'waiting' || attempts > 0),
    settled: () =>
      lastOnce('the last exchange has settled', ({ state }) => {
        if (state === 'done' || state === 'held') return true;
        if (state === 'waiting') ahead += LONGEST_PAUSE_MS;
        return false;
      }),
    until,
    breakJournal: what => breakJournal(path('journal.db'), what),
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
      await Promise.all([...platforms.values()].map(platform => platform.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The configuration file's content; the mail side of the gateway finds nobody. */
function configuration(
  { flows, facade, bloc, settings, auth, first }: FhirSiteOptions,
  platforms: ReadonlyMap<Flow, FhirPlatform>,
  path: (name: string) => string,
): Settings {
  const nobody = { host: '127.0.0.1', port: 1 };
  const account = { ...nobody, user: 'x', password: 'x' };
  return {
    establishment: { name: 'CHU X', finess: '999900001' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${path('journal.db')}` },
    gateway: { application: 'PFI', facility: 'CHUX' },
    mailboxes: [
      { name: 'bal', address: 'bal@x.mssante.fr', imap: account, smtp: account, application: 'dpi' },
    ],
    applications: [{ name: 'dpi', hl7: { application: 'DPI', facility: 'CHUX' }, deliver: { mllp: nobody } }],
    fhir: {
      facade: {
        port: 8443,
        tls: { cert: path('server.pem'), key: path('server.key'), clientCa: path('client-ca.pem') },
        wait: '10s',
        ...facade,
      },
      callers: [
        { name: 'pui', certificate: { cn: 'pui.chu-x.fr' }, flows },
        { name: 'bloc', token: TOKEN, flows: bloc ?? flows },
      ],
      ...Object.fromEntries(
        [...platforms].map(([flow, { url, tokenUrl }]) => [
          flow,
          {
            url,
            auth: { ...authOf(flow, tokenUrl, path), ...authSettings(auth, path) },
            limits: { timeout: '1s' },
            ...settings?.[flow],
          },
        ]),
      ),
    },
    ...first,
  };
}

function authOf(flow: Flow, tokenUrl: string, path: (name: string) => string): Settings {
  const ca = path(`${flow}-ca.pem`);
  return flow === 'renacot'
    ? { type: 'oauth2', ca, tokenUrl, clientId: CLIENT.id, clientSecret: CLIENT.secret, scope: CLIENT.scope }
    : { type: 'mtls', ca, cert: path('client.pem'), key: path('client.key') };
}

function authSettings(auth: FhirSiteOptions['auth'], path: (name: string) => string): Settings {
  return Object.fromEntries(
    Object.entries(auth ?? {}).map(([name, value]) => [
      name,
      typeof value === 'function' ? value(path('.')) : value,
    ]),
  );
}

/** Codes of what waits for a person. */
export function heldIn({ deliveries }: ExchangeView): string[] {
  return deliveries.flatMap(({ hold }) => hold?.code ?? []);
}

/** Of each delivery its outcome, or where it stands. */
export function stateOf({ deliveries }: ExchangeView): string[] {
  return deliveries.map(({ state, ending }) => ending?.outcome ?? state);
}
