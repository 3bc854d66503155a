import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { GatewayError } from '../../errors/gateway-error.ts';

/** Canonical XML 1.0, or the exclusive one, in which an element does not depend on what is around it. */
export type Canonicalisation = 'inclusive' | 'exclusive';

const MODES = {
  inclusive: XmlC14NMode.XML_C14N_1_0,
  exclusive: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
} as const;

/**
 * The canonical form of an element of a text that we have written ourselves: without comments, so that its form is
 * the same with and without them.
 *
 * @param path XPath of the element.
 * @throws GatewayError DMP-017 where the text is not well formed or the element is not in it.
 */
export function canonicalElement(xml: string, path: string, kind: Canonicalisation): string {
  const document = parsed(xml);
  try {
    const element = document.get(path);
    if (element === null) throw new GatewayError('DMP-017', { fields: { missing: path } });
    return element.canonicalizeToString({ mode: MODES[kind] });
  } finally {
    document.dispose();
  }
}

/** What libxml2 says of a fault quotes the text, which may name a patient: it is no cause to keep. */
function parsed(xml: string): XmlDocument {
  try {
    return XmlDocument.fromString(xml);
  } catch {
    throw new GatewayError('DMP-017', { fields: { reason: 'malformed' } });
  }
}
