import {
  ParseOption,
  XmlC14NMode,
  XmlDocument,
  XmlElement,
  XmlError,
  type XmlNode,
  XmlParseError,
  XmlXPathError,
} from 'libxml2-wasm';
import { boundsFault } from './bounds.ts';

/** Namespaces by the prefixes that the XPath expressions of this folder use. */
export const NS = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  xades: 'http://uri.etsi.org/01903/v1.1.1#',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  hl7: 'urn:hl7-org:v3',
  xdsb: 'urn:ihe:iti:xds-b:2007',
  xop: 'http://www.w3.org/2004/08/xop/include',
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  query: 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
} as const;

/** An element with more attributes than this: canonicalisation sorts them in quadratic time; XDS and CDA have some ten. */
const CROWDED = 'boolean(//*[count(@*) > 500])';

/**
 * Reads XML and frees it after `use`, whose answer must hold no node.
 *
 * @throws an error that {@link isUnreadable} knows, when it is not well-formed or has a DTD, which SOAP (§3) and this sandbox
 *   refuse, or hundreds of attributes or namespaces.
 */
export function withXml<T>(bytes: Uint8Array, use: (document: XmlDocument) => T): T {
  const fault = boundsFault(bytes);
  if (fault !== undefined) throw new XmlParseError(fault, []);
  // A CDA may hold a PDF of more than the 10 MB that libxml2 takes in one text by default.
  const option = ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET;
  const document = XmlDocument.fromBuffer(bytes, { option });
  try {
    if (document.eval(CROWDED) === true) throw new XmlParseError('an element with over 500 attributes', []);
    return use(document);
  } finally {
    document.dispose();
  }
}

/** Whether an error says that something is no XML, or has no canonical form; an XPath that is wrong is our own fault. */
export function isUnreadable(error: unknown): boolean {
  // The errors of libxml2-wasm keep the name `Error`: only their classes tell.
  return error instanceof XmlError && !(error instanceof XmlXPathError);
}

/** The elements that an XPath selects, in document order. */
export function elements(node: XmlNode, xpath: string): XmlElement[] {
  return node.find(xpath, NS).filter(found => found instanceof XmlElement);
}

/** The element that an XPath selects, where it is the only one. */
export function onlyElement(node: XmlNode, xpath: string): XmlElement | undefined {
  const [found, ...others] = elements(node, xpath);
  return others.length === 0 ? found : undefined;
}

/** The string value of an XPath; empty when it selects nothing. */
export function valueOf(node: XmlNode, xpath: string): string {
  const value = node.eval(`string(${xpath})`, NS);
  return typeof value === 'string' ? value : '';
}

/** The string value of everything that an XPath selects: texts of elements, values of attributes. */
export function valuesOf(node: XmlNode, xpath: string): string[] {
  return node.find(xpath, NS).map(found => found.content);
}

/** `soap:Body`, with the prefix that this sandbox uses; `{namespace}name` where it has none. */
export function nameOf(element: XmlElement): string {
  const known = Object.entries(NS).find(([, uri]) => uri === element.namespaceUri);
  return `${known === undefined ? `{${element.namespaceUri}}` : `${known[0]}:`}${element.name}`;
}

export interface CanonicalForm {
  readonly exclusive: boolean;
  readonly comments: boolean;
}

/** Feeds the canonical form of a document or of a subtree to a digest, in chunks. */
export function canonicalise(
  node: XmlDocument | XmlNode,
  form: CanonicalForm,
  into: { update(chunk: Uint8Array): unknown },
  prefixes: readonly string[] = [],
): void {
  const handler = {
    write(chunk: Uint8Array) {
      into.update(chunk);
      return chunk.length;
    },
    close: () => true,
  };
  node.canonicalize(handler, {
    mode: form.exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
    withComments: form.comments,
    ...(prefixes.length === 0 ? {} : { inclusiveNamespacePrefixes: [...prefixes] }),
  });
}
