import { Agent } from 'node:https';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import { certificates } from '../../kit/certificates.ts';
import { failureOf } from '../../kit/failure.ts';
import { waitFor } from '../../kit/wait.ts';
import { ask, BLOC, CALLERS, hospital, listening, pui, route } from './listening.ts';

const BODY = '{"resourceType":"Bundle","type":"transaction","title":"é"}';

describe('who calls', () => {
  const nobody = {};
  const other = hospital.issue({ name: 'autre.chu-x.fr', usage: 'client' });
  const past = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2024-12-31T00:00:00Z') };
  const expired = hospital.issue({ name: 'pui.chu-x.fr', usage: 'client', validity: past });
  const server = hospital.issue({ name: 'pui.chu-x.fr', usage: 'server', hosts: ['localhost'] });
  const forged = createAuthority('Autorité de l’hôpital').issue({ name: 'pui.chu-x.fr', usage: 'client' });
  const token = (text: string) => ({ headers: { authorization: text } });

  it.each<[string, object, string | number]>([
    ['a certificate', { ...pui, headers: {} }, 'pui'],
    ['a token', token('Bearer jeton-du-bloc'), 'bloc'],
    ['a token, written otherwise', token('bearer  jeton-du-bloc '), 'bloc'],
    [
      'a token beside a certificate that says nothing',
      { ...forged, ...token('Bearer jeton-du-bloc') },
      'bloc',
    ],
    ['nothing', { headers: nobody }, 401],
    ['another token', token('Bearer jeton-du-blo'), 401],
    ['no token', token('Bearer '), 401],
    ['a password', token(`Basic ${btoa('bloc:jeton-du-bloc')}`), 401],
    ['two tokens', token('Bearer jeton-du-bloc, jeton-du-bloc'), 401],
    ['a certificate of another', { ...other, headers: nobody }, 403],
    ['a certificate of another authority', { ...certificates.client, headers: nobody }, 401],
    ['a certificate of a namesake of ours', { ...forged, headers: nobody }, 401],
    ['a certificate that has ended', { ...expired, headers: nobody }, 401],
    ['a certificate for servers', { ...server, headers: nobody }, 401],
  ])('is known by %s, or not', async (_, shown, who) => {
    const to = await listening();
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const answer = await ask(to, 'POST', '/fhir/dmi/Bundle', { body: BODY, maxVersion, ...shown });
      const codes: Readonly<Record<number, string>> = { 401: 'login', 403: 'forbidden' };
      expect(answer.status).toBe(typeof who === 'number' ? who : 200);
      expect(answer.issue?.code).toBe(codes[answer.status]);
      expect(answer.headers['www-authenticate']).toBe(who === 401 ? 'Bearer' : undefined);
    }
    expect(to.asked.map(({ caller }) => caller)).toEqual(typeof who === 'number' ? [] : [who, who]);
  });

  it('is known when the connection is taken up again, by its certificate still', async () => {
    const to = await listening();
    const agent = new Agent({ maxCachedSessions: 10, maxVersion: 'TLSv1.2' });
    const options = { ...pui, agent, headers: { connection: 'close' }, body: BODY };
    for (let turn = 0; turn < 2; turn++) {
      expect((await ask(to, 'POST', '/fhir/dmi/Bundle', options)).status).toBe(200);
    }
    expect(to.asked.map(({ caller }) => caller)).toEqual(['pui', 'pui']);
  });

  it.each([
    [['dmi'], '/fhir/dmi/Bundle', 200],
    [['renacot'], '/fhir/dmi/Bundle', 403],
    [[], '/fhir/sas/Practitioner', 200],
  ])('with the flows %j gets at %s: %d', async (flows, path, status) => {
    const to = await listening({ callers: [{ name: 'x', token: async () => 'x', flows }] });
    const answer = await ask(to, 'POST', path, { body: BODY, headers: { authorization: 'Bearer x' } });
    expect(answer.status).toBe(status);
    expect(to.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('by a token that was renewed, is unreadable for a while, or empty', async () => {
    let token: (() => Promise<string>) | undefined = async () => 'un';
    const callers = [
      { name: 'x', token: () => token?.() ?? Promise.reject(new Error('EACCES')), flows: ['dmi'] },
    ];
    const to = await listening({ callers: [...callers, ...CALLERS] });
    const status = async (shown: string): Promise<number> =>
      (await ask(to, 'GET', '/fhir/metadata', { headers: { authorization: `Bearer ${shown}` } })).status;
    expect([await status('un'), await status('deux')]).toEqual([200, 401]);
    token = async () => 'deux';
    expect([await status('un'), await status('deux')]).toEqual([401, 200]);
    token = async () => '';
    expect(await status('')).toBe(401);
    token = undefined;
    expect([await status('deux'), await status('jeton-du-bloc')]).toEqual([401, 200]);
    expect(to.failures).toHaveLength(2);
  });
});

describe('callers known by certificates alone (SAS)', () => {
  const igc = createAuthority('IGC de test', undefined, 'rsa');
  const issued = (structure: string, name: string) =>
    igc.issueOrganisation({ profile: 'AUTH_CLI', structure, name, organisation: 'ANS' });
  const sas = issued('318751275100020', 'sas.example');
  const callers = [
    { name: 'sas', certificate: { cn: 'sas.example', ou: '318751275100020' }, flows: ['sas'] },
  ];
  const start = () => listening({ callers, tls: { ...certificates.server, clientCa: igc.certificate } });
  const put = { body: BODY, headers: {} };

  it('pass by CN and OU', async () => {
    const to = await start();
    expect((await ask(to, 'POST', '/fhir/sas/Practitioner', { ...put, ...sas })).status).toBe(200);
    for (const [structure, name] of [
      ['318751275100021', 'sas.example'],
      ['318751275100020', 'autre.example'],
    ] as const) {
      const shown = { ...put, ...issued(structure, name) };
      expect((await ask(to, 'POST', '/fhir/sas/Practitioner', shown)).status).toBe(403);
    }
    expect(to.asked).toHaveLength(1);
  });

  const own = createAuthority('IGC de test', undefined, 'rsa');
  const namesake = own.issue({ name: 'sas.example', usage: 'client' });
  it.each([
    ['no certificate', {}, /CERTIFICATE/],
    ['one of another authority', pui, /^UNABLE_TO_/],
    ['one of a namesake', namesake, /CERT|UNABLE_TO_/],
  ])('are refused in the handshake with %s, and the log is told why', async (_, shown, code) => {
    const to = await start();
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const asked = ask(to, 'POST', '/fhir/sas/Practitioner', { ...put, ...shown, maxVersion });
      await expect(asked).rejects.toThrow(/alert|reset|hang up|disconnected|handshake/i);
    }
    await waitFor(() => to.failures.length === 2 && to.connections() === 0);
    const told = expect.objectContaining({ code: expect.stringMatching(code) });
    expect(to.failures).toEqual([told, told]);
    expect([to.asked, to.reports]).toEqual([[], []]);
  });
});

describe('a request', () => {
  it('reaches its route as it came', async () => {
    const to = await listening();
    const url =
      '/fhir/dmi/AuditEvent/a%2Fb?date=ge2026-01-01T00:00:00%2B01:00&identifier=urn:oid:1.2|3/4&x=1&x=2';
    await ask(to, 'GET', url, {
      servername: 'localhost',
      headers: { ...BLOC, host: 'passerelle.chu-x.fr:8443', prefer: 'return=minimal, respond-async; wait=5' },
    });
    const [{ query, headers, ...asked } = {} as (typeof to.asked)[number]] = to.asked;
    expect(asked).toMatchObject({
      caller: 'bloc',
      method: 'GET',
      route: '/fhir/dmi/AuditEvent/:id',
      params: { id: 'a/b' },
      search: 'date=ge2026-01-01T00:00:00%2B01:00&identifier=urn:oid:1.2|3/4&x=1&x=2',
      origin: 'https://passerelle.chu-x.fr:8443',
      respondAsync: true,
      body: new Uint8Array(0),
    });
    expect([query.get('date'), query.get('identifier'), query.getAll('x')]).toEqual([
      'ge2026-01-01T00:00:00+01:00',
      'urn:oid:1.2|3/4',
      ['1', '2'],
    ]);
    expect(headers['prefer']).toBe('return=minimal, respond-async; wait=5');
  });

  it.each([
    'identifier=urn:oid:1.2.3|3456780581/11242343',
    'identifier=urn%3Aoid%3A1.2.3%7C3456780581%2F11242343',
  ])('has its condition percent-encoded or not: %s', async search => {
    const to = await listening();
    await ask(to, 'PUT', `/fhir/sas/Practitioner?${search}`, { body: BODY });
    expect(to.asked[0]?.query.get('identifier')).toBe('urn:oid:1.2.3|3456780581/11242343');
  });

  it.each(['pas du JSON', '{"é', '', BODY, Buffer.from([0xff, 0x00, 0x80])])(
    'has its bytes handed over as they are: %j',
    async body => {
      const to = await listening();
      expect((await ask(to, 'POST', '/fhir/dmi/Bundle', { body })).status).toBe(200);
      expect(Buffer.from(to.asked[0]?.body ?? []).equals(Buffer.from(body))).toBe(true);
    },
  );

  it.each([
    '/fhir/dmi/Bundle/',
    '//fhir/dmi/Bundle',
    '/fhir/dmi/Bundle?_format=json',
    '/fhir/renacot/$associer-implants-registre',
    '/fhir/renacot/%24associer-implants-registre',
  ])('finds its route by %s', async path => {
    const to = await listening();
    expect((await ask(to, 'POST', path, { body: BODY })).status).toBe(200);
  });

  it.each<[string | undefined, number]>([
    ['application/fhir+json', 200],
    ['application/fhir+json; charset=UTF-8; fhirVersion=4.0', 200],
    ['application/json+fhir', 200],
    ['application/json;charset="utf-8"', 200],
    ['Application/JSON', 200],
    ['text/json', 200],
    ['text/plain', 200],
    ['application/x-www-form-urlencoded', 200],
    [undefined, 200],
    ['application/fhir+xml', 415],
    ['application/xml', 415],
    ['text/xml; charset=utf-8', 415],
    ['application/xml+fhir', 415],
    ['text/turtle', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/fhir+json; charset=iso-8859-1', 415],
    ['application/fhir+json; fhirVersion=3.0', 415],
    ['json', 415],
    ['', 415],
  ])('of the type %s: %d', async (type, status) => {
    const to = await listening();
    const headers = { ...BLOC, 'content-type': type };
    const answer = await ask(to, 'POST', '/fhir/dmi/Bundle', { body: BODY, headers });
    expect(answer).toMatchObject({ status, ...(status === 415 && { issue: { code: 'not-supported' } }) });
  });

  it('that is compressed is refused', async () => {
    const to = await listening();
    const headers = { ...BLOC, 'content-encoding': 'gzip' };
    const answer = await ask(to, 'POST', '/fhir/dmi/Bundle', { body: BODY, headers });
    expect(answer).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' } });
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['', undefined, 'application/fhir+json'],
    ['', '*/*', 'application/fhir+json'],
    ['', 'application/json+fhir', 'application/json+fhir'],
    ['', 'application/json', 'application/json'],
    ['', 'text/html, application/xml;q=0.9, application/*;q=0.8', 'application/fhir+json'],
    ['', 'application/json;q=0.5, application/fhir+json', 'application/fhir+json'],
    ['', 'application/fhir+json;fhirVersion=4.0', 'application/fhir+json'],
    ['', 'application/fhir+json;fhirVersion=3.0', undefined],
    ['', 'application/fhir+xml', undefined],
    ['', 'text/html', undefined],
    ['', 'application/json;q=0', undefined],
    ['_format=json', 'application/fhir+xml', 'application/fhir+json'],
    ['_format=application/json%2Bfhir', undefined, 'application/json+fhir'],
    ['_format=application/json+fhir', undefined, 'application/json+fhir'],
    ['_format=application/fhir%2Bjson', undefined, 'application/fhir+json'],
    ['_format=', undefined, 'application/fhir+json'],
    ['_format=xml', 'application/fhir+json', undefined],
    ['_format=application/fhir%2Bxml', undefined, undefined],
    ['_format=constructor', undefined, undefined],
  ])('with %j and Accept %s is answered so', async (search, accept, type) => {
    const to = await listening();
    const headers = { ...BLOC, ...(accept === undefined ? {} : { accept }) };
    const answer = await ask(to, 'GET', `/fhir/dmi/AuditEvent?${search}`, { headers });
    expect(answer.status).toBe(type === undefined ? 406 : 200);
    expect(answer.headers['content-type']).toBe(`${type ?? 'application/fhir+json'}; charset=utf-8`);
    expect(to.asked).toHaveLength(type === undefined ? 0 : 1);
  });

  it.each<[string, string, number, string | undefined]>([
    ['GET', '/', 404, undefined],
    ['GET', '/fhir', 404, undefined],
    ['POST', '/fhir/dmi/bundle', 404, undefined],
    ['GET', '/fhir/dmi/AuditEvent/a/b', 404, undefined],
    ['GET', '/fhir/dmi/../../etc/passwd', 404, undefined],
    ['DELETE', '/fhir/sas/Practitioner', 405, 'POST, PUT'],
    ['GET', '/fhir/dmi/Bundle', 405, 'POST'],
    ['HEAD', '/fhir/dmi/AuditEvent', 405, 'GET'],
    ['PATCH', '/fhir/dmi/Bundle', 405, 'POST'],
    ['OPTIONS', '/fhir/dmi/Bundle', 405, 'POST'],
    ['PROPFIND', '/fhir/dmi/Bundle', 405, 'POST'],
    ['POST', '/fhir/dmi/%', 400, undefined],
    ['GET', `/fhir/dmi/AuditEvent/${'9'.repeat(500)}`, 400, undefined],
  ])('%s %s: %d', async (method, path, status, allow) => {
    const to = await listening();
    const answer = await ask(to, method, path, method === 'GET' || method === 'HEAD' ? {} : { body: BODY });
    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.text.includes('"OperationOutcome"')).toBe(method !== 'HEAD');
    expect(to.asked).toEqual([]);
  });

  it('of a stranger learns of no route', async () => {
    const to = await listening();
    for (const path of ['/fhir/dmi/Bundle', '/fhir/nulle/part']) {
      expect((await ask(to, 'DELETE', path, { headers: {} })).status).toBe(401);
    }
  });

  it.each(['announced', 'chunked'])('that is too large is refused, all of it sent or not (%s)', async how => {
    const to = await listening();
    const body = Buffer.alloc(8_000_000, ' ');
    const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
    const headers = { ...BLOC, ...(how === 'chunked' ? chunked : {}) };
    const answer = await ask(to, 'POST', '/fhir/dmi/Bundle', { body, headers });
    expect(answer).toMatchObject({ status: 413, issue: { code: 'too-long' } });
    expect(to.asked).toEqual([]);
  });

  it('of exactly the size that is admitted passes', async () => {
    const to = await listening();
    const body = Buffer.alloc(256 * 1024, ' ');
    expect((await ask(to, 'POST', '/fhir/dmi/Bundle', { body })).status).toBe(200);
    expect(to.asked[0]?.body.byteLength).toBe(256 * 1024);
  });
});

describe('an answer', () => {
  it('has the status, headers and bytes of its route', async () => {
    const bytes = Buffer.from('{"resourceType" : "OperationOutcome", "x":"é"}');
    const routes = [
      route('POST', '/x', undefined, async () => ({
        status: 500,
        headers: {
          location: 'https://x/Practitioner/1',
          etag: 'W/"1"',
          'Content-Length': '3',
          connection: 'upgrade',
          'transfer-encoding': 'chunked',
          'content-type': 'text/html',
          'x-bad': 'a\r\nb: c',
        },
        body: bytes,
      })),
    ];
    const to = await listening({ routes });
    const answer = await ask(to, 'POST', '/x', { body: BODY });
    expect(answer.text).toBe(bytes.toString());
    expect(answer).toMatchObject({
      status: 500,
      headers: {
        location: 'https://x/Practitioner/1',
        etag: 'W/"1"',
        'content-type': 'application/fhir+json; charset=utf-8',
        'content-length': String(bytes.byteLength),
        'cache-control': 'no-store',
      },
    });
    expect(answer.headers['x-bad']).toBeUndefined();
    expect(answer.headers.b).toBeUndefined();
  });

  it.each([
    [201, ''],
    [204, ''],
    [99, ''],
    [700, ''],
  ])('of status %d may have no body', async (status, text) => {
    const routes = [route('POST', '/x', undefined, async () => ({ status, body: undefined }))];
    const to = await listening({ routes });
    const answer = await ask(to, 'POST', '/x', { body: BODY });
    expect(answer).toMatchObject({ status: status >= 200 && status < 600 ? status : 502, text });
  });

  it.each<[unknown, number, string, number]>([
    [new GatewayError('FHIR-001'), 400, 'structure', 0],
    [new GatewayError('FHIR-002'), 413, 'too-long', 0],
    [new GatewayError('FHIR-003'), 422, 'invalid', 0],
    [new GatewayError('FHIR-004'), 503, 'transient', 1],
    [new GatewayError('FHIR-013'), 500, 'exception', 1],
    [new Error('Mme Untel, 2 55 01 99'), 500, 'exception', 1],
    [undefined, 500, 'exception', 1],
  ])('to %s is %d', async (thrown, status, code, failures) => {
    const routes = [route('POST', '/x', undefined, () => Promise.reject(thrown))];
    const to = await listening({ routes });
    const answer = await ask(to, 'POST', '/x', { body: BODY });
    expect(answer).toMatchObject({ status, issue: { code } });
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
    expect(answer.text).not.toContain('Untel');
    expect(to.failures).toHaveLength(failures);
  });
});

describe('the log', () => {
  it('is told the route and not the URL', async () => {
    const to = await listening();
    const ins = '255019912345678';
    await ask(to, 'GET', `/fhir/dmi/AuditEvent?ins=${ins}`, pui);
    await ask(to, 'GET', `/fhir/dmi/AuditEvent/${ins}`, { headers: {} });
    await ask(to, 'GET', `/${ins}`);
    await waitFor(() => to.reports.length === 3);
    expect(to.reports).toEqual([
      {
        method: 'GET',
        route: '/fhir/dmi/AuditEvent',
        caller: 'pui',
        status: 200,
        isAnswered: true,
        durationMs: expect.any(Number),
      },
      expect.objectContaining({ route: undefined, caller: undefined, status: 401 }),
      expect.objectContaining({ route: undefined, caller: 'bloc', status: 404 }),
    ]);
    expect(JSON.stringify([to.reports, to.failures])).not.toContain(ins);
  });
});

describe('starting', () => {
  it.each<[string, (port: number) => object]>([
    ['the address is taken', port => ({ port })],
    ['the certificate is none', () => ({ tls: { cert: 'x', key: 'y', clientCa: undefined } })],
    [
      'the authority is none',
      () => ({ tls: { ...certificates.server, clientCa: '-----BEGIN CERTIFICATE-----' } }),
    ],
  ])('fails when %s', async (_, change) => {
    const to = await listening();
    const error = await failureOf(listening(change(to.port)));
    expect(error.code).toBe('MLLP-005');
    expect(error.publicText).toContain('Écoute FHIR, 127.0.0.1:');
  });

  it('does without certificates of callers', async () => {
    const to = await listening({ tls: { ...certificates.server, clientCa: undefined } });
    expect((await ask(to, 'GET', '/fhir/metadata')).status).toBe(200);
    expect((await ask(to, 'GET', '/fhir/metadata', { ...pui, headers: {} })).status).toBe(401);
  });

  it('refuses what is older than TLS 1.2', async () => {
    const to = await listening();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(ask(to, 'GET', '/fhir/metadata', old)).rejects.toThrow(/protocol version/);
  });
});
