import type { FhirResource } from '../resource.ts';
import { buildAuditEvent } from './audit-event.ts';
import { PROFILES } from './canonicals.ts';
import { deviceEntries } from './device.ts';
import { type Draft, type DraftContent, draftOf } from './draft.ts';
import { creation, type Entry, identifierOf, metaOf } from './elements.ts';
import { buildInvoice } from './invoice.ts';
import { buildEntity, buildService } from './organization.ts';
import { buildPatient } from './patient.ts';
import { buildPractitioner } from './practitioner.ts';
import { buildProcedure } from './procedure.ts';
import {
  buildDelivrance,
  buildLivraison,
  buildReceptionService,
  buildReceptionUnitaire,
  buildTransport,
} from './supply-delivery.ts';
import { buildCommande, buildDemande, buildReponse } from './supply-request.ts';
import type { Contenu, Trace } from './trace-types.ts';

/** What a builder takes from outside. */
export interface BuildContext {
  /** A new UUID, without `urn:uuid:`. */
  readonly newUuid: () => string;
  /** When the trace is transmitted, where it does not say it. */
  readonly now: Date;
}

/**
 * The transaction that transmits a trace (dmi-bundle-transmission-traces): everybody and everything it lists, its
 * structured content, and exactly one AuditEvent, last. Each entry has a `urn:uuid` of its own as fullUrl, by which all
 * others refer to it, those in nested Bundles too. `trace` as readTrace gives it. `Bundle.identifier` is the caller's
 * identifier of the message: the same in every repetition, whereas the UUIDs are new.
 */
export function buildTraceBundle(trace: Trace, { newUuid, now }: BuildContext): FhirResource {
  const draft = draftOf(trace, newUuid);
  const content = trace.contenu === undefined ? undefined : buildContent(trace.contenu, draft);
  return {
    resourceType: 'Bundle',
    meta: metaOf(PROFILES.bundleTransmission),
    identifier: identifierOf(trace.message),
    type: 'transaction',
    entry: [
      ...partyEntries(draft),
      ...trace.dispositifs.flatMap(device => deviceEntries(device, draft)),
      ...(content?.entries ?? []),
      creation(draft.newUrl(), buildAuditEvent(draft, content?.url, now, newUuid())),
    ],
  };
}

function partyEntries(draft: Draft): readonly Entry[] {
  const { patient, entites, services, professionnels } = draft.trace;
  return [
    ...entites.map(each => creation(draft.urlOf(each.cle), buildEntity(each))),
    ...services.map(each => creation(draft.urlOf(each.cle), buildService(each, draft))),
    ...professionnels.map(each => creation(draft.urlOf(each.cle), buildPractitioner(each))),
    ...(patient === undefined ? [] : [creation(draft.patientUrl, buildPatient(patient))]),
  ];
}

function buildContent(contenu: Contenu, draft: Draft): DraftContent {
  switch (contenu.nature) {
    case 'demande':
      return buildDemande(contenu.valeur, draft);
    case 'reponse':
      return buildReponse(contenu.valeur, draft);
    case 'commande':
      return buildCommande(contenu.valeur, draft);
    case 'livraison':
      return buildLivraison(contenu.valeur, draft);
    case 'receptionUnitaire':
      return buildReceptionUnitaire(contenu.valeur, draft);
    case 'delivrance':
      return buildDelivrance(contenu.valeur, draft);
    case 'transport':
      return buildTransport(contenu.valeur, draft);
    case 'receptionService':
      return buildReceptionService(contenu.valeur, draft);
    case 'intervention':
      return buildProcedure(contenu.valeur, draft);
    case 'facture':
      return buildInvoice(contenu.valeur, draft);
  }
}
