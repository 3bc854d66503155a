import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES } from './canonicals.ts';
import type {
  Delivrance,
  Livraison,
  ReceptionService,
  ReceptionUnitaire,
  Transport,
} from './content-types.ts';
import { type Draft, type DraftContent, referenceTo } from './draft.ts';
import {
  compact,
  count,
  creation,
  type Element,
  extension,
  identifierOf,
  logicalReference,
  metaOf,
  narrative,
  transaction,
} from './elements.ts';
import { fluxNumbered } from './fluxes.ts';
import type { Identifiant, Metadonnee } from './party-types.ts';

/** Fluxes 5 and 5a: the header of what the supplier delivered, and its lines. */
export function buildLivraison(livraison: Livraison, draft: Draft): DraftContent {
  const { referenceCommande, quantiteTotale, date, conforme, motifRejet, lignes } = livraison;
  const [first] = lignes;
  const order = logicalReference('SupplyRequest', referenceCommande);
  const header = deliveryOf(draft, {
    ...livraison,
    profile: PROFILES.enteteLivraison,
    text: narrative(motifRejet),
    basedOn: order,
    status: statusOf(conforme, draft),
    date,
    // The profile wants an item wherever there is a quantity: the first line's stands for all.
    dispositif: quantiteTotale === undefined ? undefined : first?.dispositif,
    quantite: quantiteTotale,
  });
  const lines = lignes.map(line => ({
    date,
    ...line,
    text: narrative(line.motifRejet),
    basedOn:
      line.referenceCommande === undefined
        ? order
        : logicalReference('SupplyRequest', line.referenceCommande),
    status: statusOf(line.conforme ?? conforme, draft),
  }));
  return deliveryBundle(draft, livraison, header, lines);
}

/** Fluxes 6a and 7: the header of what the pharmacy handed out, and its lines. The study gives it no status. */
export function buildDelivrance(delivrance: Delivrance, draft: Draft): DraftContent {
  const { date, informationComplementaire, lignes } = delivrance;
  const header = deliveryOf(draft, {
    ...delivrance,
    profile: PROFILES.enteteDelivrance,
    text: narrative(informationComplementaire),
  });
  const lines = lignes.map(line => ({
    date: date ?? draft.trace.occurrence,
    ...line,
    text: narrative(line.informationComplementaire),
    basedOn: logicalReference('SupplyRequest', line.referenceDemande),
  }));
  return deliveryBundle(draft, delivrance, header, lines);
}

/**
 * Fluxes 11, 12 and 28: the header of what the service received, and its lines. The header is based on a delivery where
 * R4 wants a request, so that its reference names no type; it is complete where one line at least is.
 */
export function buildReceptionService(reception: ReceptionService, draft: Draft): DraftContent {
  const { lignes, date = lignes[0]?.date, referenceDelivrance } = reception;
  const lines = lignes.map(line => ({
    ...line,
    text: narrative(line.motifRejet),
    basedOn: logicalReference('SupplyRequest', line.referenceDemande),
    status: statusOf(line.conforme, draft),
  }));
  const header = deliveryOf(draft, {
    ...reception,
    profile: PROFILES.enteterReception,
    basedOn: logicalReference(undefined, referenceDelivrance),
    status: lines.some(({ status }) => status === 'completed') ? 'completed' : 'abandoned',
    date,
  });
  return deliveryBundle(draft, reception, header, lines);
}

/** Fluxes 5c, 5d and 5e: one device received. */
export function buildReceptionUnitaire(reception: ReceptionUnitaire, draft: Draft): DraftContent {
  const resource = deliveryOf(draft, {
    date: draft.trace.occurrence,
    ...reception,
    profile: PROFILES.receptionUnitaire,
    text: narrative(reception.motifRejet),
    status: statusOf(reception.conforme, draft),
  });
  return single(resource, draft);
}

