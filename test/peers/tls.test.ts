import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { TlsOptions } from '../../src/peers/interfaces.ts';
import {
  connectionOptions,
  rememberingCertificate,
  reportChain,
  reportClientCertificate,
  tlsTrouble,
} from '../../src/peers/tls.ts';
import { certificates } from '../kit/certificates.ts';

const TRUSTING: TlsOptions = { mode: 'implicit', ca: certificates.ca, cert: undefined, key: undefined };
const DAY = 86_400_000;

/** Connects to a server with this certificate; the error, or the certificate that was shown. */
async function meet(
  certificate: { readonly cert: string; readonly key: string },
  tls: TlsOptions,
  server: Parameters<typeof createServer>[0] = {},
): Promise<{ readonly error?: unknown; readonly shown?: ReturnType<typeof rememberingCertificate> }> {
  const listener = createServer({ ...certificate, ...server }).listen(0, '127.0.0.1');
  listener.on('tlsClientError', () => {});
  await once(listener, 'listening');
  const shown = rememberingCertificate(connectionOptions(tls));
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...shown.options });
  try {
    await once(socket, 'secureConnect');
    return { shown };
  } catch (error) {
    return { error };
  } finally {
    socket.destroy();
    listener.close();
  }
}

describe('connectionOptions', () => {
  it.each([
    [
      'a certificate of another authority',
      certificates.server,
      { ...TRUSTING, ca: certificates.otherCa },
      {},
    ],
    ['a certificate of another host', certificates.stranger, TRUSTING, {}],
    ['a certificate that has ended', certificates.expired, TRUSTING, {}],
    ['TLS 1.1', certificates.server, TRUSTING, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const],
  ])('refuse %s', async (_, certificate, tls, server) => {
    const { error } = await meet(certificate, tls, server);
    expect(tlsTrouble(error)?.detail).toMatch(/\S/);
  });

  it('accept a good one', async () => {
    const { error, shown } = await meet(certificates.server, TRUSTING);
    expect(error).toBeUndefined();
    expect(shown?.certificate()?.subject.CN).toBe('localhost');
  });
});

describe('tlsTrouble', () => {
  it('looks under the code that nodemailer puts on top', () => {
    const reason = 'CERT_HAS_EXPIRED';
    expect(tlsTrouble({ code: 'ESOCKET', originalCode: reason })?.reason).toBe(reason);
    expect(tlsTrouble({ code: 'X', cause: { code: reason } })?.reason).toBe(reason);
  });

  it.each([
    [{ code: 'ECONNREFUSED' }],
    [{ code: 'ETIMEDOUT' }],
    [new Error('certificate')],
    ['CERT_HAS_EXPIRED'],
    [undefined],
  ])('does not blame TLS for %o', thrown => {
    expect(tlsTrouble(thrown)).toBeUndefined();
  });
});

describe('the report', () => {
  it.each([
    [-40, []],
    [-29, ['Le certificat « localhost » du serveur expire dans 29 jours']],
    [-1, ['Le certificat « localhost » du serveur expire dans 1 jour,']],
    [1, ['Le certificat « localhost » du serveur a expiré le']],
  ])('warns %d days from the end of a certificate', async (days, expected) => {
    const { shown } = await meet(certificates.server, TRUSTING);
    const leaf = shown?.certificate();
    if (leaf === undefined) throw new Error('no certificate');
    const now = new Date(new Date(leaf.valid_to).getTime() + days * DAY - (days < 0 ? 1 : 0));
    const warnings = reportChain(leaf, now).warnings.filter(warning => warning.includes('localhost'));
    expect(warnings).toHaveLength(expected.length);
    for (const [at, start] of expected.entries()) expect(warnings[at]).toContain(start);
  });

  it('speaks of our own certificate where there is one', () => {
    expect(reportClientCertificate(TRUSTING, new Date())).toEqual({ lines: [], warnings: [] });
    const own = { ...TRUSTING, ...certificates.client };
    expect(reportClientCertificate(own, new Date()).lines[0]).toMatch(
      /^Certificat client « passerelle », valable jusqu’au \d\d\/\d\d\/\d{4}$/,
    );
  });
});
