const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/';

/** Profiles of ans.fhir.fr.tdmi 3.0.0 and ans.fhir.fr.tde 2.0.0; `enteterReception` is spelled as its canonical. */
export const PROFILES = {
  bundleTransmission: `${TDMI}dmi-bundle-transmission-traces`,
  bundleRequest: `${TDMI}dmi-bundle-request`,
  bundleDelivery: `${TDMI}dmi-bundledelivery`,
  auditEvent: 'https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent',
  patient: `${TDMI}dmi-patient`,
  practitioner: `${TDMI}dmi-practitioner`,
  organizationEj: `${TDMI}dmi-organization-ej`,
  organizationInterne: `${TDMI}dmi-organization-interne`,
  device: `${TDMI}dmi-device`,
  deviceDefinition: `${TDMI}dmi-devicedefinition`,
  deviceRequest: `${TDMI}dmi-devicerequest`,
  enteteDemande: `${TDMI}dmi-supplyrequest-entete-demande`,
  enteteReponse: `${TDMI}dmi-supplyrequest-entetereponse`,
  enteteCommande: `${TDMI}dmi-supplyrequest-entete-commande`,
  enteteLivraison: `${TDMI}dmi-supplydelivery-entete-livraison`,
  enteteDelivrance: `${TDMI}dmi-supplydelivery-entete-delivrance`,
  enteterReception: `${TDMI}dmi-supplydelivery-enteter-reception`,
  ligne: `${TDMI}dmi-supplydelivery-ligne`,
  receptionUnitaire: `${TDMI}dmi-supplydelivery-reception-unitaire`,
  transport: `${TDMI}dmi-supplydelivery-transport`,
  procedure: `${TDMI}dmi-procedure`,
  invoice: `${TDMI}dmi-invoice`,
} as const;

/** Extensions of the same guide. */
export const EXTENSIONS = {
  serviceReference: `${TDMI}dmi-reference-organisation-interne`,
  transport: `${TDMI}dmi-transport`,
  facture: `${TDMI}dmi-facture`,
  softwareId: `${TDMI}dmi-ip-id-logiciel`,
  ceMarking: `${TDMI}dmi-marquage-ce`,
  emdn: `${TDMI}dmi-code-emdn`,
  lpp: `${TDMI}dmi-code-lpp`,
  riskClass: `${TDMI}dmi-classe-risque`,
  manufacturer: `${TDMI}dmi-reference-fabricant`,
  distributorReference: `${TDMI}dmi-reference-distributeur`,
  distributorName: `${TDMI}dmi-nom-distributeur`,
  internalDiameter: `${TDMI}dmi-internal-diameter`,
  localDistributorId: `${TDMI}dmi-identifiant-local-distributeur`,
  localManufacturerId: `${TDMI}dmi-identifiant-local-fabricant`,
  location: `${TDMI}dmi-organization-location`,
  birthGivenNames: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name',
  inseeCode: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code',
  birthPlace: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  dataAbsent: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  firstCreated: 'http://hl7.org/fhir/StructureDefinition/firstCreated',
} as const;

/** Code systems. */
export const SYSTEMS = {
  eventType: 'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement',
  /** The address that the pattern of dmi-supplyrequest-entete-commande wants, which no code system has. */
  eventTypeOfOrders:
    'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement/TRE_R254-TypeEvenement-FHIR',
  serviceType:
    'https://mos.esante.gouv.fr/NOS/TRE_R207-TypeOrganisationInterne/FHIR/TRE-R207-TypeOrganisationInterne',
  serviceCategory:
    'https://mos.esante.gouv.fr/NOS/TRE_R244-CategorieOrganisation/FHIR/TRE-R244-CategorieOrganisation',
  commune: 'https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM',
  discriminator: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
  frenchIdentifierType: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  yesNo: 'http://terminology.hl7.org/CodeSystem/v2-0136',
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  nciThesaurus: 'urn:oid:2.16.840.1.113883.3.26.1.1',
  ucum: 'http://unitsofmeasure.org',
} as const;
