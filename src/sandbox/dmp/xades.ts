import type { X509Certificate } from 'node:crypto';
import type { XmlDocument, XmlElement } from 'libxml2-wasm';
import { certificateFault, isNameOf, structuresOf } from './certificate.ts';
import type { RegistryProblem } from './refusal.ts';
import type { Submission } from './submission.ts';
import type { VihfRules } from './vihf.ts';
import { elements, isUnreadable, nameOf, onlyElement, valueOf, valuesOf, withXml } from './xml.ts';
import {
  C14N,
  C14N_WITH_COMMENTS,
  certificatesOf,
  digestFault,
  digestOf,
  RSA_SHA1,
  RSA_SHA256,
  signatureFault,
  transformsOf,
} from './xml-signature.ts';

const MANIFEST = 'http://www.w3.org/2000/09/xmldsig#Manifest';
const SIGNED_PROPERTIES = 'http://uri.etsi.org/01903/v1.1.1#SignedProperties';
/** IHE DSG: the signature of the source. */
const PURPOSE = '1.2.840.10065.1.12.1.14';
/** The digest of the set itself: one octet 0. */
const NO_DIGEST = 'AA==';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What is wrong with the signature of a lot (XAdES 1.1.1 with the manifest of IHE), and of each document by its digest. */
export function xadesProblems(submission: Submission, rules: VihfRules): RegistryProblem[] {
  try {
    return withXml(submission.signature.content, document => {
      const signature = document.root;
      if (nameOf(signature) !== 'ds:Signature') return [invalid('not a ds:Signature')];
      return signatureProblems(document, signature, submission, rules);
    });
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [invalid('not XML')];
  }
}

function signatureProblems(
  document: XmlDocument,
  signature: XmlElement,
  submission: Submission,
  rules: VihfRules,
): RegistryProblem[] {
  const [certificate, ...others] = certificatesOf(signature);
  if (certificate === undefined)
    return [{ code: 'DMPInvalidCertificate', context: 'signature: no certificate' }];
  const unfit =
    certificateFault(certificate, 'SIGN', { trusted: rules.trusted, others }, rules.now) ??
    (structuresOf(certificate).includes(rules.structure) ? undefined : 'its structure is not that of TLS');
  if (unfit !== undefined) return [{ code: 'DMPInvalidCertificate', context: `signature: ${unfit}` }];
  const manifest = onlyElement(signature, 'ds:Object/ds:Manifest');
  const properties = onlyElement(signature, 'ds:Object/xades:QualifyingProperties/xades:SignedProperties');
  if (manifest === undefined) return [invalid('not one Manifest')];
  if (properties === undefined) return [invalid('not one SignedProperties')];
  const broken = signatureFault(signature, certificate.publicKey, {
    form: C14N_WITH_COMMENTS,
    methods: [RSA_SHA1, RSA_SHA256],
  });
  return [
    ...(broken === undefined ? [] : [invalid(broken)]),
    ...referenceProblems(signature, [
      { type: MANIFEST, target: manifest },
      { type: SIGNED_PROPERTIES, target: properties },
    ]),
    ...idProblems(document, signature),
    ...manifestProblems(manifest, submission),
    ...propertyProblems(signature, properties, certificate),
  ];
}

function referenceProblems(
  signature: XmlElement,
  wanted: readonly { readonly type: string; readonly target: XmlElement }[],
): RegistryProblem[] {
  const references = elements(signature, 'ds:SignedInfo/ds:Reference');
  if (references.length !== wanted.length) return [invalid('SignedInfo: not two References')];
  return wanted.flatMap(({ type, target }) => {
    const reference = references.find(one => valueOf(one, '@Type') === type);
    if (reference === undefined) return [invalid(`SignedInfo: no Reference of type ${type}`)];
    const id = valueOf(target, '@Id');
    if (id === '' || valueOf(reference, '@URI') !== `#${id}`)
      return [invalid(`SignedInfo: the Reference of type ${type} is of another element`)];
    if (!transformsOf(reference).every(transform => [C14N, C14N_WITH_COMMENTS].includes(transform)))
      return [invalid(`SignedInfo: a transform that is no C14N`)];
    const broken = digestFault(reference, target);
    return broken === undefined ? [] : [invalid(`SignedInfo: ${type}: ${broken}`)];
  });
}

