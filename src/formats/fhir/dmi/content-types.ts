import type { Concept, Identifiant, Metadonnee } from './party-types.ts';

/*
 * Members that cite: `dispositif*` the `cle` of a device, `professionnel` and `demandeur` that of a professional,
 * `service` that of a service. `conforme` says the natural thing (true: as it should be), whereas the functional study
 * writes 0 for a conforming reception or implantation; where it is absent the flux says it.
 */

/** Demande (flux 1c): dmi-supplyrequest-entete-demande and its lines. */
export interface Demande {
  readonly reference: Identifiant;
  /** natureDemande. */
  readonly nature?: Concept;
  readonly quantiteTotale: number;
  /** dateDem, day or instant. */
  readonly date?: string;
  /** supprDemande: the request is deleted (SDM). */
  readonly suppression?: boolean;
  readonly motifSuppression?: string;
  readonly informationComplementaire?: string;
  readonly demandeur: string;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneDemande[];
}

export interface LigneDemande {
  /** idLigneAssocieeEntete, common to the lines of a header. */
  readonly groupe?: Identifiant;
  readonly dispositif: string;
  /** NomDispositifDemande. */
  readonly nomDispositif: string;
  /** Day or instant. */
  readonly dateUtilisation?: string;
  readonly metadonnee?: Metadonnee;
}

/** Reponse (flux 2a): dmi-supplyrequest-entetereponse and its details. */
export interface Reponse {
  /** Of the request that is answered. */
  readonly reference: Identifiant;
  readonly quantiteTotale: number;
  /** dateDem, day or instant. */
  readonly date?: string;
  readonly informationComplementaire?: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneReponse[];
}

export interface LigneReponse {
  /** idDetailReponseAssocieEnteteReponse. */
  readonly groupe?: Identifiant;
  readonly dispositif: string;
  readonly nomDispositif: string;
  /** Day or instant. */
  readonly dateDelivrance?: string;
  readonly metadonnee?: Metadonnee;
}

/** Commande (fluxes 27, 16a): dmi-supplyrequest-entete-commande and its lines. */
export interface Commande {
  /** refCommande. */
  readonly reference: Identifiant;
  readonly type?: Concept;
  readonly quantiteTotale: number;
  /** dateCmd, day or instant. */
  readonly date?: string;
  readonly demandeur?: string;
  readonly service?: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneCommande[];
}

export interface LigneCommande {
  /** IdLigneAssocieeEnteteCommande. */
  readonly groupe?: Identifiant;
  readonly dispositif: string;
  /** DispositifCommande, where it is another than `dispositif`. */
  readonly dispositifCommande?: string;
  /** Day or instant. */
  readonly dateUtilisation?: string;
  readonly metadonnee?: Metadonnee;
}

/** Livraison (fluxes 5, 5a): dmi-supplydelivery-entete-livraison and its lines. */
export interface Livraison {
  /** Number of the delivery note: the profile wants an identifier, of which the study knows none. */
  readonly reference: Identifiant;
  readonly referenceCommande: Identifiant;
  readonly quantiteTotale?: number;
  /** dateLivraison, day or instant. */
  readonly date: string;
  readonly conforme?: boolean;
  readonly motifRejet?: string;
  readonly professionnel: string;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneLivraison[];
}

/** What the header says counts where a line says nothing. */
export interface LigneLivraison {
  /** Default: that of the header, and the line's number. */
  readonly reference?: Identifiant;
  readonly referenceCommande?: Identifiant;
  readonly dispositif: string;
  readonly quantite?: number;
  readonly date?: string;
  readonly conforme?: boolean;
  readonly motifRejet?: string;
  readonly metadonnee?: Metadonnee;
}

/** ReceptionUnitaire (fluxes 5c, 5d, 5e): dmi-supplydelivery-reception-unitaire. */
export interface ReceptionUnitaire {
  /** The profile wants an identifier, of which the study knows none. */
  readonly reference: Identifiant;
  /** Day or instant. Default: the trace's `occurrence`. */
  readonly date?: string;
  readonly conforme?: boolean;
  readonly motifRejet?: string;
  readonly dispositif: string;
  readonly quantite?: number;
  readonly professionnel: string;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
}

