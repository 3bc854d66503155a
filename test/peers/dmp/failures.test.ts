import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import { certificates } from '../../kit/certificates.ts';
import { freePort } from '../../kit/free-port.ts';
import { startRawServer } from '../../kit/raw-server.ts';
import { waitFor } from '../../kit/wait.ts';
import { client, closing, fault, LARGE, server, SMALL } from './bed.ts';
import { answering, type DmpScript } from './scripted-dmp.ts';

const TRUSTED = { ca: certificates.ca, ...certificates.client };

/** A TCP server that speaks no HTTP. */
async function raw(serve: (socket: Socket) => void): Promise<string> {
  return closing(await startRawServer(serve)).url;
}

describe('DMP-001, nothing has left:', () => {
  it.each<[string, () => Promise<string>]>([
    ['nobody listens', async () => `https://127.0.0.1:${await freePort()}`],
    ['no such host', async () => 'https://dmp.invalid'],
    ['no handshake', () => raw(() => {})],
    ['a handshake cut', () => raw(socket => void socket.once('data', () => socket.destroy()))],
  ])('%s', async (_, start) => {
    const peer = client(await start(), { timeoutMs: 500 });
    const nothing = { code: 'DMP-001', kind: 'unreachable' };
    expect(await fault(peer.post('repository', SMALL))).toMatchObject(nothing);
    expect(await fault(peer.probe())).toMatchObject(nothing);
  });
});

describe('DMP-002, a certificate is refused:', () => {
  it.each<[string, ServerOptions, typeof TRUSTED, unknown]>([
    [
      'the server’s, of another authority',
      {},
      { ...TRUSTED, ca: certificates.otherCa },
      expect.stringMatching(/autorité/),
    ],
    ['the server’s, expired', certificates.expired, TRUSTED, expect.stringMatching(/expiré/)],
    ['the server’s, of another host', certificates.stranger, TRUSTED, expect.stringMatching(/adresse/)],
    [
      'an old protocol',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
      TRUSTED,
      expect.stringMatching(/TLS 1\.1/),
    ],
    ['ours is missing, TLS 1.2', { maxVersion: 'TLSv1.2' }, { ...TRUSTED, cert: '', key: '' }, undefined],
    [
      'ours is missing, TLS 1.3',
      { minVersion: 'TLSv1.3' },
      { ...TRUSTED, cert: '', key: '' },
      expect.stringMatching(/client/),
    ],
  ])('%s', async (_, options, tls, detail) => {
    const dmp = await server(answering(), options);
    const peer = client(dmp.url, { tls });
    for (const tried of [() => peer.post('repository', LARGE), () => peer.probe()]) {
      const failed = await fault(tried());
      expect(failed).toMatchObject({ code: 'DMP-002', kind: 'unreachable', detail });
    }
    expect(dmp.begun()).toBe(0);
  });

  it('no TLS at all', async () => {
    const url = await raw(socket => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await fault(client(url).post('registry', SMALL))).toMatchObject({ code: 'DMP-002' });
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!openssl)('DMP-002, our certificate is refused by OpenSSL’s own server:', () => {
  const authority = createAuthority('Autorité des clients');
  const past = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2024-12-31T00:00:00Z') };
  const good = authority.issue({ name: 'passerelle', usage: 'client' });
  const ended = authority.issue({ name: 'passerelle', usage: 'client', validity: past });

  /** Takes our certificates of that authority alone. */
  async function opensslServer(version: 'tls1_2' | 'tls1_3'): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'pfi-dmp-'));
    writeFileSync(join(folder, 'ca.pem'), authority.certificate);
    writeFileSync(join(folder, 'server.pem'), certificates.server.cert + certificates.server.key);
    const port = await freePort();
    const files = ['-cert', join(folder, 'server.pem'), '-CAfile', join(folder, 'ca.pem')];
    const child = spawn('openssl', [
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      `-${version}`,
      '-www',
      ...files,
      '-Verify',
      '1',
      '-verify_return_error',
    ]);
    closing({
      async close() {
        const ended = once(child, 'close');
        child.kill('SIGKILL');
        await ended;
        rmSync(folder, { recursive: true, force: true });
      },
    });
    let said = '';
    child.stderr.resume();
    child.stdout.on('data', chunk => (said += String(chunk)));
    await waitFor(() => said.includes('ACCEPT'));
    return `https://127.0.0.1:${port}`;
  }

  it.each([
    ['tls1_2', 'of an unknown authority', certificates.client],
    ['tls1_3', 'of an unknown authority', certificates.client],
    ['tls1_2', 'expired', ended],
    ['tls1_3', 'expired', ended],
  ] as const)('%s, %s', async (version, _, certificate) => {
    const peer = client(await opensslServer(version), { tls: { ca: certificates.ca, ...certificate } });
    for (const tried of [() => peer.post('repository', LARGE), () => peer.probe()]) {
      expect(await fault(tried())).toMatchObject({
        code: 'DMP-002',
        detail: expect.stringMatching(/client/),
      });
    }
  });

  it.each(['tls1_2', 'tls1_3'] as const)('%s, but not a good one', async version => {
    const peer = client(await opensslServer(version), { tls: { ca: certificates.ca, ...good } });
    expect((await peer.probe()).lines[0]).toContain(version === 'tls1_2' ? 'TLSv1.2' : 'TLSv1.3');
  });
});

