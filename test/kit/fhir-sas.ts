import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { FhirConfig } from '../../src/config/schema.ts';
import type { SteerContext } from '../../src/flows/steer.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { createAuthority, type IssuedCertificate } from '../../src/sandbox/certificates.ts';
import { type FhirHook, startFhirHook } from '../../src/sandbox/fhir-hook.ts';
import { certificates } from './certificates.ts';
import { collectedLog, type LogLine } from './collected-log.ts';
import { waitFor } from './wait.ts';

/** National and technical identifiers of regulators (reference fhir-flows §4.1). */
export const NATIONAL = 'urn:oid:1.2.250.1.71.4.2.1';
export const TECHNICAL = 'urn:oid:1.2.250.1.213.3.6';
export const PUBLIC_URL = 'https://sas.chu-x.example/fhir/sas';

/** The authority of the platform's certificates, and those that it has signed; they die with the process. */
const igc = createAuthority('IGC-Santé des essais');
const organisation = 'Plateforme SAS';
const issued = (name: string, structure: string): IssuedCertificate =>
  igc.issueOrganisation({ profile: 'AUTH_CLI', structure, name, organisation });
const PLATFORM = { cn: 'sas.example', ou: '318751275100020' };
export const clients = {
  platform: issued(PLATFORM.cn, PLATFORM.ou),
  otherName: issued('autre.example', PLATFORM.ou),
  otherUnit: issued(PLATFORM.cn, '318751275100999'),
  /** Of an authority that nobody trusts. */
  otherAuthority: createAuthority('Une autre').issueOrganisation({
    profile: 'AUTH_CLI',
    structure: PLATFORM.ou,
    name: PLATFORM.cn,
    organisation,
  }),
} as const;

export interface SasAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Location. */
  readonly location: string | undefined;
  /** OperationOutcome.issue[0], where it is one. */
  readonly issue:
    | { readonly code?: string; readonly diagnostics?: string; readonly expression?: readonly string[] }
    | undefined;
}

interface Asked {
  readonly body?: FhirResource | string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose certificate; default: the platform's. */
  readonly as?: IssuedCertificate | 'nobody';
}

export interface SasOptions {
  readonly validation?: 'refuse' | 'warn';
  /** How long the platform waits for the hook, and a request to it may take, ms. */
  readonly wait?: number;
  readonly timeout?: number;
  readonly giveUpAfter?: number;
}

/** The SAS platform, a gateway, and an agenda software's hook, all in this process. */
export interface SasSite {
  readonly hook: FhirHook;
  readonly folder: string;
  gateway(): Gateway;
  /** A request of the platform's, on a connection of its own. @throws the connection's error */
  ask(method: string, path: string, asked?: Asked): Promise<SasAnswer>;
  post(body: FhirResource | string): Promise<SasAnswer>;
  /** @param identifier as it stands in the URL */
  put(identifier: string, body: FhirResource | string): Promise<SasAnswer>;
  /** Exchanges, the first one first. */
  exchanges(): Promise<ExchangeView[]>;
  /** Waits until nothing is owed but what waits for a person. */
  settled(): Promise<ExchangeView[]>;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  log(): readonly LogLine[];
  logText(): string;
  steering(): SteerContext;
  stopGateway(): Promise<void>;
  startGateway(change?: SasOptions): Promise<void>;
  stop(): Promise<void>;
}

