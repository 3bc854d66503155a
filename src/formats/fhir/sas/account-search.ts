import type { Finding } from '../resource.ts';
import { matchable } from './practitioner.ts';

/** Which account a conditional update is about. */
export interface AccountSearch {
  /** Undefined: whatever its system is. */
  readonly system: string | undefined;
  /** As {@link matchable} makes it. */
  readonly value: string;
}

const PARAMETER = 'identifier';

/**
 * The criterion of `PUT Practitioner?identifier=<system>|<value>`, percent-encoded or as it is: the SAS platform's own
 * examples do both, `|` and `/` among them (reference fhir-flows §4.1). A plus is a plus: nobody who writes `|` as it is
 * means a space by it. Other criteria are refused, since without them another account might be found; parameters that begin
 * with `_` say how to answer, and are not looked at.
 *
 * @param query of the URL as it came, without `?`
 * @returns the criterion, or why there is none
 */
export function readAccountSearch(
  query: string,
): { readonly search: AccountSearch } | { readonly findings: readonly Finding[] } {
  const values = new Set<string>();
  for (const parameter of query.split('&')) {
    const at = parameter.indexOf('=');
    const name = decoded(at < 0 ? parameter : parameter.slice(0, at));
    const value = decoded(at < 0 ? '' : parameter.slice(at + 1));
    if (name === undefined || value === undefined) return refused('Un encodage « % » est mal formé.');
    if (name === PARAMETER) values.add(value);
    else if (name !== '' && !name.startsWith('_')) {
      return refused('Seul le critère `identifier` est admis.', 'not-supported');
    }
  }
  const [given, ...others] = values;
  if (given === undefined) return refused('Le critère `identifier` manque.', 'required');
  if (others.length > 0) return refused('Un seul `identifier` est admis.', 'not-supported');
  const search = searchOf(given);
  return search === undefined
    ? refused('`identifier` est attendu sous la forme `système|valeur`.', 'value')
    : { search };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A token search parameter, its escapes undone (FHIR R4 search.html#token, #escaping). */
function searchOf(text: string): AccountSearch | undefined {
  const bar = /(?<!\\)(?:\\\\)*\|/.exec(text);
  const end = bar === null ? -1 : bar.index + bar[0].length - 1;
  const system = end < 0 ? '' : unescaped(text.slice(0, end));
  const value = unescaped(text.slice(end + 1));
  return value === '' ? undefined : { system: system === '' ? undefined : system, value: matchable(value) };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\\|,$])/g, '$1').trim();
}

function refused(
  message: string,
  code: Finding['code'] = 'invalid',
): { readonly findings: readonly Finding[] } {
  return {
    findings: [{ severity: 'error', code, path: PARAMETER, message, rule: 'sas-conditional-update' }],
  };
}
