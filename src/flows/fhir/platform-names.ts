import { GatewayError } from '../../errors/gateway-error.ts';
import { AMBIGUOUS } from '../../formats/fhir/dui/known-resources.ts';
import type { IdOwner, Journal, KnownIds } from '../../journal/journal.ts';

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

/** Of which flows a name that is given to two resources means neither: nobody knows which patient is meant. */
export function clashIn(flow: string): string | undefined {
  // A trace and an operation of the registry are not referred to.
  return flow === 'dmi' || flow === 'renacot' ? undefined : AMBIGUOUS;
}
