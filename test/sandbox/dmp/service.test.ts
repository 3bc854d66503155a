import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IssuedCertificate } from '../../../src/sandbox/certificates.ts';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { post } from '../../kit/dmp-post.ts';
import { queryRequest, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, fault, SUCCESS } from './answered.ts';

const query = (): WireRequest => queryRequest(['1.2.250.1.999.1.1.7.1']);

let dmp: Dmp;
let known: number;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
beforeEach(() => {
  known = dmp.faults().length;
});
afterAll(() => dmp.stop());

describe('TLS', () => {
  it.each<[string, Partial<IssuedCertificate>, string]>([
    ['none', {}, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
    ['of another authority', ORG.strangerAuth, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['out of date', ORG.expiredAuth, 'CERT_HAS_EXPIRED'],
    ['a SIGN one', ORG.sign, 'INVALID_PURPOSE'],
  ])('a client certificate that is %s ends the handshake', async (_, certificate, code) => {
    await expect(post(dmp, query(), certificate)).rejects.toThrow(/socket|handshake|ECONNRESET|EPIPE/);
    await dmp.until('the refusal', () => dmp.faults().length > known);
    expect(dmp.faults().slice(known)).toMatchObject([{ layer: 'tls', code, isScripted: false }]);
  });

  it.each<[string, IssuedCertificate, RegExp]>([
    ['without ExtendedKeyUsage', ORG.anyUseAuth, /AUTH_CLI/],
    ['without structure', ORG.nobodyAuth, /\(OU\)/],
  ])('a client certificate %s is a Fault', async (_, certificate, reason) => {
    expect(await answered(dmp, query(), certificate)).toEqual(fault('DMPInvalidCertificate', reason));
  });
});

describe('HTTP', () => {
  it.each([
    ['/si-dmp-server/v2/services/patients', 'POST', 404],
    ['/', 'POST', 404],
    ['/si-dmp-server/v2/services/registry', 'GET', 405],
  ])('%s has nothing for %s', async (path, method, status) => {
    expect(await headed(path, { method })).toBe(status);
  });

  it.each([
    ['more than 64 MiB', { 'Content-Length': 64 * 1024 * 1024 + 1 }, 413],
    ['a length that is none', { 'Transfer-Encoding': 'chunked' }, 411],
  ])('a body of %s is not waited for', async (_, headers, status) => {
    expect(await headed('/si-dmp-server/v2/services/registry', { method: 'POST', headers })).toBe(status);
  });

  /** The status of an answer to headers alone. */
  function headed(path: string, options: { method: string; headers?: object }): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(`https://localhost:${dmp.port}${path}`, {
        ...ORG.auth,
        ca: dmp.ca,
        agent: false,
        method: options.method,
        headers: { ...options.headers },
      });
      sent.once('response', ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      });
      sent.once('error', reject);
      sent.flushHeaders();
    });
  }
});

describe('a bad peer', () => {
  it('that breaks off its handshake, or speaks no TLS, is noted and harms nobody', async () => {
    const silent = await connected();
    const rude = await connected();
    rude.write('GET / HTTP/1.1\r\n\r\n');
    silent.destroy();
    await dmp.until('both', () => dmp.faults().length === known + 2);
    expect(dmp.faults().slice(known)).toMatchObject([{ layer: 'tls' }, { layer: 'tls' }]);
    rude.destroy();
    expect(await answered(dmp, query())).toEqual(SUCCESS);
  });

  it('that goes away in the middle of a request leaves nothing', async () => {
    const sent = httpsRequest(`${dmp.url}/registry`, {
      ...ORG.auth,
      ca: dmp.ca,
      agent: false,
      method: 'POST',
      headers: { 'Content-Length': 1000 },
    });
    sent.write('<');
    const [socket] = (await once(sent, 'socket')) as [Socket];
    await once(socket, 'secureConnect');
    const gone = once(socket, 'close');
    sent.on('error', () => undefined).destroy();
    await gone;
    expect(await answered(dmp, query())).toEqual(SUCCESS);
    expect(dmp.faults()).toHaveLength(known);
  });

  it('that never ends its handshake does not hold up the stop', async () => {
    const other = await startDmp({ trusted: ORG.trusted });
    const silent = await connected(other.port);
    // One that comes later has been served: the silent one is accepted.
    await answered(other, query());
    const closed = once(silent, 'close');
    await other.stop();
    await closed;
    expect(other.faults()).toEqual([]);
  });

  async function connected(port = dmp.port): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }
});

it('what nobody has foreseen is a Fault of the receiver', async () => {
  const broken = await startDmp({
    trusted: ORG.trusted,
    clock: () => {
      throw new Error('no time');
    },
  });
  expect(await answered(broken, query())).toMatchObject({
    status: 500,
    outcome: 'Fault of Receiver',
    faults: [{ layer: 'soap', code: '', reason: 'unforeseen: Error: no time' }],
  });
  await broken.stop();
});
