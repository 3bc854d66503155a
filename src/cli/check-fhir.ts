import type { Clock } from '../basics/clock.ts';
import type { FhirConfig } from '../config/schema.ts';
import { fhirFlows, fhirPeer } from '../gateway/fhir-platforms.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import type { Probe } from './check.ts';
import { type Address, reportAddress } from './check-listening.ts';

/** The platforms in people's words. */
const NAMES = { dmi: 'DMI', dui: 'DUI', renacot: 'RENACOT' } as const;

/**
 * What `pfi check` tries of the FHIR flows: the addresses that others come to, and of each platform a token where one is
 * needed, and what it says of itself.
 */
export function fhirProbes(fhir: FhirConfig, clock: Clock): Probe[] {
  return [...listenings(fhir, clock), ...platforms(fhir, clock)];
}

function platforms(fhir: FhirConfig, clock: Clock): Probe[] {
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

function listenings({ facade, callers, sas }: FhirConfig, clock: Clock): Probe[] {
  const listening = (peer: string, address: Address, who: readonly string[]): Probe => ({
    peer,
    probe: async () => reportListening(address, who, clock.now()),
  });
  const told = callers.map(
    ({ name, certificate, flows }) =>
      `${name} (${certificate === undefined ? 'jeton' : `certificat ${certificate.cn}`} : ${flows.join(', ')})`,
  );
  const clients = sas?.clients.map(({ cn, ou }) => `CN ${cn}, OU ${ou}`) ?? [];
  return [
    ...(facade === undefined ? [] : [listening('façade FHIR (`fhir.facade`)', facade, told)]),
    ...(sas === undefined ? [] : [listening('écoute du SAS (`fhir.sas.listen`)', sas.listen, clients)]),
  ];
}

function reportListening(address: Address, who: readonly string[], now: Date): PeerReport {
  const { lines, ...others } = reportAddress(address, now);
  return {
    lines: [`Écoute en HTTPS sur ${address.host}:${address.port}`, `Admis : ${who.join(' ; ')}`, ...lines],
    ...others,
  };
}
