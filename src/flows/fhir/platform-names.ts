import { GatewayError } from '../../errors/gateway-error.ts';
import { AMBIGUOUS } from '../../formats/fhir/dui/known-resources.ts';
import type { IdOwner, Journal, KnownIds, PlatformId } from '../../journal/journal.ts';

/** Far more than a record refers to; each is looked for in the journal. */
const MAX_NAMES = 10_000;

/**
 * What of some names a caller's earlier calls have made known. A name may tell who a person is (`Patient/<NIR>`): the
 * journal has its key alone.
 *
 * @throws GatewayError FHIR-002 for more than ten thousand
 */
export async function knownNames(
  journal: Pick<Journal, 'keyOf' | 'platformIds'>,
  owner: IdOwner,
  names: readonly string[],
): Promise<KnownIds> {
  if (names.length > MAX_NAMES) throw new GatewayError('FHIR-002');
  const nameOf = new Map(names.map(name => [journal.keyOf(name), name]));
  const { remoteOf, remotes } = await journal.platformIds(owner, [...nameOf.keys(), ...names]);
  const known = [...remoteOf].flatMap(([key, remote]): [string, string][] => {
    const name = nameOf.get(key);
    return name === undefined ? [] : [[name, remote]];
  });
  return { remoteOf: new Map(known), remotes };
}

/**
 * The names to be kept, as {@link knownNames} finds them. One that is kept for another resource means neither from now on:
 * nobody knows which patient is meant. Both stay known by the platform's names.
 */
export async function namesToNote(
  journal: Pick<Journal, 'keyOf' | 'platformIds'>,
  owner: IdOwner,
  ids: readonly PlatformId[],
): Promise<readonly PlatformId[]> {
  const kept = ids.map(({ local, remote }) => ({ local: journal.keyOf(local), remote }));
  // A trace and an operation of the registry are not referred to.
  if (owner.flow === 'dmi' || owner.flow === 'renacot') return kept;
  const { remoteOf } = await journal.platformIds(
    owner,
    kept.map(({ local }) => local),
  );
  return kept.flatMap(({ local, remote }) => {
    const before = remoteOf.get(local);
    if (before === undefined || before === remote) return [{ local, remote }];
    const both = [before, remote].filter(each => each !== AMBIGUOUS);
    const own = both.map(each => ({ local: journal.keyOf(`name ${each}`), remote: each }));
    return [{ local, remote: AMBIGUOUS }, ...own];
  });
}
