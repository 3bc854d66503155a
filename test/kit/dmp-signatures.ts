import { createHash, sign, X509Certificate } from 'node:crypto';
import { XmlC14NMode, XmlDocument, type XmlNode } from 'libxml2-wasm';
import type { IssuedCertificate } from '../../src/sandbox/certificates.ts';

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Signs an assertion, whatever it says, and puts the signature behind its Issuer. */
export function signedAssertion(assertion: string, { cert, key }: IssuedCertificate): string {
  const id = /\bID="([^"]*)"/.exec(assertion)?.[1] ?? '';
  const digest = sha('sha256', canonical(assertion, '/*', { exclusive: true }));
  const signedInfo =
    `<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><CanonicalizationMethod Algorithm="${EXCLUSIVE}"/>` +
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>' +
    `<Reference URI="#${id}"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>` +
    `<Transform Algorithm="${EXCLUSIVE}"/></Transforms>` +
    `<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`;
  const value = sign('sha256', canonical(signedInfo, '/*', { exclusive: true }), key).toString('base64');
  return assertion.replace(
    '</saml2:Issuer>',
    () =>
      `</saml2:Issuer><Signature xmlns="http://www.w3.org/2000/09/xmldsig#">${signedInfo}<SignatureValue>${value}</SignatureValue>${keyInfo(cert)}</Signature>`,
  );
}

export interface XadesInput {
  readonly setUniqueId: string;
  readonly documents: readonly { readonly uniqueId: string; readonly content: Uint8Array }[];
  readonly signer: IssuedCertificate;
  readonly digest: 'sha1' | 'sha256';
  /** Applied before the digests are made: what it breaks is signed. */
  readonly change?: ((xml: string) => string) | undefined;
}

/** The signature of a lot: XAdES 1.1.1 with the manifest of IHE (dmp.md §3). */
export function submissionSignature({ setUniqueId, documents, signer, digest, change }: XadesInput): string {
  const unsigned = (change ?? (xml => xml))(template(setUniqueId, documents, signer, digest));
  const digested = unsigned
    .replace('{manifest}', () => sha(digest, canonical(unsigned, "//*[local-name()='Manifest']", {})))
    .replace('{properties}', () =>
      sha(digest, canonical(unsigned, "//*[local-name()='SignedProperties']", {})),
    );
  const signedInfo = canonical(digested, "//*[local-name()='SignedInfo']", { comments: true });
  return digested.replace('{value}', () => sign(digest, signedInfo, signer.key).toString('base64'));
}

function template(
  setUniqueId: string,
  documents: XadesInput['documents'],
  { cert }: IssuedCertificate,
  digest: 'sha1' | 'sha256',
): string {
  const method =
    digest === 'sha1' ? 'http://www.w3.org/2000/09/xmldsig#sha1' : 'http://www.w3.org/2001/04/xmlenc#sha256';
  const signature =
    digest === 'sha1'
      ? 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
      : 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
  const digestMethod = `<DigestMethod Algorithm="${method}"/>`;
  const certificate = new X509Certificate(cert);
  const reference = (type: string, id: string, name: string): string =>
    `<Reference Type="${type}" URI="#${id}">${digestMethod}<DigestValue>{${name}}</DigestValue></Reference>`;
  const manifest = documents.map(
    ({ uniqueId, content }) =>
      `<Reference URI="urn:oid:${uniqueId}"><Transforms><Transform Algorithm="${C14N}"/></Transforms>${digestMethod}` +
      `<DigestValue>${sha(digest, canonical(content, undefined, { comments: true }))}</DigestValue></Reference>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="SIG">',
    `<SignedInfo><CanonicalizationMethod Algorithm="${C14N}"/><SignatureMethod Algorithm="${signature}"/>`,
    reference('http://www.w3.org/2000/09/xmldsig#Manifest', 'IHEManifest', 'manifest'),
    reference('http://uri.etsi.org/01903/v1.1.1#SignedProperties', 'S0-SignedProperties', 'properties'),
    `</SignedInfo><SignatureValue>{value}</SignatureValue>${keyInfo(cert)}`,
    `<Object><Manifest Id="IHEManifest"><Reference URI="urn:oid:${setUniqueId}">${digestMethod}<DigestValue>AA==</DigestValue></Reference>`,
    ...manifest,
    '</Manifest></Object>',
    '<Object><SignatureProperties><SignatureProperty Id="purposeOfSignature" Target="#SIG">1.2.840.10065.1.12.1.14</SignatureProperty></SignatureProperties></Object>',
    '<Object><QualifyingProperties xmlns="http://uri.etsi.org/01903/v1.1.1#" Target="#SIG"><SignedProperties Id="S0-SignedProperties"><SignedSignatureProperties>',
    '<SigningTime>2026-11-20T09:30:00.000+01:00</SigningTime>',
    `<SigningCertificate><Cert><CertDigest>${digestMethod}<DigestValue>${sha(digest, certificate.raw)}</DigestValue></CertDigest>`,
    `<IssuerSerial><X509IssuerName xmlns="http://www.w3.org/2000/09/xmldsig#">${nameOf(certificate.issuer)}</X509IssuerName>`,
    `<X509SerialNumber xmlns="http://www.w3.org/2000/09/xmldsig#">${BigInt(`0x${certificate.serialNumber}`)}</X509SerialNumber></IssuerSerial></Cert></SigningCertificate>`,
    '<SignaturePolicyIdentifier><SignaturePolicyImplied/></SignaturePolicyIdentifier>',
    '</SignedSignatureProperties><SignedDataObjectProperties/></SignedProperties></QualifyingProperties></Object>',
    '</Signature>',
  ].join('');
}

/** RFC 2253 of what node:crypto gives line by line; the values in these tests need no escape but the comma. */
export function nameOf(subject: string): string {
  return subject.split('\n').toReversed().join(',');
}

function keyInfo(cert: string): string {
  const base64 = new X509Certificate(cert).raw.toString('base64');
  return `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo>`;
}

function canonical(
  xml: string | Uint8Array,
  xpath: string | undefined,
  { exclusive = false, comments = false }: { exclusive?: boolean; comments?: boolean },
): Buffer {
  const document = XmlDocument.fromBuffer(typeof xml === 'string' ? Buffer.from(xml) : xml);
  try {
    const node: XmlDocument | XmlNode | null = xpath === undefined ? document : document.get(xpath);
    const mode = exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0;
    return Buffer.from(node?.canonicalizeToString({ mode, withComments: comments }) ?? '');
  } finally {
    document.dispose();
  }
}

function sha(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('base64');
}
