import { sign } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';
import { type DigestAlgorithm, SIGNATURE_METHODS, XMLDSIG } from './algorithms.ts';
import { type Canonicalisation, canonicalElement } from './canonical-element.ts';
import { digestElements, digestOf } from './digest-elements.ts';
import { assertRsa, type Signer } from './signer.ts';
import { certificateOf } from './signing-certificate.ts';

/** What a signature signs: `digested` is the canonical form of what `uri` points at. */
export interface SignedPart {
  readonly uri: string;
  readonly digested: string;
  /** URI of the `Type` of what is pointed at. */
  readonly type?: string;
  /** URIs of the transforms, in order. */
  readonly transforms?: readonly string[];
}

export interface SignatureParts {
  readonly signer: Signer;
  readonly digest: DigestAlgorithm;
  /** Of SignedInfo, and the URI that names it. */
  readonly canonicalisation: { readonly kind: Canonicalisation; readonly uri: string };
  readonly parts: readonly SignedPart[];
  /** Attributes of Signature, written, with a blank before each. */
  readonly attributes?: string;
  /** The elements Object, written. */
  readonly objects?: string;
}

/**
 * An element Signature (XML-DSig §4), on one line, XML-DSig its default namespace; KeyInfo holds the signer's own
 * certificate. The same input gives the same text.
 *
 * @throws GatewayError DMP-020 for a key that is not RSA or a certificate that cannot be read, DMP-017 where the
 *   machine's cryptography refuses the algorithm.
 */
export function xmlSignature(input: SignatureParts): string {
  const { signer, attributes = '', objects = '' } = input;
  assertRsa(signer);
  const info = signedInfo(input);
  return [
    `<Signature xmlns="${XMLDSIG}"${attributes}>`,
    info,
    `<SignatureValue>${signatureValue(input, info)}</SignatureValue>`,
    `<KeyInfo><X509Data><X509Certificate>${certificateOf(signer.cert).raw.toString('base64')}</X509Certificate></X509Data></KeyInfo>`,
    objects,
    '</Signature>',
  ].join('');
}

function signedInfo({ digest, canonicalisation, parts }: SignatureParts): string {
  return [
    '<SignedInfo>',
    `<CanonicalizationMethod Algorithm="${canonicalisation.uri}"/>`,
    `<SignatureMethod Algorithm="${SIGNATURE_METHODS[digest]}"/>`,
    ...parts.map(part => reference(part, digest)),
    '</SignedInfo>',
  ].join('');
}

function reference({ uri, digested, type, transforms = [] }: SignedPart, digest: DigestAlgorithm): string {
  const typed = type === undefined ? '' : ` Type="${type}"`;
  return [
    `<Reference${typed} URI="${uri}">`,
    transformElements(transforms),
    digestElements(digest, digestOf(digest, digested)),
    '</Reference>',
  ].join('');
}

/** Transforms (XML-DSig §4.4.3.4) by their URIs; nothing where there is none. */
export function transformElements(transforms: readonly string[]): string {
  if (transforms.length === 0) return '';
  return `<Transforms>${transforms.map(uri => `<Transform Algorithm="${uri}"/>`).join('')}</Transforms>`;
}

/** OpenSSL may be configured to sign nothing by SHA-1. */
function signatureValue({ digest, signer, canonicalisation }: SignatureParts, info: string): string {
  const within = `<Signature xmlns="${XMLDSIG}">${info}</Signature>`;
  const canonical = canonicalElement(within, '/*/*', canonicalisation.kind);
  try {
    return sign(digest, Buffer.from(canonical), signer.key).toString('base64');
  } catch (cause) {
    const detail = 'La signature n’a pas pu être faite avec l’algorithme configuré.';
    throw new GatewayError('DMP-017', { detail, fields: { digest }, cause });
  }
}
