import { generateKeyPairSync } from 'node:crypto';
import { assert, property, string } from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { escapeXml } from '../../../src/formats/xml/escape-xml.ts';
import { signVihf } from '../../../src/formats/xmldsig/sign-vihf.ts';
import { leftBehind } from './memory.ts';
import { flipped, has, oracleFiles, thrownBy, xmlsec } from './oracles.ts';
import { ASSERTION } from './sample-assertion.ts';
import { testSigner } from './test-signer.ts';
import { vihfVerifies } from './verify.ts';

const { signer, root, intermediate } = testSigner();
const files = oracleFiles();
afterAll(() => files.remove());

const TRUST = [
  '--id-attr:ID',
  'urn:oasis:names:tc:SAML:2.0:assertion:Assertion',
  '--trusted-pem',
  files.write('root.pem', root),
  '--untrusted-pem',
  files.write('intermediate.pem', intermediate),
];
const SIGNATURE = /<Signature .*<\/Signature>/s;
const signed = signVihf(ASSERTION, signer);

/** As in the header of a submission: other namespaces in force, white space around. */
function inEnvelope(assertion: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns="urn:other" xmlns:xs="urn:other:xs">',
    '<soap:Header><wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">',
    assertion,
    '</wsse:Security></soap:Header>',
    '<soap:Body><x xmlns="">é</x></soap:Body></soap:Envelope>',
  ].join('\n');
}

describe('signVihf', () => {
  it('adds the signature right after Issuer and changes nothing else', () => {
    expect(signed.replace(SIGNATURE, '')).toBe(ASSERTION);
    expect(signed).toMatch(/<\/saml2:Issuer><Signature /);
    expect(signed.match(/<Signature /g)).toHaveLength(1);
  });

  it('is enveloped, exclusive and RSA-SHA256, with the leaf certificate alone', () => {
    const [signature = ''] = SIGNATURE.exec(signed) ?? [];
    const algorithms = [...signature.matchAll(/<(\w+) Algorithm="([^"]+)"/g)].map(([, ...found]) => found);
    expect(algorithms).toEqual([
      ['CanonicalizationMethod', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
      ['SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
      ['Transform', 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'],
      ['Transform', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
      ['DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256'],
    ]);
    expect(signature).toContain('<Reference URI="#_5f1d0c3e">');
    expect(signature).not.toContain('InclusiveNamespaces');
    const leaf = signer.cert.replaceAll(/-----[^-]+-----|\s/g, '');
    expect(signature).toContain(
      `<KeyInfo><X509Data><X509Certificate>${leaf}</X509Certificate></X509Data></KeyInfo>`,
    );
  });

  it('verifies and keeps every character, whatever the values hold', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (name, value) => {
        const assertion = ASSERTION.replace('CÉCILE L’ŒUVRÉ', () => escapeXml(value)).replace('Médecin', () =>
          escapeXml(name),
        );
        const text = signVihf(assertion, signer);
        return vihfVerifies(text, signer) && text.replace(SIGNATURE, '') === assertion;
      }),
      { numRuns: 200, examples: [['\u0085\u2028', '\r\n\u0085\u2028]]>']] },
    );
  });

  it('gives the same text for the same assertion', () => {
    expect(signVihf(ASSERTION, signer)).toBe(signed);
  });

  it.skipIf(!has('xmlsec1')).each([
    ['alone', signed],
    ['inside a SOAP envelope', inEnvelope(signed)],
  ])('is accepted by xmlsec1 %s', (name, xml) => {
    const { accepted, said } = xmlsec(TRUST, files.write(`${name}.xml`, xml));
    expect(said).toContain('SignedInfo References (ok/all): 1/1');
    expect(accepted).toBe(true);
  });

  it.skipIf(!has('xmlsec1'))('is refused by xmlsec1 when a byte anywhere has changed', () => {
    const bytes = Buffer.from(signed);
    const positions = Array.from({ length: 25 }, (_, index) => Math.floor((index * bytes.length) / 25));
    const missed = positions.filter(
      at => xmlsec(TRUST, files.write('flipped.xml', flipped(bytes, at))).accepted,
    );
    expect(missed).toEqual([]);
  });

  it('no longer verifies when any byte outside KeyInfo has changed', () => {
    const bytes = Buffer.from(signed);
    const [from, to] = [bytes.indexOf('<KeyInfo>'), bytes.indexOf('</KeyInfo>')];
    expect(vihfVerifies(signed, signer)).toBe(true);
    const missed = [...bytes.keys()].filter(
      at => (at < from || at > to) && vihfVerifies(flipped(bytes, at).toString(), signer),
    );
    expect(missed).toEqual([]);
  });

  it('refuses a key that is not RSA: its signature would be called what it is not', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signVihf(ASSERTION, { ...signer, key: privateKey })).toThrow(
      expect.objectContaining({ code: 'DMP-020', fields: { keyType: 'ec' } }),
    );
  });

  it.each([
    '',
    'no XML',
    '<a/>',
    '<Assertion ID="x"/>',
    '<Assertion><Issuer/></Assertion>',
    ASSERTION.slice(0, -3),
  ])('refuses what is no assertion, without a word of it: %j', text => {
    const refused = thrownBy(() => signVihf(text, signer));
    expect(refused).toMatchObject({ code: 'DMP-017' });
    expect(refused).not.toHaveProperty('cause');
  });

  it('leaves nothing in memory', () => {
    const left = leftBehind(1_000, () => signVihf(ASSERTION, signer));
    expect(left.documents).toBe(0);
    expect(left.outside).toBeLessThan(8);
    expect(left.heap).toBeLessThan(8);
  });
});
