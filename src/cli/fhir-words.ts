import type { Delivery, Exchange } from '../journal/journal.ts';

// The FHIR flows in people's words, by what their deliveries go to.

const TARGETS: ReadonlyMap<string, string> = new Map([
  ['fhir:dmi', 'la plateforme DMI'],
  ['fhir:dui', 'la plateforme DUI'],
  ['fhir:renacot', 'le registre RENACOT'],
  ['fhir:dui-consommateur', 'l’application qui reçoit les DUI'],
  ['fhir:sas', 'le logiciel d’agenda (SAS)'],
  ['fhir:sas-off', 'le logiciel d’agenda (SAS, désactivations)'],
]);

/** Where something goes that a FHIR call has brought; undefined for what is no FHIR. */
export function fhirTargetName(target: string): string | undefined {
  return TARGETS.get(target);
}

/** `demande au registre RENACOT`; undefined for what is no FHIR. */
export function fhirTitle(target: string): string | undefined {
  const name = fhirTargetName(target);
  return name && `demande ${`à ${name}`.replace(/^à le /, 'au ')}`;
}

/** How a demand ended: said of it, not of where it went. */
const ENDED = { accepted: 'accepté', refused: 'refusé', abandoned: 'écarté' } as const;

/** Where a FHIR exchange stands, in a word or two, where nothing of it waits for a person. */
export function fhirState({ state }: Exchange, deliveries: readonly Delivery[]): string {
  const ending = deliveries.find(each => each.ending !== undefined)?.ending;
  if (state !== 'ended' || ending === undefined) return 'en cours';
  return ENDED[ending.outcome];
}

/** Why a FHIR exchange is not at its good end, where nothing of it waits for a person: the answer, or what hinders it. */
export function fhirCode(deliveries: readonly Delivery[]): string {
  const [delivery] = deliveries;
  if (delivery?.ending?.code !== undefined) return httpText(delivery.ending.code);
  return delivery?.state === 'done' ? '' : (delivery?.lastError?.code ?? '');
}

/** An HTTP status as an ending has it. */
export function httpText(code: string): string {
  return /^[1-5]\d\d$/.test(code) ? `HTTP ${code}` : 'autre code';
}

/** An outage is the platform's, not a delivery's: only the gateway that runs knows of it. */
export const FHIR_IN_TURN =
  'part à son tour : une demande à la fois pour un même patient, une même intervention ou un même compte, et dès que le destinataire est joignable (`pfi status`)';

/** What the platform has said, as a code of FHIR's table; its texts may name the patient. */
export function issueLines({ hold }: Delivery, indent: string): string[] {
  const issue = hold?.fields?.['issue'];
  return typeof issue === 'string' && issue !== 'none' && issue !== 'other'
    ? [`${indent}ce que la réponse en dit (issue.code) : ${issue}`]
    : [];
}