/** Flux 9: what is carried to the service. An incident is a boolean of the study, `1` or `0` as its code. */
export function buildTransport(transport: Transport, draft: Draft): DraftContent {
  const { incident, detailIncident, informationComplementaire, metadonnee = {} } = transport;
  const { trace } = draft;
  const lastUpdated = metadonnee.miseAJour ?? trace.declaration ?? trace.occurrence;
  const said = [
    extension('refTransport', { valueIdentifier: identifierOf(transport.reference) }),
    extension('refDelivery', { valueIdentifier: identifierOf(transport.referenceDelivrance) }),
    ...(incident === undefined ? [] : [extension('incident', { valueCode: incident ? '1' : '0' })]),
    ...(detailIncident === undefined ? [] : [extension('detailIncident', { valueString: detailIncident })]),
    ...(informationComplementaire === undefined
      ? []
      : [extension('text', { valueString: informationComplementaire })]),
    extension('meta', { valueMeta: metaOf(undefined, { ...metadonnee, miseAJour: lastUpdated }) }),
  ];
  const resource = deliveryOf(draft, {
    date: trace.occurrence,
    ...transport,
    profile: PROFILES.transport,
    extensions: [{ url: EXTENSIONS.transport, extension: said }],
    status: 'completed',
  });
  return single(resource, draft);
}

type Status = 'completed' | 'abandoned';

/** Delivered as it should be: `completed`; refused: `abandoned`. What the trace leaves out its flux says. */
function statusOf(conforme: boolean | undefined, { trace }: Draft): Status {
  return (conforme ?? fluxNumbered(trace.flux).conforming ?? true) ? 'completed' : 'abandoned';
}

interface Delivery {
  readonly profile: string;
  readonly reference: Identifiant;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
  readonly extensions?: readonly Element[];
  readonly text?: Element | undefined;
  readonly basedOn?: Element;
  readonly partOf?: Element;
  readonly status?: Status;
  readonly dispositif?: string | undefined;
  readonly quantite?: number | undefined;
  readonly date?: string | undefined;
  readonly professionnel?: string | undefined;
}

function deliveryOf(draft: Draft, delivery: Delivery): FhirResource {
  const {
    profile,
    extensions = [],
    text,
    basedOn,
    partOf,
    status,
    dispositif,
    quantite,
    professionnel,
  } = delivery;
  const supplied = compact({
    quantity: count(quantite),
    itemReference: dispositif === undefined ? undefined : referenceTo(draft, dispositif),
  });
  const service = extension(EXTENSIONS.serviceReference, {
    valueReference: referenceTo(draft, delivery.service),
  });
  return compact({
    resourceType: 'SupplyDelivery',
    meta: metaOf(profile, delivery.metadonnee),
    text,
    extension: [service, ...extensions],
    identifier: [identifierOf(delivery.reference)],
    basedOn: basedOn === undefined ? [] : [basedOn],
    partOf: partOf === undefined ? [] : [partOf],
    status,
    suppliedItem: Object.keys(supplied).length === 0 ? undefined : supplied,
    occurrenceDateTime: delivery.date,
    receiver: professionnel === undefined ? [] : [referenceTo(draft, professionnel)],
  });
}

type Line = Omit<Delivery, 'profile' | 'reference' | 'service' | 'partOf'> & {
  readonly reference?: Identifiant;
};

interface Whole {
  readonly reference: Identifiant;
  readonly service: string;
  readonly professionnel?: string;
}

/** Header and lines in a Bundle of their own (dmi-bundledelivery); a line without reference has the header's and its number. */
function deliveryBundle(
  draft: Draft,
  { reference, service, professionnel }: Whole,
  header: FhirResource,
  lines: readonly Line[],
): DraftContent {
  const url = draft.newUrl();
  const headerUrl = draft.newUrl();
  const entries = lines.map((line, index) =>
    creation(
      draft.newUrl(),
      deliveryOf(draft, {
        professionnel,
        ...line,
        profile: PROFILES.ligne,
        service,
        reference: line.reference ?? { ...reference, valeur: `${reference.valeur}-${index + 1}` },
        partOf: { reference: headerUrl },
      }),
    ),
  );
  const bundle = transaction(PROFILES.bundleDelivery, [creation(headerUrl, header), ...entries]);
  return { url, entries: [creation(url, bundle)] };
}

/** A delivery without lines stands in the trace's own Bundle: un-sliced for the transport, whose slices are open. */
function single(resource: FhirResource, draft: Draft): DraftContent {
  const url = draft.newUrl();
  return { url, entries: [creation(url, resource)] };
}
