import type { Identifiant, Metadonnee } from './party-types.ts';

/** SupportIUD: what the label says of the device (UDI). */
export interface Iud {
  /** IUD-ID, the model (UDI-DI; a GTIN for GS1). */
  readonly id?: string;
  /** identifiantIUD_HRF, the whole UDI as it reads: `(01)03701234567899(17)281231(10)LOT42`. */
  readonly hrf?: string;
  /** identifiantIUD_AIDC, the whole UDI as it was scanned, in Base64. */
  readonly aidc?: string;
  /** identifiantIUD_Source, how it was entered. */
  readonly saisie?: 'code-barres' | 'rfid' | 'manuelle' | 'carte' | 'declaree' | 'inconnue';
  /** Who gave the IUD-ID. Default GS1 for 14 digits. */
  readonly emetteur?: 'GS1' | 'HIBCC' | 'ICCBBA-sang' | 'ICCBBA';
}

/** Mesure. */
export interface Mesure {
  readonly valeur: number;
  /** UCUM: `mm`, `mL`, `g`, `[Ch]`. */
  readonly unite: string;
}

/** DimensionsDM: physicalCharacteristics of the DeviceDefinition. */
export interface Dimensions {
  readonly volume?: Mesure;
  readonly longueur?: Mesure;
  /** Internal diameter. */
  readonly calibre?: Mesure;
  /** External diameter. */
  readonly diametre?: Mesure;
  readonly poids?: Mesure;
}

/** A manufacturer or distributor: by name, or `cle` of an entity, whose name is taken where none is given. */
export interface Operateur {
  readonly nom?: string;
  readonly entite?: string;
}

/** MarquageCE. */
export interface MarquageCe {
  /** libelleAutorisation. */
  readonly libelle: string;
  /** organismeNotifie: `cle` of an entity. */
  readonly organisme?: string;
}

/**
 * DispositifMedical: a device (dmi-device), and what is said of its model (dmi-devicedefinition). `lot`, `serie`,
 * `peremption`, `fabrication` and `iud.id` are read from `iud.hrf` where they are not given.
 */
export interface Dispositif {
  readonly cle: string;
  readonly iud?: Iud;
  /** IUD-IPNumLot. */
  readonly lot?: string;
  /** IUD-IPNumSerie. */
  readonly serie?: string;
  /** IUD-IPIdLogiciel. */
  readonly logiciel?: string;
  /** IUD-IPDateFabrication, a day, month or year. */
  readonly fabrication?: string;
  /** IUD-IPDateExpiration, a day, month or year. */
  readonly peremption?: string;
  /** identifiantLocalDM. */
  readonly identifiants?: readonly Identifiant[];
  /** referenceFabricant: number in the manufacturer's catalogue. */
  readonly reference?: string;
  /** referenceDistributeur. */
  readonly referenceDistributeur?: Identifiant;
  readonly fabricant?: Operateur;
  readonly distributeur?: Operateur;
  readonly modele?: string;
  /** nomCommercial. */
  readonly nom?: string;
  /** codeEMDN: a letter and 2 to 12 digits. */
  readonly emdn?: string;
  /** codeLPP. */
  readonly lpp?: string;
  readonly classeRisque?: 'I' | 'IIa' | 'IIb' | 'III';
  readonly marquageCE?: MarquageCe;
  readonly usageUnique?: boolean;
  readonly nbReutilisation?: number;
  readonly emballageSterile?: boolean;
  readonly sterilisationAvantUtilisation?: boolean;
  readonly implantable?: boolean;
  readonly actif?: boolean;
  /** contientLatex. */
  readonly latex?: boolean;
  /** CMR1A1B. */
  readonly cmr?: boolean;
  /** irmCompatible (ASTM F2503). */
  readonly irm?: 'MR Safe' | 'MR Conditional' | 'MR Unsafe';
  readonly dimensions?: Dimensions;
  readonly metadonnee?: Metadonnee;
}
