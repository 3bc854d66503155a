import { buildTraceBundle } from '../../../src/formats/fhir/dmi/build-bundle.ts';
import { readTrace } from '../../../src/formats/fhir/dmi/trace.ts';
import { FULL_CONTENTS } from './contents.ts';
import { HOSPITAL, MANUFACTURER, PATIENT, PHARMACY, STENT, SURGEON, THEATRE } from './parties.ts';
import type { SampleTrace } from './traces.ts';

/** The lot that the stent's UDI says. */
export const LOT = 'LOT42';

const { motifEchec: _, ...INTERVENTION } = FULL_CONTENTS.intervention;

/** A stent that was implanted on 20 November 2026, as theatre software tells it. @param message its name among others */
export function implantation(message: string): SampleTrace {
  return {
    flux: '15',
    message: { valeur: message, systeme: 'urn:oid:1.2.250.1.999.3.1' },
    occurrence: '2026-11-20T09:40:00+01:00',
    declaration: '2026-11-20T09:45:00+01:00',
    description: 'Pose d’un stent coronaire',
    source: { identifiant: 'LOGICIEL-BLOC', nom: 'Logiciel du bloc' },
    emetteur: { cle: 'bloc' },
    recepteur: { cle: 'pui' },
    patient: PATIENT,
    dispositifs: [STENT],
    professionnels: [SURGEON],
    services: [THEATRE, PHARMACY],
    entites: [HOSPITAL, MANUFACTURER],
    intervention: { ...INTERVENTION, date: '2026-11-20T09:12:00+01:00', conforme: true },
  };
}

/** The same as FHIR, whose AuditEvent does not say by whom: `agent[0].who` is missing. */
export function implantationWithoutAgent(message: string): Readonly<Record<string, unknown>> {
  const { trace } = readTrace(implantation(message), new Date('2026-11-20'));
  if (trace === undefined) throw new Error('the trace is good');
  let uuids = 0;
  const newUuid = (): string => {
    uuids += 1;
    return `00000000-0000-4000-8000-${String(uuids).padStart(12, '0')}`;
  };
  const bundle = buildTraceBundle(trace, { newUuid, now: new Date(0) });
  const entries = bundle['entry'] as readonly { readonly resource: { readonly resourceType: string } }[];
  return {
    ...bundle,
    entry: entries.map(entry =>
      entry.resource.resourceType === 'AuditEvent'
        ? { ...entry, resource: withoutWho(entry.resource) }
        : entry,
    ),
  };
}

function withoutWho(audit: Readonly<Record<string, unknown>>): object {
  const [first, ...others] = audit['agent'] as readonly Readonly<Record<string, unknown>>[];
  const { who: _who, ...anonymous } = first ?? {};
  return { ...audit, agent: [anonymous, ...others] };
}
