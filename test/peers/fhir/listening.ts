import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as secureRequest, type RequestOptions } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { FhirCaller } from '../../../src/peers/fhir/callers.ts';
import { type FhirListenerOptions, startFhirListener } from '../../../src/peers/fhir/listener.ts';
import type {
  FhirHttpAnswer,
  FhirHttpReport,
  FhirHttpRequest,
  FhirListener,
  FhirRoute,
} from '../../../src/peers/interfaces.ts';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import { certificates } from '../../kit/certificates.ts';
import { closing } from './bed.ts';

/** Whom the listener's callers are of. */
export const hospital = createAuthority('Autorité de l’hôpital');
export const pui = hospital.issue({ name: 'pui.chu-x.fr', usage: 'client' });

export const CALLERS: readonly FhirCaller[] = [
  { name: 'pui', certificate: { cn: 'pui.chu-x.fr' }, flows: ['dmi'] },
  { name: 'bloc', token: async () => 'jeton-du-bloc', flows: ['dmi', 'renacot'] },
];
export const BLOC = { authorization: 'Bearer jeton-du-bloc' };

/** What a listener was asked, and what it told its owner. */
export interface Listening extends FhirListener {
  readonly asked: FhirHttpRequest[];
  readonly reports: FhirHttpReport[];
  readonly failures: unknown[];
}

/** A route that answers with a resource. */
export function route(
  method: string,
  path: string,
  flow: string | undefined,
  handle: FhirRoute['handle'] = async () => ({ status: 200, body: { resourceType: 'Bundle' } }),
): FhirRoute {
  return { method, path, flow, handle };
}

export const ROUTES: readonly FhirRoute[] = [
  route('POST', '/fhir/dmi/Bundle', 'dmi'),
  route('GET', '/fhir/dmi/AuditEvent', 'dmi'),
  route('GET', '/fhir/dmi/AuditEvent/:id', 'dmi'),
  route('POST', '/fhir/renacot/$associer-implants-registre', 'renacot'),
  route('POST', '/fhir/sas/Practitioner', undefined),
  route('PUT', '/fhir/sas/Practitioner', undefined),
  route('GET', '/fhir/metadata', undefined),
];

export async function listening(change: Partial<FhirListenerOptions> = {}): Promise<Listening> {
  const asked: FhirHttpRequest[] = [];
  const reports: FhirHttpReport[] = [];
  const failures: unknown[] = [];
  const listener = await startFhirListener({
    host: '127.0.0.1',
    port: 0,
    tls: { ...certificates.server, clientCa: hospital.certificate },
    callers: CALLERS,
    publicUrl: undefined,
    maxBytes: 256 * 1024,
    headersMs: 10_000,
    requestMs: 10_000,
    maxConnections: 100,
    maxRequests: 50,
    maxHeldBytes: 1024 * 1024,
    done: report => void reports.push(report),
    failed: error => void failures.push(error),
    ...change,
    routes: (change.routes ?? ROUTES).map(each => ({
      ...each,
      handle: (what: FhirHttpRequest): Promise<FhirHttpAnswer> => {
        asked.push(what);
        return each.handle(what);
      },
    })),
  });
  closing({ close: () => listener.stop(0) });
  return { ...listener, asked, reports, failures };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** OperationOutcome.issue[0], where it is one. */
  readonly issue: { readonly code?: string; readonly diagnostics?: string } | undefined;
}

/** One request on a connection of its own. @throws the connection's error */
export async function ask(
  { port }: { readonly port: number },
  method: string,
  path: string,
  {
    body,
    ...options
  }: Omit<RequestOptions, 'headers'> & {
    /** Beside type and length, or instead of them: undefined for none. */
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly body?: string | Uint8Array | undefined;
  } = {},
): Promise<Answer> {
  const { headers = BLOC, ...rest } = options;
  const sent = secureRequest({
    host: '127.0.0.1',
    port,
    method,
    path,
    ca: certificates.ca,
    agent: new Agent(),
    headers: Object.fromEntries(
      Object.entries({
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(body) }),
        ...headers,
      }).filter(([, value]) => value !== undefined),
    ),
    ...rest,
  });
  return answerTo(sent, body);
}

/** The answer to a request that is sent with a body. */
export async function answerTo(sent: ClientRequest, body?: string | Uint8Array): Promise<Answer> {
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(body);
  const [response] = await answered;
  // Once the answer has begun to come, a connection that ends is not news.
  sent.on('error', () => {});
  const text = (await buffer(response)).toString();
  const json = text.startsWith('{') ? (JSON.parse(text) as { issue?: Answer['issue'][] }) : {};
  return { status: response.statusCode ?? 0, headers: response.headers, text, issue: json.issue?.[0] };
}

/** A connection that speaks as a test writes. */
export async function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca: certificates.ca, ...options });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}