/** `#x` means one element: an Id that stands twice could hide another (signature wrapping). */
function idProblems(document: XmlDocument, signature: XmlElement): RegistryProblem[] {
  const ids = valuesOf(document.root, '/descendant::*/@Id');
  return [
    ...(new Set(ids).size === ids.length ? [] : [invalid('an Id that two elements have')]),
    ...(valueOf(signature, '@Id') === '' ? [invalid('no Id')] : []),
  ];
}

function manifestProblems(manifest: XmlElement, { setUniqueId, documents }: Submission): RegistryProblem[] {
  const references = elements(manifest, 'ds:Reference');
  const byUri = new Map(references.map(reference => [valueOf(reference, '@URI'), reference]));
  const set = byUri.get(`urn:oid:${setUniqueId}`);
  return [
    ...(references.length === documents.length + 1
      ? []
      : [invalid('manifest: not one Reference a document')]),
    ...(set === undefined || valueOf(set, 'ds:DigestValue') !== NO_DIGEST
      ? [invalid('manifest: not the uniqueId of the set')]
      : []),
    ...documents.flatMap(({ uniqueId, content, entry }) => {
      const reference = byUri.get(`urn:oid:${uniqueId}`);
      if (reference === undefined) return [invalid(`manifest: entry ${entry.id}: not its uniqueId`)];
      if (transformsOf(reference).join() !== C14N_WITH_COMMENTS)
        return [invalid(`manifest: entry ${entry.id}: the transform is not C14N with comments`)];
      const broken = withXml(content, document => digestFault(reference, document));
      return broken === undefined ? [] : [invalid(`manifest: entry ${entry.id}: ${broken}`)];
    }),
  ];
}

function propertyProblems(
  signature: XmlElement,
  properties: XmlElement,
  certificate: X509Certificate,
): RegistryProblem[] {
  const target = `#${valueOf(signature, '@Id')}`;
  // SignatureProperties and the children of CertDigest stand in several namespaces, the published example in none.
  const purpose = onlyElement(
    signature,
    'ds:Object/*[local-name()="SignatureProperties"]/*[local-name()="SignatureProperty"]',
  );
  const signed = 'xades:SignedSignatureProperties';
  const cert = elements(properties, `${signed}/xades:SigningCertificate/xades:Cert`)[0];
  return [
    ...(purpose?.content.trim() === PURPOSE && valueOf(purpose, '@Target') === target
      ? []
      : [invalid('purposeOfSignature')]),
    ...(valueOf(signature, 'ds:Object/xades:QualifyingProperties/@Target') === target
      ? []
      : [invalid('QualifyingProperties: Target')]),
    ...(INSTANT.test(valueOf(properties, `${signed}/xades:SigningTime`)) ? [] : [invalid('SigningTime')]),
    ...(onlyElement(properties, `${signed}/xades:SignaturePolicyIdentifier/xades:SignaturePolicyImplied`)
      ? []
      : [invalid('SignaturePolicyImplied')]),
    ...(cert !== undefined && isOf(cert, certificate)
      ? []
      : [invalid('SigningCertificate: not the certificate of KeyInfo')]),
  ];
}

function isOf(cert: XmlElement, certificate: X509Certificate): boolean {
  const said = (name: string): string => valueOf(cert, `.//*[local-name()="${name}"]`).trim();
  const method = valueOf(cert, './/*[local-name()="DigestMethod"]/@Algorithm');
  return (
    digestOf(certificate.raw, method) === said('DigestValue') &&
    said('X509SerialNumber') === BigInt(`0x${certificate.serialNumber}`).toString() &&
    isNameOf(said('X509IssuerName'), certificate.issuer)
  );
}

function invalid(context: string): RegistryProblem {
  return { code: 'InvalidDocumentContent', context: `signature: ${context}` };
}
