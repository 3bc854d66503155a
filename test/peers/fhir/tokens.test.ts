import { describe, expect, it } from 'vitest';
import type { FhirAuth } from '../../../src/peers/fhir/client.ts';
import { certificates } from '../../kit/certificates.ts';
import { freePort } from '../../kit/free-port.ts';
import { waitFor } from '../../kit/wait.ts';
import { BUNDLE, client, fault, oauth2, platform } from './bed.ts';
import { answering, type PlatformScript, type ScriptedPlatform } from './scripted-platform.ts';

const post = { method: 'POST', path: '/$associer-implants-registre', body: BUNDLE } as const;

/** Gives `jeton-1`, `jeton-2`…, with or without an end. */
function issuing(seconds?: number | string, more: object = {}): PlatformScript {
  let count = 0;
  return async (response, request, body) => {
    count += 1;
    const token = { access_token: `jeton-${count}`, token_type: 'Bearer', expires_in: seconds, ...more };
    return answering(200, token, { 'content-type': 'application/json' })(response, request, body);
  };
}

/** The tokens that a platform saw. */
const shown = ({ received }: ScriptedPlatform): (string | undefined)[] =>
  received.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));

/** Answers 401 to the tokens that are named. */
function refusing(...tokens: string[]): PlatformScript {
  return (response, request, body) => {
    const isRefused = tokens.some(token => request.headers.authorization === `Bearer ${token}`);
    return answering(isRefused ? 401 : 200)(response, request, body);
  };
}

