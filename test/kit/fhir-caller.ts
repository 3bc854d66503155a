import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { createAuthority } from '../../src/sandbox/certificates.ts';
import { certificates } from './certificates.ts';

/** Whom the façade's callers by certificate are of. */
export const hospital = createAuthority('Autorité de l’hôpital');
export const TOKEN = 'jeton-du-bloc';

const pui = hospital.issue({ name: 'pui.chu-x.fr', usage: 'client' });
const stranger = hospital.issue({ name: 'inconnu.chu-x.fr', usage: 'client' });

/** What proves who calls. */
const PROOFS = {
  pui,
  stranger,
  bloc: { headers: { authorization: `Bearer ${TOKEN}` } },
  liar: { headers: { authorization: 'Bearer un-autre-jeton' } },
  nobody: {},
} as const;

export type Caller = keyof typeof PROOFS;

export interface FhirAsk {
  /** Default: the pharmacy, by its certificate. */
  readonly as?: Caller;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of the façade, with what is looked at most. */
export interface FhirReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined for a body that is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** `required Bundle.entry[0]`: code and expression of each error of an OperationOutcome. */
  readonly errors: readonly string[];
}

/** One request to the façade, on a connection of its own. */
export async function askFacade(
  port: number,
  method: string,
  path: string,
  body: unknown,
  { as = 'pui', headers = {} }: FhirAsk,
): Promise<FhirReply> {
  const { headers: proof = {}, ...tls } = { headers: undefined, ...PROOFS[as] };
  const bytes =
    body === undefined
      ? undefined
      : Buffer.from(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
  const sent = secureRequest({
    host: '127.0.0.1',
    port,
    method,
    path,
    ca: certificates.ca,
    agent: new Agent(),
    ...tls,
    headers: {
      ...(bytes && { 'content-type': 'application/fhir+json', 'content-length': bytes.length }),
      ...proof,
      ...headers,
    },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(bytes);
  const [response] = await answered;
  sent.on('error', () => {});
  const text = (await buffer(response)).toString();
  const json = jsonOf(text);
  return { status: response.statusCode ?? 0, headers: response.headers, text, json, errors: errorsOf(json) };
}

function jsonOf(text: string): FhirReply['json'] {
  try {
    return JSON.parse(text) as FhirReply['json'];
  } catch {
    return undefined;
  }
}

interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly expression?: readonly string[];
}

function errorsOf(json: FhirReply['json']): string[] {
  const issues = (json?.['issue'] ?? []) as readonly Issue[];
  return issues
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression = [] }) => [code, ...expression].join(' '));
}
