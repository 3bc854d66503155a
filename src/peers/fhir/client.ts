import type { Clock } from '../../basics/clock.ts';
import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { retryAfterSeconds } from '../exchange-faults.ts';
import { createConnections, hostOf } from '../https-connections.ts';
import { exchange } from '../https-exchange.ts';
import type { FhirAnswer, FhirPeer, FhirRequest } from '../interfaces.ts';
import { FAULTS, refuseNoJson } from './faults.ts';
import { joinedHeaders } from './headers.ts';
import { probePlatform } from './probe.ts';
import { createRate, type RateLimit } from './rate.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** PEM texts: the authorities that servers are trusted by (the system's where undefined), our certificate and its key. */
interface Trust {
  readonly ca: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How a platform knows us. Secrets are read anew each time that they are needed. */
export type FhirAuth =
  | (Trust & { readonly type: 'none' })
  | (Trust & { readonly type: 'mtls'; readonly cert: string; readonly key: string })
  | (Trust & { readonly type: 'token'; readonly token: () => Promise<string> })
  | (Trust & {
      /** Client credentials. `ca`, and the certificate where there is one, hold for the authorization server too. */
      readonly type: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      /** Undefined where our certificate says who we are (RFC 8705). */
      readonly clientSecret: (() => Promise<string>) | undefined;
      readonly secretIn: 'post' | 'basic';
      readonly scope: string | undefined;
    });

/** Where a platform is, and how it is talked to. Time in ms, size in bytes. */
export interface FhirClientOptions {
  /** An http or https address; requests are below it. */
  readonly url: string;
  readonly auth: FhirAuth;
  /** For a whole exchange: connecting, sending, and the whole answer. A token has as long again. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** How many requests at once at most. */
  readonly parallel: number;
  /** Of requests to the platform; undefined where it sets none. */
  readonly rate: RateLimit | undefined;
  readonly clock: Clock;
}

/** A platform's HTTP API, over HTTPS. Whether a request may be sent again is for its sender to decide, by the fault's class. */
export function createFhirClient(options: FhirClientOptions): FhirPeer {
  const { auth, timeoutMs, maxAnswerBytes, parallel, clock } = options;
  const base = options.url.replace(/\/+$/, '');
  const host = hostOf(new URL(base), trustOf(auth), timeoutMs);
  const agent = createConnections(host, parallel);
  const limit = createLimit(parallel);
  const rate = options.rate === undefined ? undefined : createRate(options.rate);
  const tokens = tokensOf(options);

  async function once(request: FhirRequest, token: string | undefined): Promise<FhirAnswer> {
    const attempt = (): ReturnType<typeof exchange> =>
      exchange(
        {
          url: base + request.path,
          method: request.method,
          headers: headersOf(request, token),
          chunks: request.body === undefined ? [] : [request.body],
        },
        { agent, timeoutMs, maxAnswerBytes, faults: FAULTS },
      );
    const { status, headers, body } = await (rate === undefined ? attempt() : rate.run(attempt));
    refuseNoJson({ status }, body);
    const retryAfter = retryAfterSeconds(headers['retry-after'], clock.now());
    return { status, headers: joinedHeaders(headers), retryAfter, body };
  }

  async function send(request: FhirRequest): Promise<FhirAnswer> {
    if (!isBelow(request.path)) throw new TypeError('a path that leads elsewhere');
    if (auth.type === 'token') return once(request, await auth.token());
    if (tokens === undefined) return once(request, undefined);
    const first = await tokens.token();
    const answer = await once(request, first);
    if (answer.status !== 401) return answer;
    tokens.drop(first);
    const second = await tokens.token();
    const last = await once(request, second);
    if (last.status === 401) tokens.drop(second);
    return last;
  }

  const sending = (request: FhirRequest): Promise<FhirAnswer> => limit.run(() => send(request));
  return {
    send: sending,
    dropToken: () => tokens?.drop(),
    probe: () => probePlatform({ host, tokens, tokenHost: tokenHost(options), send: sending, clock }),
    async close() {
      // What is under way has had its time: the stop of a gateway does not wait for a platform that says nothing.
      rate?.close(closing);
      agent.destroy();
      tokens?.close();
      await limit.close(closing);
    },
  };
}

/** Whether a path stays below the address that it is added to, as URLs are read: no other host, no dots that lead upwards. */
function isBelow(path: string): boolean {
  const [way = ''] = path.split('?', 1);
  return (
    !path.includes('#') && /^(?:\/[!-[\]-~]*)?$/.test(way) && !/(?:\/|^)(?:\.|%2e){1,2}(?:\/|$)/i.test(way)
  );
}

function closing(): GatewayError {
  return new GatewayError('FHIR-004', { fields: { reason: 'closing' } });
}

function tokensOf(options: FhirClientOptions): Tokens | undefined {
  const host = tokenHost(options);
  const { auth, timeoutMs, clock } = options;
  if (auth.type !== 'oauth2' || host === undefined) return undefined;
  return createTokens({ ...auth, url: auth.tokenUrl, host, timeoutMs, clock });
}

function tokenHost({ auth, timeoutMs }: FhirClientOptions): ReturnType<typeof hostOf> | undefined {
  return auth.type === 'oauth2' ? hostOf(new URL(auth.tokenUrl), trustOf(auth), timeoutMs) : undefined;
}

function trustOf({ ca, cert, key }: Trust): Required<Trust> {
  return { ca, cert, key };
}

function headersOf(
  { body, headers }: FhirRequest,
  token: string | undefined,
): Record<string, string | number> {
  return {
    accept: 'application/fhir+json',
    'accept-encoding': 'identity',
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/fhir+json', 'content-length': body.byteLength }),
    ...headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}
