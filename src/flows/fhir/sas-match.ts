import type { AccountSearch } from '../../formats/fhir/sas/account-search.ts';
import type { PractitionerIdentifier } from '../../formats/fhir/sas/practitioner.ts';
import { identifiersOfAnother, SEVERAL_MATCHES } from '../../formats/fhir/sas/refusals.ts';
import type { Account, AccountIdentifier } from '../../journal/journal.ts';
import type { FhirHttpAnswer } from '../../peers/interfaces.ts';

/** What a request says of whom it is about. */
export interface Sought {
  /** Of a conditional update; undefined for a creation. */
  readonly search: AccountSearch | undefined;
  readonly identifiers: readonly PractitionerIdentifier[];
}

/**
 * The account that a request is about, among all those that one of its identifiers finds: the one that answers to the
 * criterion; of a creation the one that has an identifier of the body, since one that is repeated changes what it has created
 * (reference fhir-flows §4.1). An update that finds none creates: it makes nobody else's account its own.
 */
export function matchAccount(
  { search, identifiers }: Sought,
  accounts: readonly Account[],
): { readonly account: Account | undefined } | { readonly refusal: FhirHttpAnswer } {
  const matches = search === undefined ? [] : accounts.filter(account => answersTo(account, search));
  if (matches.length > 1) return { refusal: { status: 412, body: SEVERAL_MATCHES } };
  const account = search === undefined ? accounts[0] : matches[0];
  const others = accounts.filter(each => each !== account);
  const foreign = identifiers.filter(own => others.some(other => answersTo(other, own)));
  if (foreign.length === 0) return { account };
  return { refusal: { status: 422, body: identifiersOfAnother(foreign.map(({ path }) => path)) } };
}

function answersTo({ identifiers }: Account, { system, value }: AccountSearch): boolean {
  return identifiers.some(each => each.value === value && (system === undefined || each.system === system));
}

/**
 * The identifiers of an account after a request: the body's, and those that it had or was sought by before, which find it
 * still. So an update that changes the identifier, and comes again, finds the account that it has changed.
 */
export function identifiersAfter(
  { search, identifiers }: Sought,
  before: Account | undefined,
): AccountIdentifier[] {
  const current = identifiers.map(({ system, value }) => ({ system, value, current: true }));
  const sought =
    search?.system === undefined ? [] : [{ system: search.system, value: search.value, current: false }];
  const former = [...(before?.identifiers ?? []), ...sought].map(each => ({ ...each, current: false }));
  const known = new Map(
    [...former, ...current].map(each => [JSON.stringify([each.system, each.value]), each]),
  );
  return [...known.values()];
}
