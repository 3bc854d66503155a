import type { NewRequest } from './request-records.ts';

/** An id that a platform gave to what a caller knows by another. */
export interface PlatformId {
  /** The caller's: a fullUrl, or `Type/id`. */
  readonly local: string;
  /** The platform's: `Type/id`, or an identifier as `system|value`. */
  readonly remote: string;
}

/** What of some names a caller's earlier exchanges are known by. */
export interface KnownIds {
  /** The caller's name → the platform's. */
  readonly remoteOf: ReadonlyMap<string, string>;
  /** Those that are the platform's own. */
  readonly remotes: ReadonlySet<string>;
}

/** Whose ids are meant: callers know their own alone. */
export interface IdOwner {
  readonly flow: string;
  readonly caller: string;
}

/** What an exchange was answered, and the ids that came with it. */
export interface PlatformAnswer {
  readonly bytes: Uint8Array;
  readonly ids: readonly PlatformId[];
  readonly owner: IdOwner;
  /** What a name stands for from now on that stood for another id: nobody knows which is meant. Absent: for the latest. */
  readonly clash?: string | undefined;
}

/** What the SAS platform and the agenda software call an account. */
export interface AccountIdentifier {
  readonly system: string;
  readonly value: string;
  /** False: it was replaced, and still finds the account. */
  readonly current: boolean;
}

/** A regulator's account in the agenda software, as the SAS platform wants it. */
export interface Account {
  readonly id: string;
  readonly active: boolean;
  readonly identifiers: readonly AccountIdentifier[];
  /** The exchange that changed it last. */
  readonly changedBy: string;
}

/** An account identifier to look for; without a system whatever its system is. */
export interface AccountQuery {
  readonly system: string | undefined;
  readonly value: string;
}

/** A change of an account, and the exchange that brings it. */
export interface AccountChange {
  readonly request: NewRequest;
  readonly account: Omit<Account, 'changedBy'>;
}