describe('a token', () => {
  it('is asked for with the secret among the parameters, and shown', async () => {
    const issuer = await platform(issuing(3600));
    const to = await platform();
    await client(to.url, { auth: oauth2(`${issuer.origin}/connect/token`) }).send(post);
    const [asked] = issuer.received;
    expect(asked).toMatchObject({ method: 'POST', path: '/connect/token', from: undefined });
    expect(asked?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(asked?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'chu:x',
      client_secret: 'le secret & +',
      scope: 'implant',
    });
    expect(shown(to)).toEqual(['jeton-1']);
  });

  it.each<[string, object, Record<string, string>, string | undefined, string | undefined]>([
    [
      'in Authorization',
      { secretIn: 'basic', scope: undefined },
      { grant_type: 'client_credentials' },
      `Basic ${btoa('chu%3Ax:le+secret+%26+%2B')}`,
      undefined,
    ],
    [
      'nowhere, our certificate instead',
      { clientSecret: undefined, ...certificates.client },
      { grant_type: 'client_credentials', scope: 'implant', client_id: 'chu:x' },
      undefined,
      'passerelle',
    ],
    [
      'and our certificate beside',
      { ...certificates.client },
      {
        grant_type: 'client_credentials',
        scope: 'implant',
        client_id: 'chu:x',
        client_secret: 'le secret & +',
      },
      undefined,
      'passerelle',
    ],
  ])('may have its secret %s', async (_, change, parameters, authorization, from) => {
    const issuer = await platform(issuing(3600));
    const to = await platform();
    await client(to.url, { auth: oauth2(`${issuer.origin}/token`, change) }).send(post);
    const [asked] = issuer.received;
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual(parameters);
    expect(asked?.headers.authorization).toBe(authorization);
    expect([asked?.from, to.received[0]?.from]).toEqual([from, from]);
  });

  it('is fetched once for all who wait for it', async () => {
    let give: (() => void) | undefined;
    const issuer = await platform(async (response, request, body) => {
      await body();
      give = () => void issuing(3600)(response, request, async () => '');
    });
    const to = await platform();
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`), parallel: 8 });
    const all = Promise.all(Array.from({ length: 8 }, () => peer.send(post)));
    await waitFor(() => give !== undefined);
    give?.();
    await all;
    expect(issuer.received).toHaveLength(1);
    expect(new Set(shown(to))).toEqual(new Set(['jeton-1']));
  });

  it.each<[string, number | string | undefined, number, boolean]>([
    ['an hour', 3600, 3539, false],
    ['an hour', 3600, 3540, true],
    ['an hour, as text', '3600', 3539, false],
    ['an hour, as text', '3600', 3540, true],
    ['two minutes', 120, 59, false],
    ['two minutes', 120, 60, true],
    ['thirty seconds', 30, 14, false],
    ['thirty seconds', 30, 15, true],
    ['no known time', undefined, 1e6, false],
  ])('of %s (%s) is used after %d s, or not', async (_, seconds, afterSeconds, isRenewed) => {
    const issuer = await platform(issuing(seconds));
    const to = await platform();
    let now = Date.parse('2026-05-04T10:00:00Z');
    const clock = { now: () => new Date(now) };
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`), clock });
    await peer.send(post);
    now += afterSeconds * 1000;
    await peer.send(post);
    expect(shown(to)).toEqual(['jeton-1', isRenewed ? 'jeton-2' : 'jeton-1']);
    expect(issuer.received).toHaveLength(isRenewed ? 2 : 1);
  });

  it('that is refused is dropped, and the request tried once more', async () => {
    const issuer = await platform(issuing(3600));
    const to = await platform(refusing('jeton-1'));
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`) });
    expect((await peer.send(post)).status).toBe(200);
    expect((await peer.send(post)).status).toBe(200);
    expect(shown(to)).toEqual(['jeton-1', 'jeton-2', 'jeton-2']);
  });

  it('that is refused again ends in 401, and another is fetched the next time', async () => {
    const issuer = await platform(issuing(3600));
    const to = await platform(refusing('jeton-1', 'jeton-2'));
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`) });
    expect((await peer.send(post)).status).toBe(401);
    expect((await peer.send(post)).status).toBe(200);
    expect(shown(to)).toEqual(['jeton-1', 'jeton-2', 'jeton-3']);
  });

  it('that many saw refused is fetched anew once', async () => {
    const issuer = await platform(issuing(3600));
    let release: (() => void)[] = [];
    const to = await platform(async (response, request, body) => {
      const isFirst = request.headers.authorization === 'Bearer jeton-1';
      if (isFirst) await new Promise<void>(resolve => void release.push(resolve));
      return refusing('jeton-1')(response, request, body);
    });
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`) });
    const all = Promise.all([1, 2, 3].map(() => peer.send(post)));
    await waitFor(() => release.length === 3);
    for (const answer of release) answer();
    release = [];
    expect((await all).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(issuer.received).toHaveLength(2);
  });
});

describe('no token, FHIR-006, and nothing is sent:', () => {
  const json = { 'content-type': 'application/json' };
  const oauthError = (status: number, error: string, headers = {}): PlatformScript =>
    answering(status, { error, error_description: 'le secret & +' }, { ...json, ...headers });

  it.each<[string, PlatformScript, object]>([
    [
      'the secret is wrong',
      oauthError(401, 'invalid_client', { 'www-authenticate': 'Basic realm="x"' }),
      { status: 401, error: 'invalid_client', detail: expect.stringMatching(/secret/) },
    ],
    ['the client is unknown, 400', oauthError(400, 'invalid_client'), { error: 'invalid_client' }],
    [
      '401 without a word',
      answering(401, undefined),
      { status: 401, detail: expect.stringMatching(/secret/) },
    ],
    ['the scope is wrong', oauthError(400, 'invalid_scope'), { detail: expect.stringMatching(/scope/) }],
    ['another error', oauthError(400, 'invalid_request'), { status: 400, error: 'invalid_request' }],
    ['an error that names a patient', oauthError(400, 'le secret de Mme'), { status: 400 }],
    ['a status that does not exist', answering(700, {}), { status: 700 }],
    ['too many', answering(429, {}, { ...json, 'retry-after': '7' }), { status: 429, retryAfter: 7 }],
    ['out of order', answering(503, {}, { ...json, 'retry-after': '9' }), { status: 503, retryAfter: 9 }],
    ['a redirection', answering(302, {}, { ...json, location: '/login' }), { status: 302 }],
    ['a page', answering(200, {}, { 'content-type': 'text/html' }), { status: 200 }],
    ['no token in the answer', answering(200, { token_type: 'Bearer' }, json), { status: 200 }],
    ['a token of another kind', issuing(60, { token_type: 'mac' }), { status: 200 }],
    ['a token that no header can hold', issuing(60, { access_token: 'a\r\nb: c' }), { reason: 'token' }],
    [
      'nothing, 204',
      async (response, _, body) => void (await body(), response.writeHead(204).end()),
      { status: 204 },
    ],
    ['cut', (response, _, body) => void body().then(() => response.destroy()), {}],
    ['an answer without end', answering(200, { x: 'x'.repeat(300_000) }, json), { reason: 'too-large' }],
  ])('%s', async (_, script, about) => {
    const issuer = await platform(script);
    const to = await platform();
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`) });
    for (const tried of [() => peer.send(post), () => peer.probe()]) {
      const failed = await fault(tried());
      expect(failed).toMatchObject({ code: 'FHIR-006', kind: 'unreachable', ...about });
      expect(JSON.stringify(failed)).not.toContain('le secret');
    }
    expect(to.begun()).toBe(0);
  });

  it.each<[string, () => Promise<{ url: string; auth?: object }>, RegExp]>([
    ['nobody listens', async () => ({ url: `https://127.0.0.1:${await freePort()}` }), /injoignable/],
    [
      'the server’s certificate is not trusted',
      async () => ({ url: (await platform(issuing(), certificates.stranger)).origin }),
      /adresse/,
    ],
    [
      'ours is missing',
      async () => ({ url: (await platform(issuing(), { rejectUnauthorized: true })).origin }),
      /certificat client/,
    ],
  ])('%s', async (_, start, detail) => {
    const { url } = await start();
    const to = await platform();
    const peer = client(to.url, { auth: oauth2(`${url}/token`) });
    expect(await fault(peer.send(post))).toMatchObject({
      code: 'FHIR-006',
      detail: expect.stringMatching(detail),
    });
    expect(to.begun()).toBe(0);
  });

  it('silence', async () => {
    const issuer = await platform(() => {});
    const to = await platform();
    const auth = oauth2(`${issuer.origin}/token`);
    expect(await fault(client(to.url, { auth, timeoutMs: 300 }).send(post))).toMatchObject({
      code: 'FHIR-006',
      reason: 'timeout',
    });
  });

  it('a failure is not kept', async () => {
    let count = 0;
    const issuer = await platform((response, request, body) =>
      ++count === 1 ? answering(500)(response, request, body) : issuing(60)(response, request, body),
    );
    const to = await platform();
    const peer = client(to.url, { auth: oauth2(`${issuer.origin}/token`) });
    expect(await fault(peer.send(post))).toMatchObject({ code: 'FHIR-006', status: 500 });
    expect((await peer.send(post)).status).toBe(200);
  });

  it('an unreadable secret says so itself', async () => {
    const issuer = await platform(issuing(60));
    const to = await platform();
    const clientSecret = (): Promise<string> => Promise.reject(new Error('CFG-003'));
    const auth: FhirAuth = oauth2(`${issuer.origin}/token`, { clientSecret });
    await expect(client(to.url, { auth }).send(post)).rejects.toThrow('CFG-003');
    expect(issuer.begun()).toBe(0);
  });
});

describe('probe', () => {
  it('fetches a token and shows it', async () => {
    const issuer = await platform(issuing(3600));
    const to = await platform(answering(200, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' }));
    const { lines } = await client(to.url, { auth: oauth2(`${issuer.origin}/token`) }).probe();
    expect(lines).toContain('Jeton obtenu du serveur d’autorisation');
    expect(lines).toContainEqual(
      `Connexion avec le serveur d’autorisation (${new URL(issuer.url).host}, TLSv1.3) établie`,
    );
    expect(lines.at(-1)).toBe('GET metadata : HTTP 200, FHIR 4.0.1');
    expect(shown(to)).toEqual(['jeton-1']);
  });
});
