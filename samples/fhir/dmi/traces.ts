import { FLUXES, type Flux, type FluxNumber } from '../../../src/formats/fhir/dmi/fluxes.ts';
import { FULL_CONTENTS, MINIMAL_CONTENTS } from './contents.ts';
import {
  HOSPITAL,
  MANUFACTURER,
  MINIMAL_DEVICE,
  MINIMAL_PATIENT,
  MINIMAL_PROFESSIONAL,
  PATIENT,
  PHARMACY,
  SPARE,
  STENT,
  SURGEON,
  THEATRE,
} from './parties.ts';

/** A trace as `POST /dmi/traces` takes it. */
export type SampleTrace = Readonly<Record<string, unknown>>;

/** Where a flux leaves a choice of its event; `22` is generic. */
const EVENTS: Readonly<Record<string, string>> = {
  '22': 'POS',
  '5e': 'PER',
  '28': 'NCO',
  '13a': 'NCO',
  '14': 'ECH',
};

function isRejection({ conforming }: Flux): boolean {
  return conforming === false;
}

/** A trace of the flux with every member that it may have. */
export function fullTrace(number: FluxNumber): SampleTrace {
  const flux = fluxOf(number);
  const content = flux.content ?? 'intervention';
  return {
    flux: number,
    ...(EVENTS[number] !== undefined && { evenement: EVENTS[number] }),
    message: { valeur: `MSG-${number}`, systeme: 'urn:oid:1.2.250.1.999.3.1' },
    identifiant: `trace-${number}`,
    occurrence: '2026-03-05T10:00:00+01:00',
    declaration: '2026-03-05T10:05:00.250+01:00',
    description: `Trace du flux ${number}`,
    source: {
      identifiant: { valeur: 'LOGICIEL-1', systeme: 'urn:oid:1.2.250.1.999.3.2' },
      nom: 'Logiciel A',
    },
    emetteur: { cle: 'bloc' },
    recepteur: { identifiant: 'PUI', nom: 'Pharmacie' },
    patient: PATIENT,
    dispositifs: [STENT, SPARE],
    professionnels: [SURGEON],
    services: [THEATRE, PHARMACY],
    entites: [HOSPITAL, MANUFACTURER],
    [content]: contentOf(flux, FULL_CONTENTS[content]),
    nonStructure: { type: 'application/pdf', contenu: 'JVBERi0xLjQK' },
  };
}

/** What says whether it was as it should be says it, and a failed implantation alone why it failed. */
function contentOf(flux: Flux, content: object): object {
  if ('motifRejet' in content) return { ...content, conforme: !isRejection(flux) };
  if (!('motifEchec' in content)) return content;
  const { motifEchec, ...others } = content;
  return { ...others, conforme: !isRejection(flux), ...(isRejection(flux) && { motifEchec }) };
}

/** A trace of the flux with nothing but what must be there. */
export function minimalTrace(number: FluxNumber): SampleTrace {
  const { content } = fluxOf(number);
  const generic = { flux: number, message: `MSG-${number}`, occurrence: '2026-03-05T10:00:00+01:00' };
  const actors = { source: { identifiant: 'LOGICIEL-1' }, emetteur: { identifiant: 'SU' } };
  const event = EVENTS[number] === undefined ? {} : { evenement: EVENTS[number] };
  if (content === undefined) return { ...generic, ...event, ...actors };
  const needsPatient = content === 'intervention';
  return {
    ...generic,
    ...event,
    ...actors,
    recepteur: { identifiant: 'PUI' },
    ...(needsPatient && { patient: MINIMAL_PATIENT }),
    dispositifs: [MINIMAL_DEVICE],
    professionnels: [MINIMAL_PROFESSIONAL],
    services: [{ cle: 'service', nom: 'Chirurgie' }],
    [content]: MINIMAL_CONTENTS[content],
  };
}

function fluxOf(number: FluxNumber): Flux {
  const [flux] = FLUXES.filter(each => each.number === number);
  if (flux === undefined) throw new RangeError(number);
  return flux;
}