/** Delivrance (fluxes 6a, 7): dmi-supplydelivery-entete-delivrance and its lines. */
export interface Delivrance {
  /** referenceDelivrance. */
  readonly reference: Identifiant;
  /** Day or instant. */
  readonly date?: string;
  /** quantiteDelivree. */
  readonly quantite?: number;
  readonly informationComplementaire?: string;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneDelivrance[];
}

export interface LigneDelivrance {
  /** Default: that of the header, and the line's number. */
  readonly reference?: Identifiant;
  readonly referenceDemande: Identifiant;
  /** Default: that of the header, else the trace's `occurrence`. */
  readonly date?: string;
  readonly informationComplementaire?: string;
  readonly dispositif: string;
  readonly quantite?: number;
  readonly metadonnee?: Metadonnee;
}

/** Transport (flux 9): dmi-supplydelivery-transport. */
export interface Transport {
  /** referenceTransport. */
  readonly reference: Identifiant;
  readonly referenceDelivrance: Identifiant;
  /** dateDelivrance, day or instant. Default: the trace's `occurrence`. */
  readonly date?: string;
  /** quantiteTransportee. */
  readonly quantite?: number;
  /** IncidentTransport: something happened. */
  readonly incident?: boolean;
  readonly detailIncident?: string;
  readonly informationComplementaire?: string;
  /** A SupplyDelivery holds one; others are listed in the trace. */
  readonly dispositif?: string;
  readonly professionnel: string;
  /** Where to: the profile wants it. */
  readonly service: string;
  readonly metadonnee?: Metadonnee;
}

/** ReceptionDMI by the service (fluxes 11, 12, 28): dmi-supplydelivery-enteter-reception and its lines. */
export interface ReceptionService {
  /** referenceReception. */
  readonly reference: Identifiant;
  readonly referenceDelivrance: Identifiant;
  /** quantiteReceptionnee. */
  readonly quantite?: number;
  /** Day or instant. Default: that of the first line. */
  readonly date?: string;
  readonly professionnel: string;
  readonly service: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneReception[];
}

export interface LigneReception {
  /** Default: that of the header, and the line's number. */
  readonly reference?: Identifiant;
  readonly referenceDemande: Identifiant;
  /** dateReceptionSU, day or instant. */
  readonly date: string;
  readonly conforme?: boolean;
  readonly motifRejet?: string;
  readonly dispositif: string;
  readonly quantite?: number;
  readonly metadonnee?: Metadonnee;
}

/** InterventionMedicale (fluxes 15, 13a, 14, 30): dmi-procedure. The trace's patient is its subject. */
export interface Intervention {
  /** idIntervention. */
  readonly identifiant: Identifiant;
  /** numSejour. */
  readonly sejour?: Identifiant;
  readonly type?: Concept;
  /** dateIntervention, day or instant. */
  readonly date: string;
  /** emplacementDMI. */
  readonly emplacement: Concept;
  /** poseConforme. */
  readonly conforme?: boolean;
  readonly motifEchec?: string;
  readonly professionnel: string;
  /** A service, or the legal entity. */
  readonly service: string;
  /** One: each device has its own trace. */
  readonly dispositif: string;
  readonly metadonnee?: Metadonnee;
}

/** Facture (flux 18): dmi-invoice, and a ChargeItem for each line. */
export interface Facture {
  /** refFacture. */
  readonly reference: Identifiant;
  /** refCommande. */
  readonly referenceCommande: Identifiant;
  /** The invoice itself, in Base64. */
  readonly document?: string;
  readonly type?: Concept;
  /** dateEmission, day or instant. */
  readonly date?: string;
  readonly instructionPaiement?: string;
  readonly montantTotal?: number;
  /** ISO 4217. Default EUR where there is an amount. */
  readonly devise?: string;
  readonly metadonnee?: Metadonnee;
  readonly lignes: readonly LigneFacture[];
}

export interface LigneFacture {
  /** Day. */
  readonly dateAchat: string;
  readonly dispositif: string;
  readonly metadonnee?: Metadonnee;
}

/** What each member of the JSON that says what the event was about holds. */
export interface Contents {
  readonly demande: Demande;
  readonly reponse: Reponse;
  readonly commande: Commande;
  readonly livraison: Livraison;
  readonly receptionUnitaire: ReceptionUnitaire;
  readonly delivrance: Delivrance;
  readonly transport: Transport;
  readonly receptionService: ReceptionService;
  readonly intervention: Intervention;
  readonly facture: Facture;
}
