/** Codes of TRE_R254-TypeEvenement that traces of implants have, and their official displays. */
export const EVENT_TYPES = {
  DEM: "Demande de dispositifs médicaux à la pharmacie de l'établissement de santé",
  REP: 'Réponse de la pharmacie au service responsable de la demande',
  SDM: 'Suppression de la demande de dispositif médicaux',
  CDM: 'Commande de dispositifs médicaux',
  REC: "Réception valide du dispositif médical par l'établissement de santé",
  NRE: "Réception non valide du dispositif médical par l'établissement de santé",
  ESD: "Entrée de stock des dispositifs médicaux au sein de l'établissement de santé",
  SSD: 'Sortie de stock des dispositifs médicaux',
  DEL: 'Délivrance des dispositifs médicaux',
  TRA: 'Transport des dispositifs médicaux',
  POS: 'Pose du dispositif médical',
  NCO: 'DM non-conforme, avec un risque inacceptable pour la santé et la sécurité',
  PER: 'Dispositif médical périmé',
  ECH: 'Echec de pose du dispositif médical',
  REA: 'Demande de réassort en DM',
  AUT: 'Autorisation de paiement de la facture des dispositifs médicaux',
} as const;

/** A code of TRE_R254-TypeEvenement. */
export type EventType = keyof typeof EVENT_TYPES;

/** All of them. */
export const EVENT_TYPE_CODES = Object.keys(EVENT_TYPES) as readonly EventType[];
