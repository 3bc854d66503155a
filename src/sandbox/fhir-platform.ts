import { createAuthority } from './certificates.ts';
import {
  createFhirScript,
  type FhirBehaviour,
  type FhirOperation,
  isPassive,
  type ScriptedFhirBehaviour,
} from './fhir/behaviour.ts';
import type { Json } from './fhir/json.ts';
import { refused, type Said, told } from './fhir/outcome.ts';
import { createRecordKeeper } from './fhir/record-keeper.ts';
import { type Association, createRegistry, type KnownIntervention } from './fhir/registry.ts';
import { type FhirHttpCall, startFhirService } from './fhir/service.ts';
import { createTokenDesk, type TokenClient } from './fhir/token-desk.ts';
import { createTraceKeeper } from './fhir/trace-keeper.ts';
import { type CreatedEntry, responseWithNo } from './fhir/transaction.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export type { FhirBehaviour, FhirOperation, ScriptedFhirBehaviour } from './fhir/behaviour.ts';
export type { Association, KnownIntervention } from './fhir/registry.ts';
export type { CreatedEntry } from './fhir/transaction.ts';

export interface FhirPlatformOptions {
  /** What it is: a keeper of implants' traces, one of medico-social records, the registry of orthopaedic implants. */
  readonly flow: 'dmi' | 'dui' | 'renacot';
  /** PEM of the authorities that client certificates have to come from; absent: none is asked for. */
  readonly trusted?: readonly string[];
  /** Who must show a token; absent: nobody. */
  readonly client?: TokenClient;
  /** DUI: the guide's version that it follows decides the status of a success; default 201. */
  readonly success?: 200 | 201;
  /** RENACOT: what the registry knows from the start. */
  readonly interventions?: readonly KnownIntervention[];
  /** RENACOT: more calls in a second are refused; default 5, as its guide says. */
  readonly callsASecond?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly clock?: () => Date;
}

/** A request that came, done or not. */
export interface FhirPlatformCall {
  readonly operation: FhirOperation | undefined;
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: FhirHttpCall['headers'];
  readonly from: string | undefined;
  /** JSON; undefined for a request without. */
  readonly body: unknown;
  /** The same as it came. */
  readonly text: string;
  /** What it was answered, or would have been. */
  readonly status: number;
}

/** One of the national platforms, in this process. */
export interface FhirPlatform {
  /** `https://localhost:…/fhir` */
  readonly url: string;
  /** Where tokens are given. */
  readonly tokenUrl: string;
  readonly port: number;
  /** PEM of the authority that signed the server's certificate (for `localhost` and 127.0.0.1). */
  readonly ca: string;
  /** Every request but those for tokens, in order. */
  readonly requests: () => readonly FhirPlatformCall[];
  /** Those that brought something, done or not. */
  readonly submissions: () => readonly FhirPlatformCall[];
  /** What was created (DMI, DUI), by transaction. */
  transactions(): readonly (readonly CreatedEntry[])[];
  /** What was associated (RENACOT). */
  associations(): readonly Association[];
  /** RENACOT: somebody has entered an operation in the registry. */
  readonly know: (intervention: KnownIntervention) => void;
  /** How many tokens were given. */
  tokens(): number;
  /** The tokens given so far are good no more. */
  expireTokens(): void;
  /** Behaves so from now on, or for the next `times` requests that it concerns. */
  readonly behave: (behaviour: ScriptedFhirBehaviour, times?: number) => void;
  /** Lets late answers leave, and those to come. */
  release(): void;
  /** Resolves once a condition on the above holds. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection; what was taken stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

const BASE = '/fhir';
const TOKENS = '/connect/token';

/**
 * Starts a platform: HTTPS, by client certificate or token as configured. It checks what it gets by means of its own, which
 * share no code with the gateway, and keeps it.
 */
export async function startFhirPlatform(options: FhirPlatformOptions): Promise<FhirPlatform> {
  const authority = createAuthority('pfi-gateway sandbox FHIR CA');
  const hosts = ['localhost', '127.0.0.1'];
  const script = createFhirScript();
  const { changed, until } = createWaiting();
  const desk = options.client === undefined ? undefined : createTokenDesk(options.client);
  const requests: FhirPlatformCall[] = [];
  const late = Promise.withResolvers<void>();

  function answer(call: FhirHttpCall, behaviour: FhirBehaviour): Said {
    const { pathname, searchParams } = new URL(call.url, 'https://localhost');
    if (pathname === TOKENS) {
      const given = settled(
        'token',
        behaviour,
        () =>
          desk?.give(formOf(call), { authorization: call.headers.authorization, from: call.from }) ??
          notHere(),
      );
      return ordered(given, behaviour, undefined);
    }
    const operation = operationOf(options.flow, call.method, call.url);
    const body = jsonOf(call.body);
    const outcome = settled(operation, behaviour, () => {
      if (desk !== undefined && !desk.isGood(call.headers.authorization)) return withoutToken();
      if (body instanceof Error || isOfAnotherType(call)) return refused(400, notJson());
      return done(operation, pathname.slice(BASE.length), searchParams, body);
    });
    const said = ordered(outcome, behaviour, body);
    const { method, url, headers, from } = call;
    const text = call.body.toString();
    requests.push({ operation, method, url, headers, from, body, text, status: said.status });
    changed();
    return said;
  }

  const service = await startFhirService({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    certificate: authority.issue({ name: 'fhir.sandbox', hosts, usage: 'server' }),
    trusted: options.trusted ?? [],
    behaviour: (method, url) => {
      const operation = url.startsWith(TOKENS) ? 'token' : operationOf(options.flow, method, url);
      return operation === undefined ? 'answer' : script.next(operation);
    },
    answer,
    released: () => late.promise,
  });
  const base = `https://localhost:${service.port}${BASE}`;
  const clock = options.clock ?? (() => new Date());
  const traces = createTraceKeeper(base, clock);
  const records = createRecordKeeper({ base, success: options.success ?? 201, clock });
  const registry = createRegistry(options.interventions ?? [], options.callsASecond ?? 5);

  function done(
    operation: FhirOperation | undefined,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): Said {
    const { flow } = options;
    if (operation === 'metadata') return { status: 200, body: CAPABILITIES };
    if (operation === 'submit' && flow === 'renacot')
      return registry.associate(path.startsWith('/Procedure') ? 'procedure' : 'registre', body);
    if (operation === 'submit') return (flow === 'dmi' ? traces : records).submit(body);
    if (operation === 'search') return traces.search(query);
    if (operation === 'read') return (flow === 'dmi' ? traces : records).read(path.slice(1));
    return notHere();
  }

  return {
    ...service,
    url: base,
    tokenUrl: `https://localhost:${service.port}${TOKENS}`,
    ca: authority.certificate,
    requests: () => requests,
    submissions: () => requests.filter(({ operation }) => operation === 'submit'),
    transactions: () => (options.flow === 'dmi' ? traces : records).transactions(),
    associations: () => registry.associations(),
    know: intervention => registry.know(intervention),
    tokens: () => desk?.given() ?? 0,
    expireTokens: () => desk?.expire(),
    behave: script.behave,
    release: () => late.resolve(),
    until,
  };
}

const CAPABILITIES: Json = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['json'],
};

