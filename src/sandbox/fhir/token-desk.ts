import { randomUUID } from 'node:crypto';
import type { Said } from './outcome.ts';

/** Who may have tokens (OAuth2 client credentials). */
export interface TokenClient {
  readonly id: string;
  /** Undefined where its certificate says who it is. */
  readonly secret?: string;
  /** Where it says its secret; default: among the parameters. */
  readonly secretIn?: 'post' | 'basic';
  /** CN of its certificate, where it must show one. */
  readonly certificate?: string;
  /** What must be asked for; anything where absent. */
  readonly scope?: string;
}

/** Gives tokens out, and knows them again. */
export interface TokenDesk {
  /** @param form body of `POST /connect/token` @param asked its header, and the CN of its certificate */
  give(
    form: URLSearchParams,
    asked: { readonly authorization: string | undefined; readonly from: string | undefined },
  ): Said;
  /** @param authorization the request's header */
  isGood(authorization: string | undefined): boolean;
  /** Those given so far are good no more. */
  expire(): void;
  /** How many were given. */
  given(): number;
}

const LIFE_S = 3_600;

/** RFC 6749 §2.3.1, RFC 8705 §2.1. */
function isProven(
  { id, secret, secretIn = 'post', certificate }: TokenClient,
  form: URLSearchParams,
  { authorization, from }: { readonly authorization: string | undefined; readonly from: string | undefined },
): boolean {
  if (certificate !== undefined && from !== certificate) return false;
  if (secret === undefined || secretIn === 'post')
    return form.get('client_id') === id && form.get('client_secret') === (secret ?? null);
  const encoded = /^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '';
  const said = Buffer.from(encoded, 'base64').toString().split(':').map(formDecoded);
  return said.length === 2 && said[0] === id && said[1] === secret && !form.has('client_secret');
}

function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? '';
}

export function createTokenDesk(client: TokenClient): TokenDesk {
  const good = new Set<string>();
  let given = 0;
  return {
    give(form, asked) {
      if (!isProven(client, form, asked)) return { status: 401, body: { error: 'invalid_client' } };
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
