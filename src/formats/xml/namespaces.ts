/** The namespace declarations in force at an element: its own, then those of the elements around it. */
export interface NamespaceScope {
  readonly own: ReadonlyMap<string, string>;
  readonly outer: NamespaceScope | undefined;
}

/** What is in force outside the root element (Namespaces in XML 1.0 §3). */
export const ROOT_SCOPE: NamespaceScope = {
  own: new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]),
  outer: undefined,
};

/**
 * The namespace that a prefix stands for ('' is the default namespace); undefined when nothing declares it.
 * Scopes are chained and never copied: a copy for each element costs quadratic time on hostile input.
 */
export function namespaceOf(prefix: string, scope: NamespaceScope): string | undefined {
  for (let here: NamespaceScope | undefined = scope; here !== undefined; here = here.outer) {
    const uri = here.own.get(prefix);
    if (uri !== undefined) return uri;
  }
  return prefix === '' ? '' : undefined;
}

/**
 * The prefix that an attribute declares: '' for `xmlns`, `p` for `xmlns:p`; undefined for any other
 * attribute.
 */
export function declaredPrefix(attributeName: string): string | undefined {
  if (attributeName === 'xmlns') return '';
  return attributeName.startsWith('xmlns:') ? attributeName.slice(6) : undefined;
}

/** Splits a qualified name at its first colon; a name that begins with one has no prefix. */
export function splitName(qualified: string): [prefix: string, local: string] {
  const colon = qualified.indexOf(':');
  return colon < 1 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}
