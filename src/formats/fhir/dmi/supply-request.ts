import type { FhirResource } from '../resource.ts';
import { PROFILES, SYSTEMS } from './canonicals.ts';
import type { Commande, Demande, Reponse } from './content-types.ts';
import { type Draft, type DraftContent, referenceTo } from './draft.ts';
import {
  compact,
  conceptOf,
  creation,
  type Element,
  eventCoding,
  identifierOf,
  metaOf,
  narrative,
  transaction,
} from './elements.ts';
import type { Identifiant, Metadonnee } from './party-types.ts';

/** Flux 1c: the request's header and lines. A deleted request is `cancelled`. */
export function buildDemande(demande: Demande, draft: Draft): DraftContent {
  const isDeleted = demande.suppression === true;
  const header = headerOf({
    profile: PROFILES.enteteDemande,
    source: demande,
    text: narrative(demande.motifSuppression, demande.informationComplementaire),
    status: isDeleted ? 'cancelled' : 'active',
    category: demande.nature && conceptOf(demande.nature),
    item: eventCoding(isDeleted ? 'SDM' : 'DEM'),
    requester: referenceTo(draft, demande.demandeur),
    deliverTo: referenceTo(draft, demande.service),
  });
  const lines = demande.lignes.map(line => ({
    ...line,
    code: { codeCodeableConcept: { text: line.nomDispositif } },
    occurrence: line.dateUtilisation,
  }));
  return requestBundle(header, lines, draft);
}

/** Flux 2a: the answer's header and details. Its event is none that the profile's slices name; they are open. */
export function buildReponse(reponse: Reponse, draft: Draft): DraftContent {
  const header = headerOf({
    profile: PROFILES.enteteReponse,
    source: reponse,
    text: narrative(reponse.informationComplementaire),
    item: eventCoding('REP'),
  });
  const lines = reponse.lignes.map(line => ({
    ...line,
    code: { codeCodeableConcept: { text: line.nomDispositif } },
    occurrence: line.dateDelivrance,
  }));
  return requestBundle(header, lines, draft);
}

/** Fluxes 27 and 16a: the order's header, whose profile has CDM and a malformed address as its pattern, and lines. */
export function buildCommande(commande: Commande, draft: Draft): DraftContent {
  const { demandeur, service } = commande;
  const header = headerOf({
    profile: PROFILES.enteteCommande,
    source: commande,
    category: commande.type && conceptOf(commande.type),
    item: eventCoding('CDM', SYSTEMS.eventTypeOfOrders),
    requester: demandeur === undefined ? undefined : referenceTo(draft, demandeur),
    deliverTo: service === undefined ? undefined : referenceTo(draft, service),
  });
  const lines = commande.lignes.map(line => ({
    ...line,
    code: { codeReference: referenceTo(draft, line.dispositifCommande ?? line.dispositif) },
    occurrence: line.dateUtilisation,
  }));
  return requestBundle(header, lines, draft);
}

interface Header {
  readonly profile: string;
  readonly source: {
    readonly reference: Identifiant;
    readonly quantiteTotale: number;
    readonly date?: string;
    readonly metadonnee?: Metadonnee;
  };
  readonly text?: Element | undefined;
  readonly status?: 'active' | 'cancelled';
  readonly category?: Element | undefined;
  readonly item: Element;
  readonly requester?: Element | undefined;
  readonly deliverTo?: Element | undefined;
}

function headerOf({
  profile,
  source,
  text,
  status,
  category,
  item,
  requester,
  deliverTo,
}: Header): FhirResource {
  return compact({
    resourceType: 'SupplyRequest',
    meta: metaOf(profile, source.metadonnee),
    text,
    identifier: [identifierOf(source.reference)],
    status,
    category,
    itemCodeableConcept: { coding: [item] },
    quantity: { value: source.quantiteTotale },
    authoredOn: source.date,
    requester,
    deliverTo,
  });
}

interface Line {
  readonly groupe?: Identifiant;
  readonly dispositif: string;
  readonly code: Element;
  readonly occurrence: string | undefined;
  readonly metadonnee?: Metadonnee;
}

/** Header and lines in a Bundle of their own (dmi-bundle-request), lines pointing to the header in it. */
function requestBundle(header: FhirResource, lines: readonly Line[], draft: Draft): DraftContent {
  const url = draft.newUrl();
  const headerUrl = draft.newUrl();
  const entries = [
    creation(headerUrl, header),
    ...lines.map(line => creation(draft.newUrl(), lineOf(line, headerUrl, draft))),
  ];
  return { url, entries: [creation(url, transaction(PROFILES.bundleRequest, entries))] };
}

function lineOf(line: Line, headerUrl: string, draft: Draft): FhirResource {
  return compact({
    resourceType: 'DeviceRequest',
    meta: metaOf(PROFILES.deviceRequest, line.metadonnee),
    basedOn: [{ reference: headerUrl }],
    groupIdentifier: line.groupe && identifierOf(line.groupe),
    intent: 'order',
    ...line.code,
    subject: referenceTo(draft, line.dispositif),
    occurrenceDateTime: line.occurrence,
  });
}
