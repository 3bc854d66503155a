import { createHash, createPublicKey, verify } from 'node:crypto';
import { type C14NOptions, XmlC14NMode, XmlDocument, type XmlNode } from 'libxml2-wasm';
import type { Signer } from '../../../src/formats/xmldsig/signer.ts';

const DSIG = { ds: 'http://www.w3.org/2000/09/xmldsig#' };
const EXCLUSIVE = { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 };

/**
 * Whether a VIHF is signed by a signer whose certificate is known, whatever KeyInfo says: quickly enough to ask of each
 * byte. It knows our algorithms only.
 */
export function vihfVerifies(xml: string, signer: Signer): boolean {
  return holds(xml, document => {
    const signature = one(document, '/*/ds:Signature');
    const info = one(document, '/*/ds:Signature/ds:SignedInfo');
    const digest = one(document, '/*/ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestValue').content;
    const isSigned = infoIsSigned(document, info, 'sha256', signer, EXCLUSIVE);
    signature.remove();
    return isSigned && digest === digestOf(document.root, 'sha256', EXCLUSIVE);
  });
}

/** The same of a submission's signature, and whether the certificate that goes with it is the one that it signs. */
export function submissionVerifies(xml: string, algorithm: 'sha1' | 'sha256', signer: Signer): boolean {
  return holds(xml, document => {
    const info = one(document, '/ds:Signature/ds:SignedInfo');
    const references = document.find('/ds:Signature/ds:SignedInfo/ds:Reference', DSIG);
    const certificate = one(document, '/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate').content;
    const certDigest = one(document, "(//*[local-name()='CertDigest'])[1]/ds:DigestValue").content;
    const made = createHash(algorithm).update(Buffer.from(certificate, 'base64')).digest('base64');
    return (
      made === certDigest &&
      references.length === 2 &&
      infoIsSigned(document, info, algorithm, signer, { withComments: true }) &&
      references.every(reference => {
        const uri = reference.get('@URI')?.content ?? '';
        const target = one(document, `//*[@Id='${uri.slice(1)}']`);
        return digestOf(target, algorithm) === reference.get('ds:DigestValue', DSIG)?.content;
      })
    );
  });
}

function holds(xml: string, check: (document: XmlDocument) => boolean): boolean {
  let document: XmlDocument | undefined;
  try {
    document = XmlDocument.fromString(xml);
    return check(document);
  } catch {
    return false;
  } finally {
    document?.dispose();
  }
}

function infoIsSigned(
  document: XmlDocument,
  info: XmlNode,
  algorithm: string,
  { cert }: Signer,
  options: C14NOptions,
): boolean {
  const value = one(document, '//ds:SignatureValue').content;
  const canonical = Buffer.from(info.canonicalizeToString(options));
  return verify(algorithm, canonical, createPublicKey(cert), Buffer.from(value, 'base64'));
}

function one(document: XmlDocument, path: string): XmlNode {
  const found = document.get(path, DSIG);
  if (found === null) throw new Error(`${path} is missing`);
  return found;
}

function digestOf(node: XmlNode, algorithm: string, options: C14NOptions = {}): string {
  return createHash(algorithm).update(node.canonicalizeToString(options)).digest('base64');
}
