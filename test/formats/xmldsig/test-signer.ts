import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import type { Signer } from '../../../src/formats/xmldsig/signer.ts';

const VALIDITY = { from: new Date('2020-01-01T00:00:00Z'), to: new Date('2049-12-31T00:00:00Z') };
const HOSPITAL = [
  ['countryName', 'FR'],
  ['stateOrProvinceName', 'Aveyron (12)'],
  ['organizationName', 'CHU de l’Été, Rodez'],
  ['organizationalUnitName', '1120456789'],
  ['commonName', 'DMP SIGN'],
] as const;

type Name = readonly (readonly [name: string, value: string])[];

interface Party {
  readonly name: Name;
  readonly keys: forge.pki.rsa.KeyPair;
  readonly privateKeyPem: string;
}

/**
 * An ORG SIGN certificate under an intermediate and a root authority, all made here and gone with the process. The names
 * hold what RFC 2253 escapes, the serial of the first is longer than a number of JavaScript.
 */
export function testSigner(): {
  readonly signer: Signer;
  readonly root: string;
  readonly intermediate: string;
} {
  const root = party([
    ['countryName', 'FR'],
    ['organizationName', 'Essais'],
    ['commonName', 'Racine'],
  ]);
  const authority = party([
    ['countryName', 'FR'],
    ['organizationName', 'Essais, "tests" & <Cie>'],
    ['commonName', 'AC de l’Été'],
  ]);
  const leaf = party(HOSPITAL);
  const rootPem = certificate(root, root, '01', 'authority');
  const intermediate = certificate(authority, root, '7f00112233445566778899aabbccddee01', 'authority');
  const cert = certificate(leaf, authority, '781c73fa2a67bb14906541c6490a33f7', 'leaf');
  return {
    signer: {
      key: createPrivateKey(leaf.privateKeyPem),
      cert,
      chain: [cert, intermediate, rootPem],
    },
    root: rootPem,
    intermediate,
  };
}

function party(name: Name): Party {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const keys = { privateKey: key, publicKey: forge.pki.setRsaPublicKey(key.n, key.e) };
  return { name, keys, privateKeyPem: privateKey };
}

function certificate(subject: Party, issuer: Party, serial: string, kind: 'authority' | 'leaf'): string {
  const made = forge.pki.createCertificate();
  made.publicKey = subject.keys.publicKey;
  made.serialNumber = serial;
  made.validity.notBefore = VALIDITY.from;
  made.validity.notAfter = VALIDITY.to;
  made.setSubject(attributes(subject.name));
  made.setIssuer(attributes(issuer.name));
  made.setExtensions(
    kind === 'authority'
      ? [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        ]
      : [
          { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true },
          { name: 'extKeyUsage', emailProtection: true },
        ],
  );
  made.sign(issuer.keys.privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(made).replaceAll('\r\n', '\n');
}

/** The types of node-forge take `valueTagClass` for a class; its code takes it for the type that it is. */
function attributes(name: Name): forge.pki.CertificateField[] {
  const valueTagClass = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;
  return name.map(([field, value]) => ({ name: field, value, valueTagClass }));
}
