import { PROFILES } from './canonicals.ts';
import { EVENT_TYPE_CODES, type EventType } from './event-types.ts';

/** Who stands behind a source or an agent, in the words of the functional study. */
export type Actor =
  | 'service utilisateur'
  | 'professionnel du service utilisateur'
  | 'gestionnaire DMI'
  | 'gestionnaire de réception'
  | 'gestionnaire de réception du service utilisateur'
  | 'fournisseur'
  | 'gestionnaire de comptabilité';

/** The member of the simple JSON that says what the event was about. */
export type ContentKind =
  | 'demande'
  | 'reponse'
  | 'commande'
  | 'livraison'
  | 'receptionUnitaire'
  | 'delivrance'
  | 'transport'
  | 'receptionService'
  | 'intervention'
  | 'facture';

/** What `AuditEvent.entity.what` points to. */
export interface ContentResource {
  readonly resourceType: 'Bundle' | 'SupplyDelivery' | 'Procedure' | 'Invoice';
  /** Of that resource. */
  readonly profile: string;
  /** Of the header within, where it is a Bundle. */
  readonly header?: string;
}

/** The structured content of each kind. */
export const CONTENTS: Readonly<Record<ContentKind, ContentResource>> = {
  demande: { resourceType: 'Bundle', profile: PROFILES.bundleRequest, header: PROFILES.enteteDemande },
  reponse: { resourceType: 'Bundle', profile: PROFILES.bundleRequest, header: PROFILES.enteteReponse },
  commande: { resourceType: 'Bundle', profile: PROFILES.bundleRequest, header: PROFILES.enteteCommande },
  livraison: { resourceType: 'Bundle', profile: PROFILES.bundleDelivery, header: PROFILES.enteteLivraison },
  delivrance: { resourceType: 'Bundle', profile: PROFILES.bundleDelivery, header: PROFILES.enteteDelivrance },
  receptionService: {
    resourceType: 'Bundle',
    profile: PROFILES.bundleDelivery,
    header: PROFILES.enteterReception,
  },
  receptionUnitaire: { resourceType: 'SupplyDelivery', profile: PROFILES.receptionUnitaire },
  transport: { resourceType: 'SupplyDelivery', profile: PROFILES.transport },
  intervention: { resourceType: 'Procedure', profile: PROFILES.procedure },
  facture: { resourceType: 'Invoice', profile: PROFILES.invoice },
};

/** One of the 21 fluxes by which a source transmits a trace. */
export interface Flux {
  readonly number: string;
  readonly name: string;
  /** What `AuditEvent.type` may be. */
  readonly events: readonly EventType[];
  /** Whose system the trace comes from; absent in the generic flux, as all that follows. */
  readonly source?: Actor;
  /** First and second agent. */
  readonly agents?: readonly [sender: Actor, receiver: Actor];
  readonly content?: ContentKind;
  /** Whether what is traced is as it should be; absent where the flux says neither. */
  readonly conforming?: boolean;
}

const PUI = 'gestionnaire DMI';
const SERVICE = 'service utilisateur';
const RECEPTION = 'gestionnaire de réception';
const SERVICE_RECEPTION = 'gestionnaire de réception du service utilisateur';

/**
 * The 21 fluxes (functional study of the DMI guide, reference §1.2). The type code does not tell them apart: REC is
 * that of 5, 5d and 12.
 */
