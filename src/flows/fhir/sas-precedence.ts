import type { Clock } from '../../basics/clock.ts';
import { GatewayError, toGatewayError } from '../../errors/gateway-error.ts';
import type { FhirPeer } from '../../peers/interfaces.ts';

/** The agenda software, as each kind of change reaches it. */
export interface HookPeers {
  readonly change: FhirPeer;
  readonly deactivation: FhirPeer;
}

/**
 * Lets deactivations go first once the agenda software is back: while one of them has knocked in vain, other changes do not
 * knock at all. Each target knocks at its own pace, so that what came first would otherwise be a matter of luck.
 *
 * @param graceMs how long a knock in vain counts: longer than the pause between two of them, since a person may give up the
 *   only one
 */
export function deactivationsFirst(
  { change, deactivation }: HookPeers,
  clock: Clock,
  graceMs: number,
): HookPeers {
  let knockedAt: number | undefined;
  const now = (): number => clock.now().getTime();
  return {
    deactivation: {
      ...deactivation,
      send: async request => {
        try {
          const answer = await deactivation.send(request);
          knockedAt = undefined;
          return answer;
        } catch (error) {
          knockedAt = toGatewayError(error).class === 'unreachable' ? now() : undefined;
          throw error;
        }
      },
    },
    change: {
      ...change,
      send: async request => {
        // A clock that was set back makes no knock last longer.
        if (knockedAt !== undefined && Math.abs(now() - knockedAt) < graceMs) {
          throw new GatewayError('FHIR-004', { fields: { reason: 'deactivation-first' } });
        }
        return change.send(request);
      },
    },
  };
}