describe('DMP-003, nobody knows:', () => {
  const half = (response: ServerResponse, then: () => void): void => {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 1000 });
    response.write('<s:Env', then);
  };

  it.each<[string, DmpScript]>([
    ['cut before the body was read', response => void response.destroy()],
    ['cut within the body', (response, request) => void request.once('data', () => response.destroy())],
    ['cut after the body', async (response, _, body) => void (await body(), response.destroy())],
    [
      'cut within the answer',
      async (response, _, body) => {
        await body();
        half(response, () => response.destroy());
      },
    ],
    ['an answer that is no HTTP', (response, _, body) => void body().then(() => response.socket?.end('non'))],
  ])('%s', async (_, script) => {
    for (const options of [{ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }] as const) {
      const dmp = await server(script, options);
      const failed = await fault(client(dmp.url).post('repository', LARGE));
      expect(failed).toMatchObject({ code: 'DMP-003', kind: 'ambiguous' });
      expect(dmp.begun()).toBe(1);
    }
  });

  it.each<[string, DmpScript]>([
    ['the body is not read', () => {}],
    ['no answer', async (_, __, body) => void (await body())],
    [
      'half an answer',
      async (response, _, body) => {
        await body();
        half(response, () => {});
      },
    ],
  ])('%s in time', async (_, script) => {
    const dmp = await server(script);
    const failed = await fault(client(dmp.url, { timeoutMs: 400 }).post('repository', LARGE));
    expect(failed).toEqual({ code: 'DMP-003', kind: 'ambiguous', reason: 'timeout' });
    expect(dmp.begun()).toBe(1);
  });

  it('a yes to a message that has not wholly come', async () => {
    const dmp = await server(response => {
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<a/>');
    });
    const message = { ...LARGE, chunks: [Buffer.alloc(30_000_000)] };
    const failed = await fault(client(dmp.url).post('repository', message));
    expect(failed).toMatchObject({ code: 'DMP-003', reason: 'early-answer' });
  });

  it('cut on a connection that was used before', async () => {
    let count = 0;
    const dmp = await server(async (response, request, body) => {
      count += 1;
      if (count === 1) return answering()(response, request, body);
      await body();
      response.destroy();
    });
    const peer = client(dmp.url);
    expect((await peer.post('repository', SMALL)).status).toBe(200);
    expect(await fault(peer.post('repository', SMALL))).toMatchObject({ code: 'DMP-003' });
    expect([dmp.connections(), dmp.posted.length]).toEqual([1, 2]);
  });
});

describe('probe', () => {
  const DAY = 86_400_000;

  it('shows our certificate, reports all of them, and posts nothing', async () => {
    const dmp = await server(answering());
    const { lines, warnings, expiring } = await client(dmp.url).probe();
    expect(lines).toEqual([
      `Connexion au DMP (127.0.0.1:${dmp.port}, TLSv1.3) établie avec notre certificat`,
      expect.stringMatching(/^Certificat « localhost », émis par « Autorité des tests », valable jusqu’au /),
      expect.stringMatching(/^Certificat « Autorité des tests »/),
      expect.stringMatching(/^Certificat client « passerelle », valable jusqu’au /),
    ]);
    expect({ warnings: warnings.length, expiring }).toEqual({ warnings: 3, expiring: true });
    expect(dmp.begun()).toBe(0);
  });

  it('warns only of certificates that end soon', async () => {
    const dmp = await server(answering());
    const clock = { now: () => new Date(Date.now() - 5 * DAY) };
    expect(await client(dmp.url, { clock }).probe()).toMatchObject({ warnings: [] });
  });
});
