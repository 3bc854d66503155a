import { createHash, createVerify, type KeyObject, type X509Certificate } from 'node:crypto';
import type { XmlDocument, XmlElement, XmlNode } from 'libxml2-wasm';
import { readCertificate } from './certificate.ts';
import { type CanonicalForm, canonicalise, elements, valueOf, valuesOf } from './xml.ts';

export const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const C14N_WITH_COMMENTS = `${C14N}#WithComments`;
export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

const FORMS: Readonly<Record<string, CanonicalForm>> = {
  [C14N]: { exclusive: false, comments: false },
  [C14N_WITH_COMMENTS]: { exclusive: false, comments: true },
  [EXCLUSIVE_C14N]: { exclusive: true, comments: false },
};
const DIGESTS: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
};
const HASHES: Readonly<Record<string, string>> = { [RSA_SHA1]: 'sha1', [RSA_SHA256]: 'sha256' };

/** A signer, its authorities, the root; every order of them is tried for a chain. */
const MOST_CERTIFICATES = 5;

/** The certificates in KeyInfo, the first five; the first is the signer's. */
export function certificatesOf(signature: XmlElement): X509Certificate[] {
  return valuesOf(signature, 'ds:KeyInfo/ds:X509Data/ds:X509Certificate')
    .slice(0, MOST_CERTIFICATES)
    .flatMap(base64 => readCertificate(base64) ?? []);
}

/**
 * What is wrong with SignatureValue over SignedInfo (XML-DSig §3.2.2); the references are not looked at.
 *
 * @param rules algorithms that are admitted
 */
export function signatureFault(
  signature: XmlElement,
  key: KeyObject,
  rules: { readonly form: string; readonly methods: readonly string[] },
): string | undefined {
  const [signedInfo, ...others] = elements(signature, 'ds:SignedInfo');
  if (signedInfo === undefined || others.length > 0) return 'not one SignedInfo';
  if (valueOf(signedInfo, 'ds:CanonicalizationMethod/@Algorithm') !== rules.form)
    return `CanonicalizationMethod is not ${rules.form}`;
  const method = valueOf(signedInfo, 'ds:SignatureMethod/@Algorithm');
  const hash = HASHES[method];
  const form = FORMS[rules.form];
  if (hash === undefined || form === undefined || !rules.methods.includes(method))
    return `SignatureMethod is not ${rules.methods.join(' or ')}`;
  if (key.asymmetricKeyType !== 'rsa') return 'the key is not RSA';
  const verifier = createVerify(hash);
  canonicalise(signedInfo, form, verifier, prefixesOf(signedInfo, 'ds:CanonicalizationMethod'));
  const value = Buffer.from(valueOf(signature, 'ds:SignatureValue'), 'base64');
  return verifier.verify(key, value) ? undefined : 'SignatureValue does not verify';
}

/**
 * What is wrong with the digest of a Reference.
 *
 * @param reference the element; its transforms are those that the caller has admitted
 * @param target what it refers to, after any transform that is no canonicalisation; canonicalised here
 */
export function digestFault(reference: XmlElement, target: XmlDocument | XmlNode): string | undefined {
  const algorithm = DIGESTS[valueOf(reference, 'ds:DigestMethod/@Algorithm')];
  if (algorithm === undefined) return 'DigestMethod is neither SHA-1 nor SHA-256';
  // XML-DSig §4.4.3.2: a node-set without a canonicalisation of its own is taken by C14N 1.0 without comments.
  const form = transformsOf(reference)
    .flatMap(transform => FORMS[transform] ?? [])
    .at(-1);
  const hash = createHash(algorithm);
  canonicalise(
    target,
    form ?? { exclusive: false, comments: false },
    hash,
    prefixesOf(reference, 'ds:Transforms/ds:Transform'),
  );
  const said = valueOf(reference, 'ds:DigestValue').replaceAll(/\s/g, '');
  return hash.digest('base64') === said ? undefined : 'DigestValue is not that of what it refers to';
}

/** The algorithms of a Reference's transforms, in order. */
export function transformsOf(reference: XmlElement): string[] {
  return valuesOf(reference, 'ds:Transforms/ds:Transform/@Algorithm');
}

/** Of bytes by a DigestMethod; undefined for one that is not admitted. */
export function digestOf(bytes: Uint8Array, method: string): string | undefined {
  const algorithm = DIGESTS[method];
  return algorithm === undefined ? undefined : createHash(algorithm).update(bytes).digest('base64');
}

function prefixesOf(node: XmlElement, xpath: string): string[] {
  const list = valuesOf(node, `${xpath}/*[local-name() = 'InclusiveNamespaces']/@PrefixList`).join(' ');
  // `#default` of the standard is the empty prefix for libxml2 as well as for itself.
  return list.split(/\s+/).filter(prefix => prefix !== '');
}