/** What a request asks for; undefined for what the platform does not have. */
function operationOf(
  flow: FhirPlatformOptions['flow'],
  method: string,
  url: string,
): FhirOperation | undefined {
  const [whole = '', query = ''] = url.split('?', 2);
  if (whole !== BASE && !whole.startsWith(`${BASE}/`)) return undefined;
  const path = whole.slice(BASE.length);
  if (method === 'GET') {
    if (path === '/metadata') return 'metadata';
    if (flow === 'dmi' && (path === '/AuditEvent' || query.startsWith('_getpages='))) return 'search';
    return flow !== 'renacot' && /^\/[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/.test(path) ? 'read' : undefined;
  }
  return method === 'POST' && SUBMISSIONS[flow].includes(path) ? 'submit' : undefined;
}

const SUBMISSIONS: Readonly<Record<FhirPlatformOptions['flow'], readonly string[]>> = {
  dmi: ['', '/', '/Bundle'],
  dui: ['', '/'],
  renacot: ['/$associer-implants-registre', '/Procedure/$associer-implants-procedure'],
};

/** What is done, unless it was told not to. */
function settled(operation: FhirOperation | undefined, behaviour: FhirBehaviour, act: () => Said): Said {
  if (operation === undefined) return notHere();
  return isPassive(behaviour) ? { status: 0, body: undefined } : act();
}

/** What is said instead of that. */
function ordered(said: Said, behaviour: FhirBehaviour, body: unknown): Said {
  if (typeof behaviour !== 'object' || 'page' in behaviour) return said;
  if ('error' in behaviour) return { status: 200, body: told(behaviour.error) };
  if ('entry' in behaviour)
    return { status: 200, body: responseWithNo(body, behaviour.entry, told(behaviour.issue)) };
  const { status, issue, reason } = behaviour;
  return { status, body: issue === undefined ? undefined : told(issue, reason) };
}

function formOf({ body }: FhirHttpCall): URLSearchParams {
  return new URLSearchParams(body.toString());
}

function jsonOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    return error;
  }
}

function isOfAnotherType({ method, headers }: FhirHttpCall): boolean {
  return method === 'POST' && !/^application\/fhir\+json\b/.test(headers['content-type'] ?? '');
}

function notJson(): Parameters<typeof refused>[1] {
  return { code: 'structure', path: '', reason: 'no FHIR JSON' };
}

function notHere(): Said {
  return refused(404, { code: 'not-supported', path: '', reason: 'there is no such service' });
}

function withoutToken(): Said {
  return refused(401, { code: 'login', path: '', reason: 'no good token' });
}
