import type { Clock } from '../basics/clock.ts';
import type { FhirConfig } from '../config/schema.ts';
import { fhirFlows, fhirPeer } from '../gateway/fhir-platforms.ts';
import type { Probe } from './check.ts';

/** The platforms in people's words. */
const NAMES = { dmi: 'DMI', dui: 'DUI', renacot: 'RENACOT' } as const;

/** What `pfi check` tries of the FHIR flows: a token where one is needed, and the platform. */
export function fhirProbes(fhir: FhirConfig, clock: Clock): Probe[] {
  return fhirFlows(fhir, clock).map(({ flow, settings }) => ({
    peer: `plateforme ${NAMES[flow.name]} (\`fhir.${flow.name}\`)`,
    probe: async () => {
      const peer = fhirPeer(settings, clock);
      try {
        return await peer.probe();
      } finally {
        await peer.close();
      }
    },
  }));
}