export const FLUXES = [
  { number: '22', name: 'TransmissionTrace', events: EVENT_TYPE_CODES },
  {
    number: '1c',
    name: 'TracabiliteDemande',
    events: ['DEM', 'SDM'],
    source: SERVICE,
    agents: ['professionnel du service utilisateur', PUI],
    content: 'demande',
  },
  {
    number: '2a',
    name: 'TracabiliteReponse',
    events: ['REP'],
    source: PUI,
    agents: [PUI, SERVICE],
    content: 'reponse',
  },
  {
    number: '27',
    name: 'TracabiliteCommande',
    events: ['CDM'],
    source: PUI,
    agents: [PUI, 'fournisseur'],
    content: 'commande',
  },
  {
    number: '16a',
    name: 'TracabiliteReassortDMI',
    events: ['REA'],
    source: PUI,
    agents: [PUI, 'fournisseur'],
    content: 'commande',
  },
  {
    number: '5',
    name: 'TracabiliteLivraisonValide',
    events: ['REC'],
    source: RECEPTION,
    agents: [RECEPTION, PUI],
    content: 'livraison',
    conforming: true,
  },
  {
    number: '5a',
    name: 'TracabiliteLivraisonRejet',
    events: ['NRE'],
    source: RECEPTION,
    agents: [RECEPTION, PUI],
    content: 'livraison',
    conforming: false,
  },
  {
    number: '5c',
    name: 'TracabiliteEntreeStockDMI',
    events: ['ESD'],
    source: PUI,
    agents: [RECEPTION, PUI],
    content: 'receptionUnitaire',
    conforming: true,
  },
  {
    number: '5d',
    name: 'TracabiliteReceptionDMI',
    events: ['REC'],
    source: PUI,
    agents: [RECEPTION, PUI],
    content: 'receptionUnitaire',
    conforming: true,
  },
  {
    number: '5e',
    name: 'TracabiliteRejetDMI',
    events: ['NCO', 'PER'],
    source: PUI,
    agents: [RECEPTION, PUI],
    content: 'receptionUnitaire',
    conforming: false,
  },
  {
    number: '6a',
    name: 'TracabiliteSortieStock',
    events: ['SSD'],
    source: PUI,
    agents: [PUI, SERVICE_RECEPTION],
    content: 'delivrance',
  },
  {
    number: '7',
    name: 'TracabiliteDelivranceSU',
    events: ['DEL'],
    source: PUI,
    agents: [PUI, SERVICE_RECEPTION],
    content: 'delivrance',
  },
  {
    number: '9',
    name: 'TracabiliteTransportDMI',
    events: ['TRA'],
    source: PUI,
    agents: [PUI, SERVICE],
    content: 'transport',
  },
  {
    number: '11',
    name: 'TracabiliteEntreeStockSU',
    events: ['ESD'],
    source: SERVICE_RECEPTION,
    agents: [SERVICE_RECEPTION, SERVICE],
    content: 'receptionService',
    conforming: true,
  },
  {
    number: '12',
    name: 'TracabiliteReceptionSU',
    events: ['REC'],
    source: SERVICE_RECEPTION,
    agents: [SERVICE_RECEPTION, SERVICE],
    content: 'receptionService',
    conforming: true,
  },
  {
    number: '28',
    name: 'TracabiliteRejetDMI',
    events: ['NCO', 'PER'],
    source: PUI,
    agents: [SERVICE_RECEPTION, SERVICE],
    content: 'receptionService',
    conforming: false,
  },
  {
    number: '15',
    name: 'TracabilitePose',
    events: ['POS'],
    source: SERVICE,
    agents: [SERVICE, PUI],
    content: 'intervention',
    conforming: true,
  },
  {
    number: '13a',
    name: 'TracabiliteRefusDMI',
    events: ['NCO', 'PER'],
    source: SERVICE,
    agents: [SERVICE, PUI],
    content: 'intervention',
    conforming: false,
  },
  {
    number: '14',
    name: 'TracabiliteEchecPose',
    events: ['ECH', 'NCO', 'PER'],
    source: SERVICE,
    agents: [SERVICE, PUI],
    content: 'intervention',
    conforming: false,
  },
  {
    number: '30',
    name: 'TracabiliteSortieStockSU',
    events: ['SSD'],
    source: PUI,
    agents: [SERVICE, PUI],
    content: 'intervention',
  },
  {
    number: '18',
    name: 'TracabiliteFacturationDMI',
    events: ['AUT'],
    source: PUI,
    agents: [PUI, 'gestionnaire de comptabilité'],
    content: 'facture',
  },
] as const satisfies readonly Flux[];

/** `15`, `5a`. */
export type FluxNumber = (typeof FLUXES)[number]['number'];

/** The numbers, as in the table. */
export const FLUX_NUMBERS: readonly FluxNumber[] = FLUXES.map(({ number }) => number);

const BY_NUMBER: ReadonlyMap<string, Flux> = new Map(FLUXES.map(flux => [flux.number, flux]));

/** What the generic flux says: nothing but that there is a trace. */
export const GENERIC_FLUX: Flux = FLUXES[0];

/** The flux of a number; the generic one for what is none. */
export function fluxNumbered(number: string): Flux {
  return BY_NUMBER.get(number) ?? GENERIC_FLUX;
}
