/** An HL7 instance identifier (II): an OID or UUID, alone or with an extension. */
export interface InstanceIdentifier {
  readonly root: string;
  readonly extension: string | undefined;
  readonly assigningAuthorityName?: string | undefined;
}

/** A coded value (CE). `system` is an OID. */
export interface Code {
  readonly code: string;
  readonly system: string | undefined;
  readonly display: string | undefined;
  readonly systemName?: string | undefined;
}

/**
 * A name part with its qualifier: BR birth, CL used ("call me"), SP spouse; undefined where none is given.
 */
export interface NamePart {
  readonly value: string;
  readonly qualifier: string | undefined;
}

/** The patient of a CDA header (recordTarget). */
export interface PatientHeader {
  /** recordTarget/patientRole/id, in the document's order (those with a root). */
  readonly identifiers: readonly InstanceIdentifier[];
  readonly families: readonly NamePart[];
  readonly givens: readonly NamePart[];
  /** HL7 time as written, digits only before any offset: `19790328`. */
  readonly birthTime: string | undefined;
  /** administrativeGenderCode: `M`, `F`, `UN`. */
  readonly gender: string | undefined;
  readonly birthplace: { readonly county: string | undefined; readonly city: string | undefined } | undefined;
}

/** A CDA organisation; one of the two is given at least. */
export interface Organization {
  readonly identifier: InstanceIdentifier | undefined;
  readonly name: string | undefined;
}

/** A CDA author: a person, or a device. */
export interface Author {
  readonly identifier: InstanceIdentifier | undefined;
  readonly family: string | undefined;
  readonly given: string | undefined;
  /** softwareName or manufacturerModelName where the author is a device. */
  readonly device: string | undefined;
  /** manufacturerModelName of a device. */
  readonly model: string | undefined;
  readonly code: Code | undefined;
  /** functionCode's label: what the author was to the patient. */
  readonly role: string | undefined;
  readonly organization: Organization | undefined;
}

/** Who takes responsibility for the document (legalAuthenticator). */
export interface Authenticator {
  readonly identifier: InstanceIdentifier | undefined;
  readonly family: string | undefined;
  readonly given: string | undefined;
  /** assignedEntity/code: profession and speciality. */
  readonly code?: Code | undefined;
}

/** documentationOf/serviceEvent. Times are HL7 times as written. */
export interface ServiceEvent {
  readonly code: Code | undefined;
  /** What other systems call it, or how and where it was done (modality, region): the code's `translation`s. */
  readonly translations: readonly Code[];
  readonly start: string | undefined;
  readonly end: string | undefined;
  /** standardIndustryClassCode of the performer's organisation. */
  readonly practiceSetting: Code | undefined;
}

/** componentOf/encompassingEncounter. Times are HL7 times as written. */
export interface Encounter {
  readonly identifier: InstanceIdentifier | undefined;
  readonly start: string | undefined;
  readonly end: string | undefined;
  /** location/healthCareFacility/code. */
  readonly facility: Code | undefined;
}

/** What the gateway needs of a CDA header ("Structuration minimale des documents de santé"). */
export interface CdaHeader {
  readonly id: InstanceIdentifier;
  readonly setId: InstanceIdentifier | undefined;
  readonly versionNumber: string | undefined;
  readonly code: Code;
  readonly title: string | undefined;
  /** HL7 time as written: `20240104160527+0100`. */
  readonly effectiveTime: string | undefined;
  /** Every confidentialityCode, each followed by its translations: the schema has one, and documents more. */
  readonly confidentiality: readonly Code[];
  /** languageCode: `fr-FR`. */
  readonly language: string | undefined;
  /** Roots of the document's own templateId elements, in order. */
  readonly templates: readonly string[];
  /** parentDocument/id of each relatedDocument of type RPLC. */
  readonly replaces: readonly InstanceIdentifier[];
  readonly patient: PatientHeader;
  readonly authors: readonly Author[];
  readonly custodian: Organization | undefined;
  readonly authenticator: Authenticator | undefined;
  /** Every serviceEvent, the main one first. */
  readonly services: readonly ServiceEvent[];
  readonly encounter: Encounter | undefined;
}
