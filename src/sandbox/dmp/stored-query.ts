import type { XmlElement } from 'libxml2-wasm';
import type { RegistryProblem } from './refusal.ts';
import { elements, onlyElement, valueOf, valuesOf } from './xml.ts';

/** What GetDocuments asks for. */
export interface StoredQuery {
  readonly key: 'uniqueId' | 'entryUuid';
  readonly ids: readonly string[];
}

const GET_DOCUMENTS = 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4';
const KEYS = { $XDSDocumentEntryUniqueId: 'uniqueId', $XDSDocumentEntryEntryUUID: 'entryUuid' } as const;
/** ITI TF-2 §3.18.4.1.2.3.5: `('a','b')`; a quote in a value is doubled. */
const LIST = /^\(\s*'(?:[^']|'')*'(\s*,\s*'(?:[^']|'')*')*\s*\)$/;

/**
 * Reads the AdhocQueryRequest of ITI-18: TD3.1b, the entryUUID of a uniqueId, is all that a structure may ask for.
 *
 * @returns the query, or what is wrong
 */
export function readStoredQuery(request: XmlElement): StoredQuery | readonly RegistryProblem[] {
  const query = onlyElement(request, 'rim:AdhocQuery');
  if (query === undefined || valueOf(query, '@id') !== GET_DOCUMENTS)
    return [{ code: 'XDSUnknownStoredQuery', context: 'not GetDocuments' }];
  if (valueOf(request, 'query:ResponseOption/@returnType') !== 'ObjectRef')
    return [{ code: 'LocalPolicyRestrictionError', context: 'returnType: not ObjectRef' }];
  const slots = elements(query, 'rim:Slot').filter(slot => valueOf(slot, '@name') in KEYS);
  const [slot, ...others] = slots;
  if (slot === undefined)
    return [{ code: 'XDSStoredQueryMissingParam', context: '$XDSDocumentEntryUniqueId' }];
  const values = valuesOf(slot, 'rim:ValueList/rim:Value');
  if (others.length > 0 || values.length === 0 || !values.every(value => LIST.test(value)))
    return [{ code: 'XDSStoredQueryParamNumber', context: "$XDSDocumentEntryUniqueId: not ('…')" }];
  const ids = values.flatMap(value => value.match(/'(?:[^']|'')*'/g) ?? []);
  return {
    key: KEYS[valueOf(slot, '@name') as keyof typeof KEYS],
    ids: ids.map(id => id.slice(1, -1).replaceAll("''", "'")),
  };
}
