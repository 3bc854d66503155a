import { escapeXml } from '../xml/escape-xml.ts';
import { C14N_WITH_COMMENTS, type DigestAlgorithm, XMLDSIG } from './algorithms.ts';
import { canonicalElement } from './canonical-element.ts';
import { digestElements } from './digest-elements.ts';
import type { Signer } from './signer.ts';
import { signingCertificate } from './signing-certificate.ts';
import { type SignedPart, transformElements, xmlSignature } from './xml-signature.ts';

/** The DMP knows this version of XAdES only. */
const XADES = 'http://uri.etsi.org/01903/v1.1.1#';
const MANIFEST = 'IHEManifest';
const SIGNED_PROPERTIES = 'S0-SignedProperties';
/** ASTM E1762: the signature of who submits, “source”. */
const PURPOSE_SOURCE = '1.2.840.10065.1.12.1.14';
/** In the place of the set's digest, which cannot be known: one zero byte (ITI TF-3 §5.5; all examples of the DMP). */
const NO_DIGEST = 'AA==';

export interface SubmissionSignatureInput {
  /** The `Id` of the signature: an XML name, unlike the other three in it. */
  readonly id: string;
  /** OID of the submission set. */
  readonly setUniqueId: string;
  /** The documents of the set: OID, and digest as `canonicalDigest` gives it for the same algorithm. */
  readonly documents: readonly { readonly uniqueId: string; readonly digest: string }[];
  readonly signer: Signer;
  readonly time: Date;
  /** Of everything: manifest, certificates, references, signature. */
  readonly digest: DigestAlgorithm;
}

/**
 * The signature of a submission set, as the DMP's examples have it: XAdES 1.1.1 over a manifest of the set and its
 * documents (IHE DSG). The same input gives the same text, so that a lot that leaves again is the same lot.
 *
 * @returns an XML document without declaration, to be sent in UTF-8.
 * @throws GatewayError DMP-020 for a key that is not RSA or a certificate that cannot be read, DMP-017 where the
 *   machine's cryptography refuses the algorithm.
 */
export function signSubmission(input: SubmissionSignatureInput): string {
  const { id, signer, digest } = input;
  const objects = [manifest(input), purpose(input), qualifyingProperties(input)].join('');
  const parts = [
    signedPart(objects, MANIFEST, `${XMLDSIG}Manifest`),
    signedPart(objects, SIGNED_PROPERTIES, `${XADES}SignedProperties`),
  ];
  const canonicalisation = { kind: 'inclusive', uri: C14N_WITH_COMMENTS } as const;
  return xmlSignature({
    signer,
    digest,
    canonicalisation,
    parts,
    attributes: ` Id="${escapeXml(id)}"`,
    objects,
  });
}

/** Without transforms, as in the examples: C14N 1.0 is then what a part of the same document gets (XML-DSig §4.4.3.2). */
function signedPart(objects: string, id: string, type: string): SignedPart {
  const within = `<Signature xmlns="${XMLDSIG}">${objects}</Signature>`;
  return { uri: `#${id}`, type, digested: canonicalElement(within, `//*[@Id='${id}']`, 'inclusive') };
}

function manifest({ setUniqueId, documents, digest }: SubmissionSignatureInput): string {
  const transforms = transformElements([C14N_WITH_COMMENTS]);
  const references = documents.map(document =>
    manifestReference(document.uniqueId, transforms + digestElements(digest, document.digest)),
  );
  return [
    `<Object><Manifest Id="${MANIFEST}">`,
    manifestReference(setUniqueId, digestElements(digest, NO_DIGEST)),
    ...references,
    '</Manifest></Object>',
  ].join('');
}

function manifestReference(uniqueId: string, content: string): string {
  return `<Reference URI="urn:oid:${escapeXml(uniqueId)}">${content}</Reference>`;
}

function purpose({ id }: SubmissionSignatureInput): string {
  return [
    '<Object><SignatureProperties>',
    `<SignatureProperty Id="purposeOfSignature" Target="#${escapeXml(id)}">${PURPOSE_SOURCE}</SignatureProperty>`,
    '</SignatureProperties></Object>',
  ].join('');
}

function qualifyingProperties({ id, time, signer, digest }: SubmissionSignatureInput): string {
  return [
    `<Object><QualifyingProperties xmlns="${XADES}" Target="#${escapeXml(id)}">`,
    `<SignedProperties Id="${SIGNED_PROPERTIES}"><SignedSignatureProperties>`,
    `<SigningTime>${time.toISOString()}</SigningTime>`,
    signingCertificate(signer, digest),
    '<SignaturePolicyIdentifier><SignaturePolicyImplied/></SignaturePolicyIdentifier>',
    '</SignedSignatureProperties><SignedDataObjectProperties/></SignedProperties>',
    '</QualifyingProperties></Object>',
  ].join('');
}
