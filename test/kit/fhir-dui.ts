import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/basics/clock.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { createFhirClient, type FhirAuth } from '../../src/peers/fhir/client.ts';
import { type FhirHook, type HookRequest, startFhirHook } from '../../src/sandbox/fhir-hook.ts';
import { duiBundle } from '../formats/fhir/validation/samples.ts';
import { certificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { startWorld, type World } from './gateway.ts';

/** Of the samples' patient. */
export const INS = '285062901904236';
export const HOOK_TOKEN = 'jeton-de-l-application';

type Json = Record<string, unknown>;

export interface DuiEntry {
  fullUrl: string;
  resource: Json & { resourceType: string; id: string };
  request: Json;
}
export type DuiBundle = Json & { entry: DuiEntry[] };

/** An answer of the façade; `entry` of a success alone. */
export interface DuiAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: Json & {
    readonly entry: readonly Pick<DuiEntry, 'fullUrl' | 'resource'>[] & { response?: Json }[];
  };
  /** `required Bundle.entry[0]`: code and expression of each error of an OperationOutcome. */
  readonly errors: readonly string[];
}

/** Who sends: `editeur` by a token, `ssiad` by a certificate; `bloc` has no right to. */
export type DuiCaller = 'editeur' | 'ssiad' | 'bloc';

/** Software that sends records of the DUI, the gateway, and the application that is handed them. */
export interface DuiBed {
  readonly hook: FhirHook;
  readonly world: World;
  readonly port: number;
  send(bundle: unknown, as?: DuiCaller): Promise<DuiAnswer>;
  exchanges(): Promise<ExchangeView[]>;
  /** The exchange of an answer. */
  exchangeOf(answer: DuiAnswer): Promise<ExchangeView>;
  /** What the application got of the Bundle that an answer is about. */
  handedOver(answer: DuiAnswer): HookRequest[];
  /** Waits until the application has taken it, at its n-th call. */
  taken(answer: DuiAnswer, calls?: number): Promise<void>;
  /** Stops the gateway and starts it on the same journal; with other keys of `fhir.dui` where given. */
  restart(dui?: Json): Promise<void>;
  stop(): Promise<void>;
}

