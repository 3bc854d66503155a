import { PROFILES } from './canonicals.ts';
import type { Intervention } from './content-types.ts';
import { type Draft, type DraftContent, referenceTo } from './draft.ts';
import { compact, conceptOf, creation, discriminated, metaOf } from './elements.ts';
import { fluxNumbered } from './fluxes.ts';

/**
 * Fluxes 15, 13a, 14 and 30: the intervention (dmi-procedure). Done: `completed`; the device was refused before (13a):
 * `not-done`; its implantation failed: `stopped`. Either of these has a complication, `motifEchec` or its bare fact.
 */
export function buildProcedure(intervention: Intervention, draft: Draft): DraftContent {
  const { identifiant, sejour, type, date, emplacement, motifEchec, metadonnee } = intervention;
  const { flux } = draft.trace;
  const isConforming = intervention.conforme ?? fluxNumbered(flux).conforming ?? true;
  const url = draft.newUrl();
  const resource = compact({
    resourceType: 'Procedure',
    meta: metaOf(PROFILES.procedure, metadonnee),
    identifier: [
      discriminated('idIntervention', identifiant),
      ...(sejour === undefined ? [] : [discriminated('numSejour', sejour)]),
    ],
    status: isConforming ? 'completed' : notDone(flux),
    category: type && conceptOf(type),
    subject: { reference: draft.patientUrl },
    performedDateTime: date,
    performer: [
      {
        actor: referenceTo(draft, intervention.professionnel),
        onBehalfOf: referenceTo(draft, intervention.service),
      },
    ],
    bodySite: [conceptOf(emplacement)],
    complication: isConforming ? [] : [{ text: motifEchec ?? bareFact(flux) }],
    focalDevice: [{ manipulated: referenceTo(draft, intervention.dispositif) }],
  });
  return { url, entries: [creation(url, resource)] };
}

function notDone(flux: string): 'not-done' | 'stopped' {
  return flux === '13a' ? 'not-done' : 'stopped';
}

function bareFact(flux: string): string {
  return flux === '13a' ? 'Refus du dispositif' : 'Échec de pose';
}
