/** A business identifier. In the JSON also a plain text, which is its `valeur`. */
export interface Identifiant {
  readonly valeur: string;
  /** URI of who gave it: `urn:oid:1.2.250.1.999.1.2`, `https://…`. */
  readonly systeme?: string;
}

/** A code and its words. In the JSON also a plain text, which is its `libelle`. */
export interface Concept {
  readonly libelle?: string;
  readonly code?: string;
  /** URI of the nomenclature of `code`. */
  readonly systeme?: string;
}

/** Metadonnee: `meta` of the resource of the object. */
export interface Metadonnee {
  /** Technical identifier by which the consumer finds the object again: `meta.tag.code`. */
  readonly identifiant?: string;
  /** dateCreation (instant): `meta.extension(firstCreated)`. */
  readonly creation?: string;
  /** dateMiseJour (instant): `meta.lastUpdated`. */
  readonly miseAJour?: string;
  /** `meta.tag.display`. */
  readonly commentaire?: string;
}

/** Telecommunication. */
export interface Telecom {
  readonly canal: 'telephone' | 'fax' | 'courriel' | 'bipeur' | 'url' | 'sms' | 'autre';
  readonly valeur: string;
  readonly usage?: 'domicile' | 'travail' | 'temporaire' | 'ancien' | 'mobile';
}

/** Adresse: at least one member. */
export interface Adresse {
  readonly texte?: string;
  readonly lignes?: readonly string[];
  readonly codePostal?: string;
  readonly ville?: string;
  readonly pays?: string;
}

/** Source, sender or receiver: somebody of the trace's own lists, or somebody told by an identifier alone. */
export type Acteur = CiteActor | NamedActor;

interface CiteActor {
  /** `cle` of a professional, a service or an entity. */
  readonly cle: string;
}

interface NamedActor {
  readonly identifiant: Identifiant;
  readonly nom?: string;
}

/** Matricule INS of a patient. */
export interface Ins {
  /** 15 characters: 13 and their key. */
  readonly matricule: string;
  /** Of whom the number is; the last two are the test and demonstration authorities. Default `NIR`. */
  readonly type?: 'NIR' | 'NIA' | 'NIR-TEST' | 'NIR-DEMO';
}

/** Patient (dmi-patient). `ins` or `ipp` at least. */
export interface Patient {
  readonly ins?: Ins;
  /** identifiantLocal; its `systeme` is needed (fr-core-patient, slice PI). */
  readonly ipp?: Identifiant;
  /** Family name of birth, given together with `prenom`. */
  readonly nom?: string;
  /** First given name of birth. */
  readonly prenom?: string;
  /** All given names of the birth certificate: `CLAIRE MARIE LOUISE`. */
  readonly prenoms?: string;
  readonly nomUtilise?: string;
  readonly prenomUtilise?: string;
  /** Day. */
  readonly naissance?: string;
  /** `I`: undetermined. */
  readonly sexe?: 'F' | 'M' | 'I';
  /** Code of the official geographic code (COG) of the commune or country of birth. */
  readonly codeLieuNaissance?: string;
  /** Its name. */
  readonly lieuNaissance?: string;
  readonly adresses?: readonly Adresse[];
  /** Where none is known, data-absent-reason is sent: the profile wants one. */
  readonly telecoms?: readonly Telecom[];
  readonly metadonnee?: Metadonnee;
}

/** Professionnel (dmi-practitioner). One of `idNatPs`, `rpps`, `adeli`, `identifiant` at least. */
export interface Professionnel {
  readonly cle: string;
  /** PS_IdNat with the digit of its kind: `810009990017`. Default: from `rpps` or `adeli`. */
  readonly idNatPs?: string;
  /** 11 digits. */
  readonly rpps?: string;
  /** 9 characters. */
  readonly adeli?: string;
  /** Known by the hospital alone. */
  readonly identifiant?: Identifiant;
  readonly nom?: string;
  readonly prenom?: string;
  readonly adresses?: readonly Adresse[];
  /** One: dmi-practitioner takes no more. Where none is known, data-absent-reason is sent. */
  readonly telecom?: Telecom;
  readonly metadonnee?: Metadonnee;
}

/** OrganisationInterne (dmi-organization-interne). `identifiant` or `nom` at least (R4, org-1). */
export interface Service {
  readonly cle: string;
  /** identifiantOI; its `systeme` is needed (fr-core-organization). */
  readonly identifiant?: Identifiant;
  readonly nom?: string;
  /** Code of TRE_R207: 1 pôle, 2 structure interne ou service, 3 unité fonctionnelle, 4 unité élémentaire. Default 2. */
  readonly type?: '1' | '2' | '3' | '4';
  /** Code of TRE_R244-CategorieOrganisation. */
  readonly categorie?: string;
  /** Where it is, each by an identifier, a name or both. */
  readonly lieux?: readonly Lieu[];
  /** `cle` of the legal entity that it belongs to. */
  readonly entite?: string;
  readonly metadonnee?: Metadonnee;
}

/** Lieu of an OrganisationInterne. */
export interface Lieu {
  readonly identifiant?: Identifiant;
  readonly nom?: string;
}

/** EntiteJuridique (dmi-organization-ej). */
export interface Entite {
  readonly cle: string;
  /** Struct_IdNat with the digit of its kind. Default: `1` and FINESS, else `2` and SIREN. */
  readonly idNatSt?: string;
  /** 9 digits. */
  readonly siren: string;
  /** 9 characters. */
  readonly finess?: string;
  readonly tva?: string;
  /** Single Registration Numbers of EUDAMED: `FR-MF-000012345`. */
  readonly srn?: readonly string[];
  /** raisonSociale. */
  readonly nom: string;
  /** raisonSocialeLongue. */
  readonly nomLong?: string;
  readonly adresse?: Adresse;
  readonly telecoms?: readonly Telecom[];
  readonly identifiantsFabricant?: readonly Identifiant[];
  readonly identifiantsDistributeur?: readonly Identifiant[];
  readonly metadonnee?: Metadonnee;
}