export async function startDuiBed(): Promise<DuiBed> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-dui-'));
  const hook = await startFhirHook();
  const port = await freePort();
  const key = randomBytes(32).toString('base64');
  const files = {
    'server.pem': certificates.server.cert,
    'server.key': certificates.server.key,
    'client.pem': certificates.client.cert,
    'client.key': certificates.client.key,
    'ca.pem': certificates.ca,
    'hook-ca.pem': `${hook.ca}\n${certificates.ca}`,
  };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(folder, name), pem);
  const settings = (dui: Json = {}): Json => configuration({ folder, port, key, hook: hook.url }, dui);
  const world = await startWorld({ settings: settings() });

  async function exchanges(): Promise<ExchangeView[]> {
    const { journal } = world.gateway();
    const known = await journal.list({ limit: 1_000 });
    const fhir = known.filter(({ nature }) => nature === 'fhir');
    const views = await Promise.all(fhir.map(({ id }) => journal.exchange(id)));
    return views.filter(view => view !== undefined);
  }

  async function exchangeOf(answer: DuiAnswer): Promise<ExchangeView> {
    const { journal } = world.gateway();
    for (const view of await exchanges()) {
      const ids = await journal.platformIdsOf(view.exchange.id);
      if (ids.some(id => id.endsWith(`/${idOf(answer)}`))) return view;
    }
    throw new Error('no exchange of this answer');
  }

  const handedOver = (answer: DuiAnswer): HookRequest[] =>
    hook.received().filter(({ resource }) => JSON.stringify(resource).includes(`"id":"${idOf(answer)}"`));

  return {
    hook,
    world,
    port,
    send: (bundle, as = 'editeur') => send(port, bundle, AUTHS[as]),
    exchanges,
    exchangeOf,
    handedOver,
    async taken(answer, calls = 1) {
      await world.until('the hook has it', () => handedOver(answer).length === calls);
      await world.until('its delivery has ended', async () => {
        const { deliveries } = await exchangeOf(answer);
        return deliveries.every(({ state }) => state === 'done');
      });
    },
    async restart(dui) {
      await world.stopGateway();
      await world.startGateway({ settings: settings(dui) });
    },
    async stop() {
      await world.stop();
      await hook.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idOf({ body }: DuiAnswer): string | undefined {
  return body.entry[0]?.resource.id;
}

const token = (text: string): FhirAuth => ({ type: 'token', ca: certificates.ca, token: async () => text });
const AUTHS: Readonly<Record<DuiCaller, FhirAuth>> = {
  editeur: token('jeton-de-l-editeur'),
  bloc: token('jeton-du-bloc'),
  ssiad: { type: 'mtls', ca: certificates.ca, ...certificates.client },
};

function configuration(
  own: { readonly folder: string; readonly port: number; readonly key: string; readonly hook: string },
  dui: Json,
): Json {
  const pem = (name: string): string => join(own.folder, name);
  const receive = {
    hook: own.hook,
    wait: '2s',
    ca: pem('hook-ca.pem'),
    clientCertificate: { cert: pem('client.pem'), key: pem('client.key') },
    token: HOOK_TOKEN,
  };
  return {
    journal: { url: 'sqlite:./journal.db', key: own.key },
    fhir: {
      facade: {
        port: own.port,
        tls: { cert: pem('server.pem'), key: pem('server.key'), clientCa: pem('ca.pem') },
      },
      callers: [
        { name: 'editeur', token: 'jeton-de-l-editeur', flows: ['dui-consommateur'] },
        { name: 'ssiad', certificate: { cn: 'passerelle' }, flows: ['dui-consommateur'] },
        { name: 'bloc', token: 'jeton-du-bloc', flows: ['dmi'] },
      ],
      dmi: { url: 'https://127.0.0.1:1/fhir', auth: { type: 'none' } },
      dui: { ...dui, receive: { ...receive, ...(dui['receive'] as Json | undefined) } },
    },
  };
}

async function send(port: number, bundle: unknown, auth: FhirAuth): Promise<DuiAnswer> {
  const client = createFhirClient({
    url: `https://127.0.0.1:${port}/fhir/dui-consommateur`,
    auth,
    timeoutMs: 10_000,
    maxAnswerBytes: 1_000_000,
    parallel: 1,
    rate: undefined,
    clock: systemClock,
  });
  try {
    const body = Buffer.from(typeof bundle === 'string' ? bundle : JSON.stringify(bundle));
    const answer = await client.send({ method: 'POST', path: '/', body });
    const text = Buffer.from(answer.body).toString();
    const json = JSON.parse(text) as DuiAnswer['body'] & { issue?: Issue[] };
    const errors = (json.issue ?? [])
      .filter(({ severity }) => severity === 'error')
      .map(({ code, expression = [] }) => [code, ...expression].join(' '));
    return { status: answer.status, text, body: json, errors };
  } finally {
    await client.close();
  }
}

interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly expression?: readonly string[];
}

let last = 0;

/**
 * A record like no other: 0 patient with INS, 1 structure, 2 stay, 3 patient without INS. Its sender does what it should
 * not: the INS is in the patient's id, and in the Bundle's identifier.
 */
export function newRecord(
  change: (entries: [DuiEntry, DuiEntry, DuiEntry, DuiEntry]) => void = () => {},
): DuiBundle {
  last += 1;
  const bundle = JSON.parse(JSON.stringify(duiBundle())) as DuiBundle;
  const [patient, structure, stay, other] = bundle.entry;
  if (!patient || !structure || !stay || !other) throw new Error('the sample is another');
  for (const [index, { resource }] of bundle.entry.entries()) resource.id = `r${last}-${index}`;
  patient.resource.id = `${INS}-${last}`;
  patient.fullUrl = `https://dui.example/fhir/Patient/${INS}-${last}`;
  structure.fullUrl = `urn:uuid:00000000-0000-4000-8000-${String(1_000_000 + last).padStart(12, '0')}`;
  stay.resource['subject'] = { reference: patient.fullUrl };
  stay.resource['serviceProvider'] = { reference: structure.fullUrl };
  change([patient, structure, stay, other]);
  return { ...bundle, identifier: { system: 'urn:x:envois', value: `envoi-${INS}-${last}` } };
}

/** A stay alone, of a patient and in a structure that an earlier Bundle has brought. */
export function newStay(subject = '', serviceProvider = ''): DuiBundle {
  const bundle = newRecord(([, , stay]) => {
    stay.resource['subject'] = { reference: subject };
    stay.resource['serviceProvider'] = { reference: serviceProvider };
  });
  return { ...bundle, entry: bundle.entry.slice(2, 3) };
}
