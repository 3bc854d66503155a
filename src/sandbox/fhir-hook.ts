import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { type FhirResource, parseResource } from '../formats/fhir/resource.ts';
import { createAuthority } from './certificates.ts';
import { listening } from './restartable.ts';
import { createWaiting, type Waiting } from './waiting.ts';

/**
 * - `answer`: takes the account: 201 where it is new, else 200
 * - `silent`: takes nothing, answers nothing · `silent-after`: takes the account and answers nothing
 * - `drop`: ends the connection, and takes nothing · `drop-after`: takes the account, then ends the connection
 * - a status: takes nothing; with this body where there is one (an OperationOutcome, or a text that is no JSON), in seconds
 *   `retryAfter`
 */
export type HookBehaviour =
  | 'answer'
  | 'silent'
  | 'silent-after'
  | 'drop'
  | 'drop-after'
  | {
      readonly status: number;
      readonly body?: FhirResource | string | undefined;
      readonly retryAfter?: number | undefined;
    };

/** A request, as it came. */
export interface HookRequest {
  readonly method: string;
  /** Below the hook's address: `/Practitioner/123`. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly resource: FhirResource;
  readonly isTaken: boolean;
}

export interface FhirHookOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

/** An agenda software's hook in this process. */
export interface FhirHook {
  /** Requests are below it. */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed its certificate (for `localhost` and 127.0.0.1). */
  readonly ca: string;
  /** Every request whose body has come, in order. */
  received(): readonly HookRequest[];
  /** What it has taken, the latest under each path. */
  resources(): ReadonlyMap<string, FhirResource>;
  /** Behaves so from now on, or for the next `times` requests, by what each brings where that is given. */
  behave(behaviour: HookBehaviour | ((resource: FhirResource) => HookBehaviour), times?: number): void;
  /** Resolves once a condition on the above holds. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection; what it has taken stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

const BASE = '/fhir';

/** Starts software that takes FHIR resources over HTTPS: `PUT <url>/Practitioner/<id>`, or whatever else is below its address. */
export async function startFhirHook({
  host = '127.0.0.1',
  port = 0,
}: FhirHookOptions = {}): Promise<FhirHook> {
  const authority = createAuthority('pfi-gateway sandbox FHIR hook CA');
  const received: HookRequest[] = [];
  const resources = new Map<string, FhirResource>();
  const { changed, until } = createWaiting();
  let script: { readonly behaviour: Parameters<FhirHook['behave']>[0]; left: number } = always('answer');

  function next(resource: FhirResource): HookBehaviour {
    const { behaviour } = script;
    script.left -= 1;
    if (script.left <= 0) script = always('answer');
    return typeof behaviour === 'function' ? behaviour(resource) : behaviour;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, socket } = request;
    const resource = parseResource(await buffer(request));
    const behaviour = next(resource);
    const path = url.startsWith(`${BASE}/`) ? url.slice(BASE.length) : url;
    const isTaken = behaviour === 'answer' || behaviour === 'silent-after' || behaviour === 'drop-after';
    const isNew = !resources.has(path);
    if (isTaken) resources.set(path, resource);
    received.push({ method, path, headers, resource, isTaken });
    if (behaviour === 'answer') answer(response, { status: isNew ? 201 : 200, body: resource });
    else if (typeof behaviour === 'object') answer(response, behaviour);
    else if (behaviour.startsWith('drop')) socket.destroy();
    changed();
  }

  const hosts = ['localhost', '127.0.0.1'];
  const certificate = authority.issue({ name: 'agenda.sandbox', hosts, usage: 'server' });
  const server = createServer({ ...certificate, minVersion: 'TLSv1.2' }, (request, response) => {
    // Kept: a request that is destroyed has no socket any more.
    const { socket } = request;
    serve(request, response).catch(() => socket.destroy());
  });
  const listener = await listening(server, { host, port });
  return {
    ...listener,
    url: `https://localhost:${listener.port}${BASE}`,
    ca: authority.certificate,
    received: () => received,
    resources: () => resources,
    behave: (behaviour, times = Number.POSITIVE_INFINITY) => {
      script = { behaviour, left: times };
    },
    until,
  };
}

function always(behaviour: HookBehaviour): { readonly behaviour: HookBehaviour; left: number } {
  return { behaviour, left: Number.POSITIVE_INFINITY };
}

function answer(
  response: ServerResponse,
  { status, body, retryAfter }: Extract<HookBehaviour, { status: number }>,
): void {
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
  response.writeHead(status, {
    'Content-Type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/fhir+json',
    'Content-Length': Buffer.byteLength(text),
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
  });
  response.end(text);
}
