import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import {
  certificateFacts,
  distinguishedName,
  readPem,
  readPkcs12,
} from '../../../src/formats/pki/organisation-certificate.ts';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import { authority, issued, STRUCTURE, VALIDITY } from '../../kit/organisation-certificates.ts';
import { chainOfThree, namesake } from '../../kit/certificate-chain.ts';
import { OPENSSL, pkcs12ByForge, pkcs12ByOpenssl } from '../../kit/pkcs12.ts';

const auth = issued('AUTH_CLI');
const sign = issued('SIGN', { name: 'DMP, SIGN' });
const issuers = authority.certificate;
const password = 'mot de passe';

/** Of the DMP-020 that a reading ends with. */
function detailOf(read: () => unknown): string | undefined {
  const error = thrownBy(read);
  expect(error).toMatchObject({ code: 'DMP-020' });
  return error instanceof GatewayError ? error.fault.detail : undefined;
}

function thrownBy(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe('the facts of a certificate', () => {
  it('are those of its profile', () => {
    expect(certificateFacts(sign.cert)).toEqual({
      subject: String.raw`CN=DMP\, SIGN,OU=1120456789,O=CHU X,ST=Aveyron (12),C=FR`,
      issuer: 'CN=AC des tests',
      serial: BigInt(`0x${new X509Certificate(sign.cert).serialNumber}`).toString(),
      ...VALIDITY,
      structure: STRUCTURE,
      purposes: { digitalSignature: true, nonRepudiation: true, clientAuth: false, emailProtection: true },
    });
    expect(certificateFacts(auth.cert).purposes).toEqual({
      digitalSignature: true,
      nonRepudiation: false,
      clientAuth: true,
      emailProtection: false,
    });
  });

  it('name a structure in the OU only where it looks like one', () => {
    expect(certificateFacts(issued('SIGN', { structure: 'Direction des systèmes' }).cert).structure).toBe(
      undefined,
    );
    expect(certificateFacts(authority.certificate).structure).toBeUndefined();
  });

  it('give the name in either order', () => {
    expect(distinguishedName(auth.cert, 'rfc2253')).toBe(
      'CN=dmp.chu-x.example,OU=1120456789,O=CHU X,ST=Aveyron (12),C=FR',
    );
    expect(distinguishedName(auth.cert, 'reverse')).toBe(
      'C=FR, ST=Aveyron (12), O=CHU X, OU=1120456789, CN=dmp.chu-x.example',
    );
  });

  it.each(['', 'rien', auth.key, auth.cert.slice(0, 200)])('are not those of anything (%#)', text => {
    expect(detailOf(() => certificateFacts(text))).toBe('Le certificat ne peut pas être lu.');
  });

  it.skipIf(!OPENSSL.modern)('are what openssl says', () => {
    const said = (...options: string[]): string =>
      execFileSync('openssl', ['x509', '-noout', ...options], { input: sign.cert, encoding: 'utf8' }).trim();
    const { subject, issuer } = certificateFacts(sign.cert);
    expect(said('-subject', '-nameopt', 'RFC2253,-esc_msb,utf8')).toBe(`subject=${subject}`);
    expect(said('-issuer', '-nameopt', 'RFC2253,-esc_msb,utf8')).toBe(`issuer=${issuer}`);
  });
});

describe('PEM', () => {
  it('gives certificate, key and chain, whatever comes first', () => {
    for (const cert of [`${sign.cert}${issuers}`, `${issuers}\nBag Attributes\n${sign.cert}`]) {
      const read = readPem({ cert, key: sign.key });
      expect(read.cert).toBe(sign.cert);
      expect(read.chain).toEqual([sign.cert, issuers]);
      expect(read.key.equals(createPrivateKey(sign.key))).toBe(true);
      expect(read.facts).toEqual(certificateFacts(sign.cert));
    }
    expect(readPem(sign).chain).toEqual([sign.cert]);
  });

  it('takes the leaf that the key belongs to, and leaves others out of its chain', () => {
    const read = readPem({ cert: `${auth.cert}${sign.cert}${issuers}`, key: sign.key });
    expect(read.chain).toEqual([sign.cert, issuers]);
  });

  it.skipIf(!OPENSSL.modern)('orders a chain by who signed what, not by names alone', () => {
    const { root, intermediate, leaf } = chainOfThree();
    const other = namesake();
    for (const others of [
      [root, other, intermediate],
      [intermediate, other, root],
    ]) {
      const cert = [...others, leaf.cert].join('');
      expect(readPem({ cert, key: leaf.key }).chain).toEqual([leaf.cert, intermediate, root]);
    }
    expect(readPem({ cert: `${root}${leaf.cert}`, key: leaf.key }).chain).toEqual([leaf.cert]);
  });

  it('opens an encrypted key', () => {
    const format = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'été €' } as const;
    const key = createPrivateKey(sign.key).export(format).toString();
    expect(
      readPem({ cert: sign.cert, key, passphrase: 'été €' }).key.equals(createPrivateKey(sign.key)),
    ).toBe(true);
    expect(detailOf(() => readPem({ cert: sign.cert, key }))).toMatch(/son mot de passe n’est pas configuré/);
    expect(detailOf(() => readPem({ cert: sign.cert, key, passphrase: 'autre' }))).toMatch(/est faux/);
  });

  it.each([
    ['no certificate', { cert: 'rien', key: auth.key }, 'Le fichier ne contient pas de certificat'],
    [
      'the key of another',
      { cert: sign.cert, key: auth.key },
      'La clé privée n’est pas celle du certificat.',
    ],
    ['files swapped', { cert: auth.key, key: auth.cert }, /Le fichier ne contient pas de certificat/],
    ['no key', { cert: auth.cert, key: '' }, /La clé privée ne peut pas être lue/],
    [
      'a certificate that is broken',
      { cert: auth.cert.replace(/\n[^-\n]{20}/, '\n'), key: auth.key },
      'Le certificat ne peut pas être lu.',
    ],
  ])('%s is told', (_, pem, detail) => {
    expect(detailOf(() => readPem(pem))).toEqual(expect.stringMatching(detail));
  });
});

