import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { at, attribute, childrenOf, parseXml, type XmlElement } from '../../../src/formats/xml/element.ts';
import { canonicalDigest } from '../../../src/formats/xmldsig/canonical.ts';
import {
  type SubmissionSignatureInput,
  signSubmission,
} from '../../../src/formats/xmldsig/submission-signature.ts';
import { leftBehind } from './memory.ts';
import { flipped, has, lintDigest, oracleFiles, xmlsec } from './oracles.ts';
import { testSigner } from './test-signer.ts';
import { submissionVerifies } from './verify.ts';

const { signer, root, intermediate } = testSigner();
const files = oracleFiles();
afterAll(() => files.remove());

const CHAIN = [signer.cert, intermediate, root];
const XADES = 'http://uri.etsi.org/01903/v1.1.1#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
/** As the reference on the DMP verifies one; the references of the manifest (urn:oid:) are checked beside. */
const XMLSEC = [
  '--insecure',
  '--ignore-manifests',
  '--id-attr:Id',
  'http://www.w3.org/2000/09/xmldsig#:Manifest',
  '--id-attr:Id',
  `${XADES}:SignedProperties`,
];
const METHODS = {
  sha1: ['http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
  sha256: ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
} as const;
const CDAS = [cdaDocument(cdaSample()), cdaDocument(cdaSample({ title: 'Résumé & suite' }))];

function input(overrides: Partial<SubmissionSignatureInput> = {}): SubmissionSignatureInput {
  const digest = overrides.digest ?? 'sha1';
  return {
    id: 'SIG-0421d1cc',
    setUniqueId: '1.2.250.1.999.1.3.1',
    documents: CDAS.map((cda, index) => ({
      uniqueId: `1.2.250.1.999.1.4.${index}`,
      digest: canonicalDigest(cda, digest),
    })),
    signer,
    time: new Date('2026-01-15T10:00:00.282Z'),
    digest,
    ...overrides,
  };
}

describe.each(['sha1', 'sha256'] as const)('signSubmission with %s', digest => {
  const xml = signSubmission(input({ digest }));
  const signature = parseXml(xml);
  const [digestMethod, signatureMethod] = METHODS[digest];

  it.skipIf(!has('xmlsec1'))('is accepted by xmlsec1', () => {
    const { accepted, said } = xmlsec(XMLSEC, files.write(`${digest}.xml`, xml));
    expect(said).toContain('SignedInfo References (ok/all): 2/2');
    expect(accepted).toBe(true);
  });

  it('signs manifest and properties', () => {
    expect(attribute(at(signature, 'SignedInfo/CanonicalizationMethod'), 'Algorithm')).toBe(C14N);
    expect(attribute(at(signature, 'SignedInfo/SignatureMethod'), 'Algorithm')).toBe(signatureMethod);
    expect(
      references(at(signature, 'SignedInfo')).map(({ type, uri, method }) => [type, uri, method]),
    ).toEqual([
      ['http://www.w3.org/2000/09/xmldsig#Manifest', '#IHEManifest', digestMethod],
      [`${XADES}SignedProperties`, '#S0-SignedProperties', digestMethod],
    ]);
  });

  it('says in the manifest a zero byte of the set and the canonical digest of each document', () => {
    const manifest = at(signature, 'Object/Manifest');
    expect(attribute(manifest, 'Id')).toBe('IHEManifest');
    expect(references(manifest)).toEqual([
      {
        type: undefined,
        uri: 'urn:oid:1.2.250.1.999.1.3.1',
        method: digestMethod,
        value: 'AA==',
        transform: undefined,
      },
      ...CDAS.map((cda, index) => ({
        type: undefined,
        uri: `urn:oid:1.2.250.1.999.1.4.${index}`,
        method: digestMethod,
        value: canonicalDigest(cda, digest),
        transform: C14N,
      })),
    ]);
  });

  it.skipIf(!has('xmllint') || !has('openssl'))('has the digests that xmllint and openssl find', () => {
    const found = CDAS.map((cda, index) => lintDigest(digest, files.write(`${digest}-${index}.xml`, cda)));
    const [, ...values] = references(at(signature, 'Object/Manifest')).map(({ value }) => value);
    expect(values).toEqual(found);
  });

  it('names the certificates of the signer and of its authorities, with their digests', () => {
    const certs = certsOf(signature);
    expect(certs.map(cert => at(cert, 'CertDigest'))).toHaveLength(3);
    const digests = CHAIN.map(pem =>
      createHash(digest)
        .update(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'))
        .digest('base64'),
    );
    expect(certs.map(cert => textAt(cert, 'CertDigest', 'DigestValue'))).toEqual(digests);
    expect(certs.map(cert => textAt(cert, 'IssuerSerial', 'X509IssuerName'))).toEqual([
      String.raw`CN=AC de l’Été,O=Essais\, \"tests\" & \<Cie\>,C=FR`,
      'CN=Racine,O=Essais,C=FR',
      'CN=Racine,O=Essais,C=FR',
    ]);
  });

  it.skipIf(!has('openssl'))('names issuers and serials as openssl does', () => {
    const said = CHAIN.map((pem, index) => opensslFacts(files.write(`${digest}-${index}.pem`, pem)));
    expect(
      certsOf(signature).map(cert => [
        textAt(cert, 'IssuerSerial', 'X509IssuerName'),
        textAt(cert, 'IssuerSerial', 'X509SerialNumber'),
      ]),
    ).toEqual(said);
  });

  it('no longer verifies when a byte that it covers has changed', () => {
    expect(submissionVerifies(xml, digest, signer)).toBe(true);
    const bytes = Buffer.from(xml);
    const missed = [...covered(bytes)].filter(index =>
      submissionVerifies(flipped(bytes, index).toString(), digest, signer),
    );
    expect(missed).toEqual([]);
  });

  it.skipIf(!has('xmlsec1'))('is refused by xmlsec1 when a signed byte has changed', () => {
    const bytes = Buffer.from(xml);
    const [from, to] = [bytes.indexOf('<Manifest'), bytes.indexOf('</Manifest>')];
    const positions = Array.from({ length: 10 }, (_, index) => from + Math.floor((index * (to - from)) / 10));
    const missed = positions.filter(
      index => xmlsec(XMLSEC, files.write('flipped.xml', flipped(bytes, index))).accepted,
    );
    expect(missed).toEqual([]);
  });
});

describe('signSubmission', () => {
  it('is the same text for the same input, wherever it runs', () => {
    expect(signSubmission(input())).toBe(signSubmission(input()));
    expect(signSubmission(input())).toContain('<SigningTime>2026-01-15T10:00:00.282Z</SigningTime>');
  });

  it('has ids that point at each other, the purpose “source”, and the leaf in KeyInfo', () => {
    const xml = signSubmission(input({ id: 'SIG-1' }));
    expect(xml).toMatch(
      /^<Signature xmlns="http:\/\/www\.w3\.org\/2000\/09\/xmldsig#" Id="SIG-1"><SignedInfo>/,
    );
    expect(xml).toContain(
      '<Object><SignatureProperties><SignatureProperty Id="purposeOfSignature" Target="#SIG-1">1.2.840.10065.1.12.1.14</SignatureProperty></SignatureProperties></Object>',
    );
    expect(xml).toContain(`<QualifyingProperties xmlns="${XADES}" Target="#SIG-1">`);
    const leaf = signer.cert.replaceAll(/-----[^-]+-----|\s/g, '');
    expect(xml).toContain(
      `<KeyInfo><X509Data><X509Certificate>${leaf}</X509Certificate></X509Data></KeyInfo>`,
    );
  });

  it.each([
    ['begins with the leaf', CHAIN],
    ['has the authorities only', [intermediate, root]],
  ])('names each certificate once where the chain %s', (_, chain) => {
    expect(signSubmission(input({ signer: { ...signer, chain } }))).toBe(signSubmission(input()));
  });

  it('names the leaf where there is no chain', () => {
    expect(certsOf(parseXml(signSubmission(input({ signer: { ...signer, chain: [] } }))))).toHaveLength(1);
  });

  it('lets no text out of its place', () => {
    const hostile = '"><x a="&';
    const xml = signSubmission(input({ id: 'a', setUniqueId: hostile }));
    expect(references(at(parseXml(xml), 'Object/Manifest'))[0]?.uri).toBe(`urn:oid:${hostile}`);
    expect(submissionVerifies(xml, 'sha1', signer)).toBe(true);
  });

  it.each([
    ['a key that is not RSA', { ...signer, key: generateKeyPairSync('ed25519').privateKey }],
    ['a certificate that is none', { ...signer, cert: 'x' }],
    ['an authority that is none', { ...signer, chain: [signer.cert, 'x'] }],
  ])('refuses %s', (_, refused) => {
    expect(() => signSubmission(input({ signer: refused }))).toThrow(
      expect.objectContaining({ code: 'DMP-020' }),
    );
  });

  it('leaves nothing in memory', () => {
    const one = input();
    const left = leftBehind(1_000, () => signSubmission(one));
    expect(left.documents).toBe(0);
    expect(left.outside).toBeLessThan(8);
    expect(left.heap).toBeLessThan(8);
  });
});

interface Referenced {
  readonly type: string | undefined;
  readonly uri: string | undefined;
  readonly method: string | undefined;
  readonly value: string | undefined;
  readonly transform: string | undefined;
}

function references(parent: XmlElement | undefined): Referenced[] {
  if (parent === undefined) return [];
  return childrenOf(parent, 'Reference').map(reference => ({
    type: attribute(reference, 'Type'),
    uri: attribute(reference, 'URI'),
    method: attribute(at(reference, 'DigestMethod'), 'Algorithm'),
    value: at(reference, 'DigestValue')?.text,
    transform: attribute(at(reference, 'Transforms/Transform'), 'Algorithm'),
  }));
}

/** The elements `Cert` of XAdES, which stand in another namespace than those around. */
function certsOf(signature: XmlElement): XmlElement[] {
  const properties = signature.children
    .flatMap(child => child.children)
    .filter(({ namespace }) => namespace === XADES);
  const signing = at(properties[0], 'SignedProperties/SignedSignatureProperties/SigningCertificate');
  return signing === undefined ? [] : childrenOf(signing, 'Cert');
}

function textAt(cert: XmlElement, group: string, name: string): string | undefined {
  return at(cert, group)?.children.find(child => child.name === name)?.text;
}

function opensslFacts(file: string): [issuer: string, serial: string] {
  const names = ['-nameopt', 'RFC2253,-esc_msb,utf8'];
  const said = execFileSync('openssl', [
    'x509',
    '-in',
    file,
    '-noout',
    '-issuer',
    '-serial',
    ...names,
  ]).toString();
  const [, issuer = ''] = /^issuer=(.*)$/m.exec(said) ?? [];
  const [, serial = ''] = /^serial=(.*)$/m.exec(said) ?? [];
  return [issuer, BigInt(`0x${serial}`).toString()];
}

/** What the signature covers: SignedInfo, its value, the certificate (by its digest), manifest and signed properties. */
function* covered(bytes: Buffer): Generator<number> {
  for (const name of ['SignedInfo', 'SignatureValue', 'X509Certificate', 'Manifest', 'SignedProperties']) {
    const end = bytes.indexOf(`</${name}>`) + name.length + 2;
    for (let index = bytes.indexOf(`<${name}`); index <= end; index += 2) yield index;
  }
}
