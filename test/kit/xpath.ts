import type { XmlDocument } from 'libxml2-wasm';
import { NS, withXml } from '../../src/sandbox/dmp/xml.ts';

/** What an XPath 1.0 expression gives: of nodes the text of each. */
export type XpathValue = string | number | boolean | readonly string[];

/** What libxml2 finds in XML, by the prefixes of the sandbox: a reader that shares nothing with the gateway's writers. */
export function lookUp(xml: Uint8Array, path: string): XpathValue {
  return withXml(xml, document => valueIn(document, path));
}

/** The same, where every node found counts. */
export function textsIn(xml: Uint8Array, path: string): readonly string[] {
  const found = lookUp(xml, path);
  if (!Array.isArray(found)) throw new Error(`no nodes: ${path}`);
  return found as readonly string[];
}

function valueIn(document: XmlDocument, path: string): XpathValue {
  const found = document.eval(path, NS);
  return Array.isArray(found) ? found.map(node => node.content) : found;
}
