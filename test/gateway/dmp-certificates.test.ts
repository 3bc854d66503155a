import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { DmpConfig } from '../../src/config/schema.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { dmpAuthorities, dmpCertificates, watchDmpCertificates } from '../../src/gateway/dmp-certificates.ts';
import { MINIMAL_DMP } from '../config/dmp.ts';
import { ENVIRONMENT, MINIMAL, temporaryFolder } from '../config/sample.ts';
import { authority, issued, VALIDITY } from '../kit/organisation-certificates.ts';
import { pkcs12ByForge } from '../kit/pkcs12.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-11-20T12:00:00Z');
const auth = issued('AUTH_CLI');
const sign = issued('SIGN');

/** A configuration with these files beside it; the PKCS#12 file is that of authentication, the PEM files sign. */
function configured(
  files: Readonly<Record<string, string | Buffer>> = {},
  change = (text: string): string => text,
): { readonly dmp: DmpConfig; readonly folder: string } {
  const folder = temporaryFolder();
  const all = {
    'ca.pem': authority.certificate,
    'auth.p12': pkcs12ByForge({ ...auth, password: 'un' }, '3des'),
    'sign.pem': `${sign.cert}${authority.certificate}`,
    'sign.key': sign.key,
    'pfi.yaml': `${MINIMAL}${change(MINIMAL_DMP)}`,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  const { dmp } = loadConfig(join(folder, 'pfi.yaml'), ENVIRONMENT).config;
  if (dmp === undefined) throw new Error('there is no DMP');
  return { dmp, folder };
}

function thrownBy(read: () => unknown): GatewayError {
  try {
    read();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the certificates for the DMP', () => {
  it('are read from PKCS#12 and from PEM, with their issuers', () => {
    const read = dmpCertificates(configured().dmp);
    expect(read.auth).toMatchObject({ cert: auth.cert, chain: [auth.cert] });
    expect(read.sign).toMatchObject({ cert: sign.cert, chain: [sign.cert, authority.certificate] });
  });

  it('take their password from a file as well', () => {
    const { dmp } = configured({ 'password.txt': 'un\n' }, text =>
      text.replace('password: un', 'password: { file: password.txt }'),
    );
    expect(dmpCertificates(dmp).auth.cert).toBe(auth.cert);
  });

  it.each<[string, Record<string, string | Buffer>, (text: string) => string, RegExp]>([
    [
      'a wrong password',
      {},
      text => text.replace('password: un', 'password: deux'),
      /^`dmp\.tls` : Le mot de passe du fichier PKCS#12 est faux/,
    ],
    ['a file that is no PKCS#12', { 'auth.p12': auth.cert }, text => text, /^`dmp\.tls` : Ce n’est pas un/],
    ['a file without key', { 'sign.key': 'rien' }, text => text, /^`dmp\.sign` : La clé privée ne peut pas/],
  ])('%s is told, with its place', (_, files, change, detail) => {
    const { code, fault } = thrownBy(() => dmpCertificates(configured(files, change).dmp));
    expect(code).toBe('DMP-020');
    expect(fault.detail).toMatch(detail);
  });

  it.each([
    ['nothing', '', 'Le fichier ne contient pas de certificat : un texte PEM est attendu.'],
    [
      'a certificate that is broken',
      authority.certificate.replace(/\n[^-\n]{20}/, '\n'),
      'Le certificat ne peut',
    ],
  ])('authorities that are %s are told: those of the system are not trusted instead', (_, pem, detail) => {
    const { dmp } = configured({ 'ca.pem': pem });
    const { code, fault } = thrownBy(() => dmpAuthorities(dmp));
    expect([code, fault.fields]).toEqual(['DMP-020', { certificate: 'dmp.tls.ca' }]);
    expect(fault.detail).toContain(`\`dmp.tls.ca\` : ${detail}`);
  });

  it('authorities are read, however many', () => {
    const { dmp } = configured({ 'ca.pem': `AC\n${authority.certificate}\n${sign.cert}` });
    expect(dmpAuthorities(dmp)).toBe(`${authority.certificate}${sign.cert}`);
  });

  it('a file that has gone is told', () => {
    const { dmp, folder } = configured();
    rmSync(join(folder, 'sign.key'));
    expect(thrownBy(() => dmpCertificates(dmp)).code).toBe('CFG-003');
  });
});

describe('their state', () => {
  it('is none without a DMP', () => {
    expect(watchDmpCertificates(undefined)(NOW)).toEqual([]);
  });

  it('is that of the time at which it is asked for', () => {
    const state = watchDmpCertificates(configured().dmp);
    const end = VALIDITY.notAfter;
    const daysLeft = Math.floor((end.getTime() - NOW.getTime()) / DAY);
    const notAfter = end.toISOString();
    expect(state(NOW)).toEqual([
      { name: 'dmp.tls', notAfter, daysLeft, faults: [] },
      { name: 'dmp.sign', notAfter, daysLeft, faults: [] },
    ]);
    const faults = ['Le certificat a expiré le 01/01/2029.'];
    expect(state(new Date(end.getTime() + DAY))).toEqual([
      { name: 'dmp.tls', notAfter, daysLeft: -1, faults },
      { name: 'dmp.sign', notAfter, daysLeft: -1, faults },
    ]);
  });

  it('tells of one that cannot be read, and of the other all the same', () => {
    const { dmp } = configured({ 'sign.pem': auth.cert, 'sign.key': auth.key, 'auth.p12': 'rien' });
    expect(watchDmpCertificates(dmp)(NOW)).toEqual([
      {
        name: 'dmp.tls',
        notAfter: undefined,
        daysLeft: undefined,
        faults: [expect.stringMatching(/^Ce n’est pas un fichier PKCS#12/)],
      },
      {
        name: 'dmp.sign',
        notAfter: VALIDITY.notAfter.toISOString(),
        daysLeft: expect.any(Number),
        faults: [expect.stringMatching(/^C’est un certificat d’authentification/)],
      },
    ]);
  });
});
