import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  TlsClientAuth,
} from 'oauth4webapi';
import type { Clock } from '../../basics/clock.ts';
import { retryAfterSeconds } from '../exchange-faults.ts';
import { createConnections, type HttpsHost } from '../https-connections.ts';
import { exchange } from '../https-exchange.ts';
import { noToken, refusedToken, TOKEN_FAULTS } from './faults.ts';

/** How long before its end a token is no longer shown, ms: clocks differ, and requests take time. */
const MARGIN_MS = 60_000;
const MAX_ANSWER = 256 * 1024;

/** Who asks for tokens, and where (RFC 6749 §4.4). Time in ms. */
export interface TokenOptions {
  readonly url: string;
  readonly host: HttpsHost;
  readonly clientId: string;
  /** Read anew for each token. Undefined: our certificate says who we are (RFC 8705 §2). */
  readonly clientSecret: (() => Promise<string>) | undefined;
  /** Where the secret is: among the parameters (`post`) or in Authorization (`basic`). */
  readonly secretIn: 'post' | 'basic';
  readonly scope: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export interface Tokens {
  /** The token at hand, or a new one: fetched once for all who ask meanwhile. @throws GatewayError FHIR-006 */
  token(): Promise<string>;
  /** A token that was refused, or whatever there is: it is not given again. */
  drop(token?: string): void;
  close(): void;
}

/** Keeps a token until a minute before its end; one of less than two minutes for half of its life, one without end until it is refused. */
export function createTokens(options: TokenOptions): Tokens {
  const { clock } = options;
  const agent = createConnections(options.host, 1);
  let current: { readonly token: string; readonly until: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const asked = clock.now();
    const { access_token: token, expires_in: seconds } = await fetchToken(options, asked, agent);
    // It is going to be a header: nothing that a header cannot hold.
    if (!/^[\x21-\x7e]+$/.test(token)) throw noToken({ fields: { reason: 'token' } });
    const life = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000;
    current = { token, until: asked.getTime() + Math.max(life - MARGIN_MS, life / 2) };
    return token;
  }
  return {
    async token() {
      if (current !== undefined && clock.now().getTime() < current.until) return current.token;
      fetching ??= renew().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    drop(token) {
      if (token === undefined || current?.token === token) current = undefined;
    },
    close: () => agent.destroy(),
  };
}

async function fetchToken(
  options: TokenOptions,
  now: Date,
  agent: ReturnType<typeof createConnections>,
): Promise<TokenEndpointResponse> {
  const { url, clientId, scope, timeoutMs } = options;
  const server = { issuer: new URL(url).origin, token_endpoint: url };
  const client = { client_id: clientId };
  const authentication = await clientAuthentication(options);
  const response = await clientCredentialsGrantRequest(
    server,
    client,
    authentication,
    scope === undefined ? {} : { scope },
    {
      // Whether http may be is for the configuration to say.
      [allowInsecureRequests]: true,
      [customFetch]: async (address, { method, headers, body }) => {
        const form = Buffer.from(String(body));
        const answer = await exchange(
          {
            url: address,
            method,
            headers: { ...headers, 'content-length': form.byteLength, 'accept-encoding': 'identity' },
            chunks: [form],
          },
          { agent, timeoutMs, maxAnswerBytes: MAX_ANSWER, faults: TOKEN_FAULTS },
        );
        return asResponse(answer);
      },
    },
  );
  const retryAfter = retryAfterSeconds(response.headers.get('retry-after') ?? undefined, now);
  return processClientCredentialsResponse(server, client, response).catch((thrown: unknown) => {
    throw refusedToken(
      response.status,
      thrown instanceof ResponseBodyError ? thrown.error : undefined,
      retryAfter,
    );
  });
}

async function clientAuthentication({ clientSecret, secretIn }: TokenOptions): Promise<ClientAuth> {
  if (clientSecret === undefined) return TlsClientAuth();
  const secret = await clientSecret();
  return secretIn === 'basic' ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

/** Without WWW-Authenticate, whose challenge would hide the error that the body names. */
function asResponse({ status, headers, body }: Awaited<ReturnType<typeof exchange>>): Response {
  const kept = ['content-type', 'retry-after'].flatMap(name => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  // A status that fetch's Response cannot have (1xx, 6xx…) is no answer to the question either.
  if (status < 200 || status > 599) throw refusedToken(status, undefined, undefined);
  const isBodiless = [204, 205, 304].includes(status);
  return new Response(isBodiless ? null : Uint8Array.from(body), {
    status,
    headers: Object.fromEntries(kept),
  });
}
