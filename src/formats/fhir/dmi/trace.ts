import type { Contents } from './content-types.ts';
import type { EventType } from './event-types.ts';
import { EVENT_TYPE_CODES } from './event-types.ts';
import { CONTENTS, type ContentKind, FLUX_NUMBERS } from './fluxes.ts';
import { list, may, must, type Reader, type Reading, record } from './json-reader.ts';
import { instant, matching, oneOf, text } from './json-values.ts';
import type { Finding } from '../resource.ts';
import { CONTENT_READERS } from './trace-contents.ts';
import { device } from './trace-devices.ts';
import { actor, entity, identifier, patient, professional, service, unstructured } from './trace-parties.ts';
import { checkCitations, checkConformity, checkFlux, eventOf, type TraceMembers } from './trace-rules.ts';
import type { Contenu, Trace } from './trace-types.ts';

/** A trace that was read, or why it was not. */
export type TraceReading =
  | { readonly trace: Trace; readonly findings: readonly Finding[] }
  | { readonly trace?: undefined; readonly findings: readonly Finding[] };

const members: Reader<TraceMembers> = record<TraceMembers>({
  flux: must(oneOf(FLUX_NUMBERS)),
  evenement: may(oneOf<EventType>(EVENT_TYPE_CODES)),
  message: must(identifier),
  identifiant: may(
    matching(/^[A-Za-z0-9.-]{1,64}$/, '1 à 64 lettres, chiffres, points, tirets sont attendus'),
  ),
  occurrence: must(instant),
  declaration: may(instant),
  description: may(text),
  source: must(actor),
  emetteur: must(actor),
  recepteur: may(actor),
  patient: may(patient),
  dispositifs: may(list(device)),
  professionnels: may(list(professional)),
  services: may(list(service)),
  entites: may(list(entity)),
  demande: may(CONTENT_READERS.demande),
  reponse: may(CONTENT_READERS.reponse),
  commande: may(CONTENT_READERS.commande),
  livraison: may(CONTENT_READERS.livraison),
  receptionUnitaire: may(CONTENT_READERS.receptionUnitaire),
  delivrance: may(CONTENT_READERS.delivrance),
  transport: may(CONTENT_READERS.transport),
  receptionService: may(CONTENT_READERS.receptionService),
  intervention: may(CONTENT_READERS.intervention),
  facture: may(CONTENT_READERS.facture),
  nonStructure: may(unstructured),
});

/**
 * The trace that a JSON of `POST /dmi/traces` says. No trace where a finding is an error; warnings stand beside it.
 * Paths are those of the JSON (`dispositifs[0].lot`), messages French and without any of its values.
 *
 * @param now by which the two digits of a year in a UDI are of this century or another
 */
export function readTrace(json: unknown, now: Date): TraceReading {
  const reading: Reading = { findings: [], citations: [], year: now.getUTCFullYear() };
  const given = members(json, '', reading);
  if (given !== undefined) {
    checkCitations(given, reading);
    checkFlux(given, reading);
    checkConformity(given, reading);
  }
  const { findings } = reading;
  if (given === undefined || findings.some(({ severity }) => severity === 'error')) return { findings };
  const evenement = eventOf(given);
  return evenement === undefined ? { findings } : { trace: traceOf(given, evenement), findings };
}

function traceOf(given: TraceMembers, evenement: EventType): Trace {
  const { dispositifs = [], professionnels = [], services = [], entites = [], ...others } = given;
  const contenu = contentOf(given);
  const trace: Trace = { ...others, evenement, dispositifs, professionnels, services, entites };
  return contenu === undefined ? trace : { ...trace, contenu };
}

/** The one content that is there, under its name. */
function contentOf(given: Partial<Contents>): Contenu | undefined {
  const nature = (Object.keys(CONTENTS) as ContentKind[]).find(kind => given[kind] !== undefined);
  if (nature === undefined) return undefined;
  return { nature, valeur: given[nature] } as Contenu;
}