export async function startSas(options: SasOptions = {}): Promise<SasSite> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-sas-'));
  const hook = await startFhirHook();
  const collected = collectedLog();
  let running: Gateway | undefined;

  async function start(change: SasOptions = {}): Promise<void> {
    const path = join(folder, 'pfi.yaml');
    writeFileSync(path, JSON.stringify(configuration(folder, hook, { ...options, ...change })));
    const { config } = loadConfig(path, {});
    const local = {
      ...config,
      admin: { ...config.admin, port: 0 },
      fhir: config.fhir && inAHurry(config.fhir, { ...options, ...change }),
    };
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

  async function ask(
    method: string,
    path: string,
    { body, headers, as = clients.platform }: Asked = {},
  ): Promise<SasAnswer> {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const sent = secureRequest({
      host: '127.0.0.1',
      port: gateway().sasPort(),
      method,
      path,
      ca: certificates.ca,
      ...(as !== 'nobody' && as),
      agent: new Agent(),
      headers: {
        accept: 'application/json+fhir',
        ...(text !== undefined && { 'content-length': Buffer.byteLength(text) }),
        ...headers,
      },
    });
    return answerTo(sent, text);
  }

  async function exchanges(): Promise<ExchangeView[]> {
    const { journal } = gateway();
    const known = (await journal.list({ limit: 1_000 })).toReversed();
    const views = await Promise.all(known.map(({ id }) => journal.exchange(id)));
    return views.filter(view => view !== undefined);
  }

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(condition, { what, timeoutMs: 15_000 });
    } catch (error) {
      throw new Error(`${String(error)}\n${collected.tail()}`, { cause: error });
    }
  }

  async function stopGateway(): Promise<void> {
    const stopping = running;
    running = undefined;
    await stopping?.stop();
  }

  await start();
  return {
    hook,
    folder,
    gateway,
    ask,
    post: body => ask('POST', '/fhir/sas/Practitioner', { body }),
    put: (identifier, body) => ask('PUT', `/fhir/sas/Practitioner?identifier=${identifier}`, { body }),
    exchanges,
    async settled() {
      let views: ExchangeView[] = [];
      await until('every change has settled', async () => {
        views = await exchanges();
        return views.every(({ deliveries }) =>
          deliveries.every(({ state }) => state === 'done' || state === 'held'),
        );
      });
      return views;
    },
    until,
    log: collected.lines,
    logText: collected.text,
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
      await hook.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let accounts = 0;

/** A national identifier like no other. */
export function newNational(): string {
  accounts += 1;
  return `3456780581/${11_242_343 + accounts}`;
}

export function national(value: string): unknown {
  return identifier('IDNPS', NATIONAL, value);
}

export function technical(value: string): unknown {
  return identifier('INTRN', TECHNICAL, value);
}

export function identifier(code: string, system: string, value: string): unknown {
  const type = { coding: [{ system: 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203', code }] };
  return { type, system, value };
}

/** A regulator's account, as the guide's example has it. */
export function regulator(identifiers: readonly unknown[], change: object = {}): FhirResource {
  return {
    resourceType: 'Practitioner',
    meta: {
      source: TECHNICAL,
      profile: ['https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul'],
    },
    identifier: identifiers,
    active: true,
    name: [{ family: 'Loridon', given: ['Sébastien'] }],
    telecom: [{ system: 'email', value: 'sebastien.loridon@test.com' }],
    ...change,
  };
}

async function answerTo(
  sent: ReturnType<typeof secureRequest>,
  text: string | undefined,
): Promise<SasAnswer> {
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(text);
  const [response] = await answered;
  sent.on('error', () => {});
  const body = (await buffer(response)).toString();
  const json = body.startsWith('{') ? (JSON.parse(body) as { issue?: SasAnswer['issue'][] }) : {};
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: body,
    location: response.headers.location,
    issue: json.issue?.[0],
  };
}

/** Port 0 and waits of less than a second are for tests alone: the schema refuses them. */
function inAHurry(
  fhir: FhirConfig,
  { wait = 2_000, timeout = 2_000, giveUpAfter = 3_600_000 }: SasOptions,
): FhirConfig {
  const { sas } = fhir;
  return {
    ...fhir,
    sas: sas && {
      ...sas,
      listen: { ...sas.listen, port: 0 },
      hook: { ...sas.hook, wait },
      limits: { ...sas.limits, timeout, giveUpAfter },
    },
  };
}

function configuration(folder: string, hook: FhirHook, { validation = 'refuse' }: SasOptions): object {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const server = certificates.server;
  const account = { host: '127.0.0.1', port: 9, user: 'dpi', password: 'secret' };
  return {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${join(folder, 'journal.db')}` },
    mailboxes: [
      {
        name: 'urologie',
        address: 'dpi.urologie@chu-x.mssante.fr',
        imap: account,
        smtp: account,
        application: 'dpi',
      },
    ],
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: 9 } },
      },
    ],
    gateway: { application: 'PFI', facility: 'CHU_X' },
    fhir: {
      sas: {
        listen: {
          port: 9443,
          tls: {
            cert: file('sas.pem', server.cert),
            key: file('sas.key', server.key),
            clientCa: file('igc.pem', igc.certificate),
          },
        },
        publicUrl: PUBLIC_URL,
        clients: [PLATFORM],
        hook: { url: hook.url, ca: file('hook-ca.pem', hook.ca), token: 'jeton-agenda' },
        validation,
      },
    },
  };
}
