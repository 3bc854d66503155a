import { GatewayError } from '../../errors/gateway-error.ts';
import { EXCLUSIVE_C14N, XMLDSIG } from './algorithms.ts';
import { canonicalElement } from './canonical-element.ts';
import type { Signer } from './signer.ts';
import { xmlSignature } from './xml-signature.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const ASSERTION = `/*[local-name()='Assertion' and namespace-uri()='${SAML}'][@ID]`;
/** With Issuer, which holds text alone, before everything else: its end tag is the first of all. */
const WITH_ISSUER = `${ASSERTION}[*[1][local-name()='Issuer' and namespace-uri()='${SAML}' and text() and not(*)]]`;

/**
 * Signs a SAML 2.0 assertion (SAML core §5.4): enveloped, exclusive canonicalisation, RSA-SHA256, the signature
 * right after Issuer, the signer's own certificate in KeyInfo. The assertion is kept byte for byte, and may be put
 * into any envelope, verbatim. A namespace that only a value uses (`xsi:type="xs:string"`) would not be signed: it
 * would need a list of prefixes.
 *
 * @param assertion `Assertion` with an `ID` and an `Issuer`, unsigned, without declaration or comments.
 * @throws GatewayError DMP-020 for a key that is not RSA or a certificate that cannot be read, DMP-017 for a text
 *   that is no assertion.
 */
export function signVihf(assertion: string, signer: Signer): string {
  const digested = canonicalElement(assertion, WITH_ISSUER, 'exclusive');
  const start = /^<[^<>]*?\sID="([^"<>]+)"[^<>]*><[^>]*>[^<]*<\/[^<>]*>/.exec(assertion);
  if (start === null) throw new GatewayError('DMP-017', { fields: { reason: 'not-an-assertion' } });
  const [asFarAsIssuer, id = ''] = start;
  const signature = xmlSignature({
    signer,
    digest: 'sha256',
    canonicalisation: { kind: 'exclusive', uri: EXCLUSIVE_C14N },
    parts: [{ uri: `#${id}`, digested, transforms: [`${XMLDSIG}enveloped-signature`, EXCLUSIVE_C14N] }],
  });
  return asFarAsIssuer + signature + assertion.slice(asFarAsIssuer.length);
}
