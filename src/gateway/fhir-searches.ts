import type { Clock } from '../basics/clock.ts';
import { createFairLimit } from '../basics/fair-limit.ts';
import type { FhirConfig } from '../config/schema.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { createPageSeal } from '../flows/fhir/page-seal.ts';
import type { TracePlatform } from '../flows/fhir/trace-queries.ts';
import type { Journal } from '../journal/journal.ts';
import { fhirPeer, type Platform } from './fhir-platforms.ts';

/** Where the façade's callers have traces looked for. */
export interface AssembledSearches {
  readonly platform: TracePlatform;
  close(): Promise<void>;
}

/** Of one page of traces; `_count` makes pages smaller. It is read, and written anew, while others wait. */
export const MAX_FOUND = 8 * 1024 * 1024;
const SHORTEST_WAIT_MS = 1_000;

/**
 * Searches have connections of their own, so that they hold up no trace; none takes longer than its caller waits, its turn
 * included, and no caller has more than half of the connections where there are several.
 *
 * @throws GatewayError CFG-003 for a file that has become unreadable
 */
export function assembleSearches(
  platforms: readonly Platform[],
  { callers, facade }: Pick<FhirConfig, 'callers' | 'facade'>,
  { clock, journal }: { readonly clock: Clock; readonly journal: Pick<Journal, 'keyOf'> },
): AssembledSearches | undefined {
  const settings = platforms.find(({ flow }) => flow.name === 'dmi')?.settings;
  if (settings === undefined || facade === undefined) return undefined;
  const { parallel } = settings.limits;
  const timeout = Math.min(settings.limits.timeout, Math.max(facade.wait, SHORTEST_WAIT_MS));
  const peer = fhirPeer({ ...settings, limits: { ...settings.limits, timeout } }, clock, MAX_FOUND);
  const isShared = callers.filter(({ flows }) => flows.includes('dmi')).length > 1;
  const share = isShared ? Math.ceil(parallel / 2) : parallel;
  const turns = createFairLimit({ parallel, share, timeoutMs: timeout }, late);
  return {
    platform: {
      base: settings.url,
      pages: createPageSeal(journal.keyOf),
      get: (path, caller) => turns.run(caller, () => peer.send({ method: 'GET', path })),
    },
    close: () => peer.close(),
  };
}

function late(): GatewayError {
  return new GatewayError('FHIR-007', { fields: { reason: 'timeout' } });
}
