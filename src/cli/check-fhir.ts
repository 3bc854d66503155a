import type { Clock } from '../basics/clock.ts';
import type { FhirConfig } from '../config/schema.ts';
import { agendaHook, receptionHook } from '../gateway/fhir-hook.ts';
import { fhirFlows, fhirPeer } from '../gateway/fhir-platforms.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import { type Address, reportAddress } from './check-listening.ts';
import { type Probe, probeAndClose } from './probe.ts';

/** The platforms in people's words. */
const NAMES = { dmi: 'DMI', dui: 'DUI', renacot: 'RENACOT' } as const;

/**
 * What `pfi check` tries of the FHIR flows: the addresses that others come to, and of each platform a token where one is
 * needed, and what it says of itself; of each application that something is handed to the connection alone.
 */
export function fhirProbes(fhir: FhirConfig, clock: Clock): Probe[] {
  return [...listenings(fhir, clock), ...platforms(fhir, clock), ...hooks(fhir, clock)];
}

function platforms(fhir: FhirConfig, clock: Clock): Probe[] {
  return fhirFlows(fhir, clock).map(({ flow, settings }) => ({
    peer: `plateforme ${NAMES[flow.name]} (\`fhir.${flow.name}\`)`,
    probe: async () => probeAndClose(fhirPeer(settings, clock)),
  }));
}

function hooks({ dui, sas }: FhirConfig, clock: Clock): Probe[] {
  const probes: Probe[] = [];
  if (dui?.receive !== undefined) {
    const { receive, limits } = dui;
    probes.push({
      peer: 'application qui prend les dossiers DUI reçus (`fhir.dui.receive`)',
      probe: async () => probeAndClose(receptionHook(receive, limits.parallel, clock)),
    });
  }
  if (sas !== undefined) {
    probes.push({
      peer: 'logiciel d’agenda (`fhir.sas.hook`)',
      probe: async () => probeAndClose(agendaHook(sas, clock)),
    });
  }
  return probes;
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
