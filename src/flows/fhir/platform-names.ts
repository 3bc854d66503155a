import { GatewayError } from '../../errors/gateway-error.ts';
import { AMBIGUOUS } from '../../formats/fhir/dui/known-resources.ts';
import type { IdOwner, Journal, KnownIds, PlatformId } from '../../journal/journal.ts';

/** Far more than a record refers to; each is looked for in the journal. */
const MAX_NAMES = 10_000;

/** What of some names a caller's earlier calls have made known. @throws GatewayError FHIR-002 for more than ten thousand */
export async function knownNames(
  journal: Pick<Journal, 'platformIds'>,
  owner: IdOwner,
  names: readonly string[],
): Promise<KnownIds> {
  if (names.length > MAX_NAMES) throw new GatewayError('FHIR-002');
  return journal.platformIds(owner, names);
}

/**
 * The names to be kept, as {@link knownNames} finds them. One that is kept for another resource means neither from now on:
 * nobody knows which patient is meant. Both stay known by the platform's names.
 */
export async function namesToNote(
  journal: Pick<Journal, 'platformIds'>,
  owner: IdOwner,
  ids: readonly PlatformId[],
): Promise<readonly PlatformId[]> {
  // A trace and an operation of the registry are not referred to.
  if (owner.flow === 'dmi' || owner.flow === 'renacot') return ids;
  const { remoteOf } = await journal.platformIds(
    owner,
    ids.map(({ local }) => local),
  );
  return ids.flatMap(({ local, remote }) => {
    const before = remoteOf.get(local);
    if (before === undefined || before === remote) return [{ local, remote }];
    const both = [before, remote].filter(each => each !== AMBIGUOUS);
    const own = both.map(each => ({ local: `name ${each}`, remote: each }));
    return [{ local, remote: AMBIGUOUS }, ...own];
  });
}