describe('PKCS#12', () => {
  const expectSign = (file: Buffer, withPassword = password): void => {
    const read = readPkcs12(file, withPassword);
    // To the byte: a signature and a digest depend on it.
    expect(read.cert).toBe(sign.cert);
    expect(read.key.equals(createPrivateKey(sign.key))).toBe(true);
    expect(read.facts).toEqual(certificateFacts(sign.cert));
  };

  it.each(['aes256', '3des'] as const)('by node-forge (%s)', algorithm => {
    const file = pkcs12ByForge({ ...sign, password }, algorithm);
    expectSign(file);
    expect(detailOf(() => readPkcs12(file, 'autre'))).toMatch(/^Le mot de passe du fichier PKCS#12 est faux/);
  });

  const forms: readonly (readonly [string, readonly string[], boolean])[] = [
    ['of today', [], OPENSSL.modern],
    ['of today, with SHA-512', ['-macalg', 'sha512', '-keypbe', 'AES-128-CBC'], OPENSSL.modern],
    ['of today, without MAC', ['-nomac'], OPENSSL.modern],
    ['of former tools (RC2, triple DES)', ['-legacy'], OPENSSL.legacy],
    ['of former tools (triple DES)', ['-legacy', '-descert'], OPENSSL.legacy],
    ['with the key alone encrypted', ['-certpbe', 'NONE'], OPENSSL.modern],
  ];
  describe.each(forms)('by openssl, %s', (_, options, isPossible) => {
    it.skipIf(!isPossible).each([password, 'été € ñ', '&"\'<'])('opens with « %s »', secret => {
      const file = pkcs12ByOpenssl({ ...sign, issuers, password: secret }, ...options);
      expectSign(file, secret);
      expect(readPkcs12(file, secret).chain).toEqual([sign.cert, issuers]);
      for (const wrong of ['', 'autre', 'ètè € ñ']) {
        expect(detailOf(() => readPkcs12(file, wrong))).toMatch(/mot de passe.* est faux/);
      }
    });
  });

  it.skipIf(!OPENSSL.modern)('of an authority that signs otherwise (ECDSA) opens too', () => {
    const other = createAuthority('AC ECDSA').issueOrganisation({
      profile: 'SIGN',
      name: 'x',
      organisation: 'y',
      structure: STRUCTURE,
    });
    expect(readPkcs12(pkcs12ByOpenssl({ ...other, password }), password).cert).toBe(other.cert);
  });

  it.skipIf(!OPENSSL.modern)('gives an elliptic key as well', () => {
    const client = authority.issue({ name: 'passerelle', usage: 'client' });
    const read = readPkcs12(pkcs12ByOpenssl({ ...client, password }), password);
    expect(read.cert).toBe(client.cert);
    expect(read.key.equals(createPrivateKey(client.key))).toBe(true);
  });

  it.skipIf(!OPENSSL.modern)('with three certificates gives them in order', () => {
    const { root, intermediate, leaf } = chainOfThree();
    const file = pkcs12ByOpenssl({ ...leaf, issuers: `${root}${intermediate}`, password });
    expect(readPkcs12(file, password).chain).toEqual([leaf.cert, intermediate, root]);
  });

  it.skipIf(!OPENSSL.modern)('without key, or without certificate, is told', () => {
    const content = { ...sign, password };
    expect(detailOf(() => readPkcs12(pkcs12ByOpenssl(content, '-nokeys'), password))).toBe(
      'La clé privée manque dans le fichier.',
    );
    expect(detailOf(() => readPkcs12(pkcs12ByOpenssl(content, '-nocerts'), password))).toBe(
      'Le certificat manque dans le fichier.',
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a PEM file', Buffer.from(sign.cert)],
    ['a certificate alone', new X509Certificate(sign.cert).raw],
    ['half of one', pkcs12ByForge({ ...sign, password }, '3des').subarray(0, 900)],
    ['nested without end', Buffer.from('30800000'.repeat(10_000), 'hex')],
  ])('%s is none', (_, bytes) => {
    expect(detailOf(() => readPkcs12(bytes, password))).toMatch(/^Ce n’est pas un fichier PKCS#12/);
  });
});
