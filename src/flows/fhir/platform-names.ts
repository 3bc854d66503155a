import type { IdOwner, Journal, KnownIds, PlatformId } from '../../journal/journal.ts';

/**
 * What of some names a caller's earlier calls have made known. A name may tell who a person is (`Patient/<NIR>`): the
 * journal has its key alone.
 */
export async function knownNames(
  journal: Pick<Journal, 'keyOf' | 'platformIds'>,
  owner: IdOwner,
  names: readonly string[],
): Promise<KnownIds> {
  const nameOf = new Map(names.map(name => [journal.keyOf(name), name]));
  const { remoteOf, remotes } = await journal.platformIds(owner, [...nameOf.keys(), ...names]);
  const known = [...remoteOf].flatMap(([key, remote]): [string, string][] => {
    const name = nameOf.get(key);
    return name === undefined ? [] : [[name, remote]];
  });
  return { remoteOf: new Map(known), remotes };
}

/** The names to be kept, as {@link knownNames} finds them. */
export function namesAsKept(
  ids: readonly PlatformId[],
  { keyOf }: Pick<Journal, 'keyOf'>,
): readonly PlatformId[] {
  return ids.map(({ local, remote }) => ({ local: keyOf(local), remote }));
}
