import type { Contents } from './content-types.ts';
import type { EventType } from './event-types.ts';
import { CONTENTS, type ContentKind, type Flux, fluxNumbered } from './fluxes.ts';
import { finding, type Reading, warning } from './json-reader.ts';
import type { Trace } from './trace-types.ts';

type Lists = 'dispositifs' | 'professionnels' | 'services' | 'entites';

/** The members of the JSON, each right by itself. */
export type TraceMembers = Omit<Trace, Lists | 'evenement' | 'contenu'> &
  Partial<Pick<Trace, Lists | 'evenement'>> &
  Partial<Contents>;

const LISTS: readonly Lists[] = ['dispositifs', 'professionnels', 'services', 'entites'];

/** Each `cle` stands once in the whole trace, and what is cited is where it may be. */
export function checkCitations(given: TraceMembers, { findings, citations }: Reading): void {
  const listOf = new Map<string, string>();
  for (const name of LISTS) {
    for (const [index, { cle }] of (given[name] ?? []).entries()) {
      if (listOf.has(cle)) {
        findings.push(finding('value', `${name}[${index}].cle`, 'Cette clé est déjà prise dans la trace.'));
      }
      listOf.set(cle, name);
    }
  }
  for (const { path, cle, lists } of citations) {
    const list = listOf.get(cle);
    if (list !== undefined && lists.includes(list)) continue;
    findings.push(finding('value', path, `Cette clé n’est pas dans ${lists.join(', ')}.`));
  }
}

/** The flux has its content and no other, its second agent, its event, and the patient of an intervention. */
export function checkFlux(given: TraceMembers, { findings }: Reading): void {
  const flux = fluxNumbered(given.flux);
  const found = (Object.keys(CONTENTS) as ContentKind[]).filter(kind => given[kind] !== undefined);
  const allowed = flux.content ?? found[0];
  for (const kind of found.filter(each => each !== allowed)) {
    findings.push(finding('business-rule', kind, `Le flux ${flux.number} n’a pas ce contenu.`));
  }
  if (flux.content !== undefined && !found.includes(flux.content)) {
    findings.push(finding('required', flux.content, `Le flux ${flux.number} veut ce contenu.`));
  }
  if (flux.agents !== undefined && given.recepteur === undefined) {
    findings.push(
      finding('required', 'recepteur', `Le flux ${flux.number} a un récepteur (${flux.agents[1]}).`),
    );
  }
  if (given.intervention !== undefined && given.patient === undefined) {
    findings.push(finding('required', 'patient', 'Une intervention a un patient.'));
  }
  if (given.declaration !== undefined && Date.parse(given.declaration) < Date.parse(given.occurrence)) {
    findings.push(warning('business-rule', 'declaration', 'La déclaration précède l’événement.'));
  }
  checkEvent(given, flux, findings);
}

function checkEvent(given: TraceMembers, flux: Flux, findings: Reading['findings']): void {
  const { evenement } = given;
  const named = flux.events.join(', ');
  if (eventOf(given) === undefined) {
    findings.push(
      finding('required', 'evenement', `Le flux ${flux.number} veut l’un de ces codes : ${named}.`),
    );
  } else if (evenement !== undefined && !flux.events.includes(evenement)) {
    findings.push(finding('business-rule', 'evenement', `Le flux ${flux.number} a pour code : ${named}.`));
  } else if (evenement !== undefined && flux.content === 'demande' && evenement !== deletionEvent(given)) {
    findings.push(finding('business-rule', 'evenement', 'Ce code contredit demande.suppression.'));
  }
}

/** The event that the trace says, or that its flux and content leave no choice of. */
export function eventOf(given: TraceMembers): EventType | undefined {
  if (given.evenement !== undefined) return given.evenement;
  const { content, events } = fluxNumbered(given.flux);
  if (content === 'demande') return deletionEvent(given);
  return events.length === 1 ? events[0] : undefined;
}

function deletionEvent({ demande }: TraceMembers): EventType {
  return demande?.suppression === true ? 'SDM' : 'DEM';
}

/**
 * A flux that traces what is as it should be holds nothing that is not; one that traces a rejection holds something
 * rejected. A line that says nothing is as its flux is. Of a conforming implantation nothing could say why it failed.
 */
export function checkConformity(given: TraceMembers, { findings }: Reading): void {
  const { number, conforming } = fluxNumbered(given.flux);
  const { conforme = conforming ?? true, motifEchec } = given.intervention ?? {};
  if (conforme && conforming !== false && motifEchec !== undefined) {
    findings.push(finding('business-rule', 'intervention.motifEchec', 'Une pose conforme n’a pas échoué.'));
  }
  if (conforming === undefined) return;
  const message = `Le flux ${number} trace ce qui est ${conforming ? 'conforme' : 'refusé'}.`;
  const contradict = (path: string) => findings.push(finding('business-rule', path, message));
  for (const kind of ['livraison', 'receptionUnitaire', 'intervention'] as const) {
    if (given[kind]?.conforme === !conforming) contradict(`${kind}.conforme`);
  }
  for (const kind of ['livraison', 'receptionService'] as const) {
    const lines = [...(given[kind]?.lignes.entries() ?? [])];
    const opposite = lines.filter(([, line]) => line.conforme === !conforming);
    if (conforming || (lines.length > 0 && opposite.length === lines.length)) {
      for (const [index] of opposite) contradict(`${kind}.lignes[${index}].conforme`);
    }
  }
}
