import { createHash } from 'node:crypto';
import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { GatewayError } from '../../errors/gateway-error.ts';
import { decodeXml, encodingOf } from '../xml/decode.ts';
import { XmlError } from '../xml/xml-error.ts';
import type { DigestAlgorithm } from './algorithms.ts';
import { assertBounded } from './markup-bounds.ts';

/**
 * The digest, in base64, of a whole document's canonical form: Canonical XML 1.0 with comments, the comments and
 * instructions before and after the root included. It is what the manifest of a submission says of a CDA
 * (IHE DSG, ITI TF-3 §5.5).
 *
 * @param xml a document of up to 64 MiB, without document type declaration, in an encoding that the gateway reads.
 * @throws GatewayError DMP-017, which never carries a word of the document.
 */
export function canonicalDigest(xml: Uint8Array, algorithm: DigestAlgorithm): string {
  try {
    return digestOf(xml, algorithm);
  } catch (thrown) {
    if (!(thrown instanceof XmlError)) throw thrown;
    const detail = 'Un document n’est pas un XML que l’on puisse signer.';
    throw new GatewayError('DMP-017', { detail, fields: { reason: thrown.reason }, cause: thrown });
  }
}

function digestOf(xml: Uint8Array, algorithm: DigestAlgorithm): string {
  const { bytes, encoding } = withAsciiMarkup(xml);
  assertBounded(bytes);
  const document = parse(bytes, encoding);
  try {
    const hash = createHash(algorithm);
    canonicalise(document, piece => hash.update(piece));
    return hash.digest('base64');
  } finally {
    document.dispose();
  }
}

/** The canonical form is the same in every encoding: UTF-16, whose markup is not ASCII, is recoded. */
function withAsciiMarkup(xml: Uint8Array): { bytes: Uint8Array; encoding: string } {
  const encoding = encodingOf(xml);
  if (!encoding.startsWith('utf-16')) return { bytes: xml, encoding };
  return { bytes: Buffer.from(decodeXml(xml)), encoding: 'utf-8' };
}

/**
 * A text of more than 10 MB, as the body of a CDA is, needs XML_PARSE_HUGE, which lifts every other limit too:
 * {@link assertBounded} has set its own. libxml2 is told the encoding, so that it reads the markup that was
 * looked at. What it says of a fault quotes the document: it is no cause to keep.
 */
function parse(bytes: Uint8Array, encoding: string): XmlDocument {
  const option = ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_NONET;
  try {
    return XmlDocument.fromBuffer(bytes, { encoding, option });
  } catch {
    throw new XmlError('malformed');
  }
}

/** @throws XmlError where there is no canonical form: a namespace that is a relative address (C14N §1.3). */
function canonicalise(document: XmlDocument, write: (piece: Uint8Array) => void): void {
  const handler = {
    write(piece: Uint8Array): number {
      write(piece);
      return piece.byteLength;
    },
    close: () => true,
  };
  try {
    document.canonicalize(handler, { withComments: true });
  } catch {
    throw new XmlError('malformed');
  }
}
