import { randomUUID } from 'node:crypto';
import type { Said } from './outcome.ts';

/** Who may have tokens (OAuth2 client credentials). */
export interface TokenClient {
  readonly id: string;
  readonly secret: string;
  /** What must be asked for; anything where absent. */
  readonly scope?: string;
}

/** Gives tokens out, and knows them again. */
export interface TokenDesk {
  /** @param form body of `POST /connect/token` */
  give(form: URLSearchParams): Said;
  /** @param authorization the request's header */
  isGood(authorization: string | undefined): boolean;
  /** Those given so far are good no more. */
  expire(): void;
  /** How many were given. */
  given(): number;
}

const LIFE_S = 3_600;

export function createTokenDesk(client: TokenClient): TokenDesk {
  const good = new Set<string>();
  let given = 0;
  return {
    give(form) {
      const isKnown = form.get('client_id') === client.id && form.get('client_secret') === client.secret;
      if (!isKnown) return { status: 401, body: { error: 'invalid_client' } };
      if (form.get('grant_type') !== 'client_credentials')
        return { status: 400, body: { error: 'unsupported_grant_type' } };
      if (client.scope !== undefined && form.get('scope') !== client.scope)
        return { status: 400, body: { error: 'invalid_scope' } };
      const token = randomUUID();
      good.add(token);
      given += 1;
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: LIFE_S } };
    },
    isGood: authorization => good.has(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''),
    expire: () => good.clear(),
    given: () => given,
  };
}
