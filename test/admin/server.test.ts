import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type AdminOptions, type AdminServer, startAdmin } from '../../src/admin/server.ts';
import type { GatewayStatus } from '../../src/admin/status.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';

const STATUS: GatewayStatus = {
  version: '1.0.0',
  startedAt: '2026-11-20T08:00:00.000Z',
  mailboxes: [],
  targets: [],
  journal: { writable: true, code: undefined },
  certificates: [],
  worklist: { deliveries: 0, mails: 0 },
  outcomes: [],
  requests: [],
};

let server: AdminServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(
  options: Partial<AdminOptions> = {},
): Promise<(path: string, method?: string) => Promise<Response>> {
  const started = await startAdmin({
    host: '127.0.0.1',
    port: 0,
    status: async () => STATUS,
    alive: () => true,
    ready: () => true,
    failed: () => undefined,
    ...options,
  });
  server = started;
  return (path, method = 'GET') => fetch(`http://127.0.0.1:${started.port}${path}`, { method });
}

describe('the admin address', () => {
  it.each([
    ['/livez', 'application/json; charset=utf-8', '{"alive":true}'],
    ['/readyz', 'application/json; charset=utf-8', '{"ready":true}'],
    ['/status.json', 'application/json; charset=utf-8', JSON.stringify(STATUS)],
    ['/metrics', 'text/plain; version=0.0.4; charset=utf-8', expect.stringContaining('# TYPE pfi_')],
  ])('%s answers GET and HEAD', async (path, type, body) => {
    const ask = await start();
    const answer = await ask(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    expect(text).toEqual(body);
    const head = await ask(path, 'HEAD');
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, type, '']);
  });

  it('says 503 before it is ready and once it is stopping, and while its heart does not beat', async () => {
    const is = { alive: true, ready: false };
    const ask = await start({ alive: () => is.alive, ready: () => is.ready });
    expect((await ask('/livez')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(503);
    is.ready = true;
    expect((await ask('/readyz')).status).toBe(200);
    is.ready = false;
    is.alive = false;
    const dead = await ask('/livez');
    expect([dead.status, await dead.text()]).toEqual([503, '{"alive":false}']);
    expect((await ask('/readyz')).status).toBe(503);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/nothing?here=1'],
    ['POST', '/metrics'],
    ['DELETE', '/status.json'],
    ['GET', '/%ff'],
  ])('%s %s is not there, and tells nothing', async (method, path) => {
    const ask = await start();
    const answer = await ask(path, method);
    expect([400, 404]).toContain(answer.status);
    expect(await answer.text()).not.toMatch(/\bat |node_modules|Fastify|Route/);
  });

  it.each([
    ['no JSON', 'application/json', '{', 400, 'bad request'],
    ['an empty one', 'application/json', '', 400, 'bad request'],
    ['of a type that nobody asked for', 'text/html', '<p>', 404, 'not found'],
    ['too long', 'application/json', `"${'x'.repeat(2 ** 21)}"`, 413, 'payload too large'],
  ])('refuses a body that is %s, and troubles nobody with it', async (_, type, body, code, error) => {
    const told: unknown[] = [];
    await start({ failed: reason => told.push(reason) });
    const answer = await fetch(`http://127.0.0.1:${server?.port}/status.json`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([code, JSON.stringify({ error })]);
    expect(told).toEqual([]);
  });

  it('hides why it fails, and tells the gateway', async () => {
    const told: unknown[] = [];
    const fault = new Error('LEGRAND Odette');
    const ask = await start({
      status: () => Promise.reject(fault),
      failed: error => told.push(error),
    });
    for (const path of ['/status.json', '/metrics']) {
      const answer = await ask(path);
      expect([answer.status, await answer.text()]).toEqual([500, '{"error":"internal error"}']);
    }
    expect(told).toEqual([fault, fault]);
    expect((await ask('/livez')).status).toBe(200);
  });

  it('ends its connections when it stops', async () => {
    const ask = await start();
    await (await ask('/livez')).text();
    await server?.stop();
    server = undefined;
    await expect(ask('/livez')).rejects.toThrow(/./);
  });
});

describe('an address that cannot be had', () => {
  it('is ADM-001, with the reason', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(listening => other.once('listening', listening));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error: unknown = await start({ port }).catch((thrown: unknown) => thrown);
    await new Promise(closed => other.close(closed));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: 'ADM-001',
      fields: { port, reason: 'EADDRINUSE' },
      publicText: `L’adresse d’administration (\`admin\`) ne peut pas être ouverte. 127.0.0.1:${port} : un autre programme l’occupe.`,
    });
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({ fields: { reason: 'EADDRNOTAVAIL' } });
  });
});
