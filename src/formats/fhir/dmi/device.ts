import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES } from './canonicals.ts';
import { definitionOf } from './device-definition.ts';
import type { Dispositif, Iud, MarquageCe } from './device-types.ts';
import { type Draft, referenceTo, urlOfPatientWith } from './draft.ts';
import { compact, creation, type Element, type Entry, extension, identifierOf, metaOf } from './elements.ts';

/** A Device, and the DeviceDefinition of its model where something is said of it. */
export function deviceEntries(device: Dispositif, draft: Draft): readonly Entry[] {
  const definition = definitionOf(device, draft);
  const definitionUrl = draft.newUrl();
  const url = draft.urlOf(device.cle);
  if (definition === undefined) return [creation(url, buildDevice(device, draft))];
  return [
    creation(definitionUrl, definition),
    creation(url, buildDevice(device, draft, { reference: definitionUrl })),
  ];
}

/** The Device (dmi-device); `definition` refers to its model. */
export function buildDevice(device: Dispositif, draft: Draft, definition?: Element): FhirResource {
  const { logiciel, emdn, marquageCE, fabricant, identifiants = [] } = device;
  const patient = urlOfPatientWith(draft, device.cle);
  return compact({
    resourceType: 'Device',
    meta: metaOf(PROFILES.device, device.metadonnee),
    extension: [
      ...(logiciel === undefined ? [] : [extension(EXTENSIONS.softwareId, { valueString: logiciel })]),
      ...(marquageCE === undefined ? [] : [ceMarking(marquageCE, draft)]),
      ...(emdn === undefined ? [] : [extension(EXTENSIONS.emdn, { valueCode: emdn })]),
      ...(fabricant?.entite === undefined
        ? []
        : [extension(EXTENSIONS.manufacturer, { valueReference: referenceTo(draft, fabricant.entite) })]),
    ],
    identifier: identifiants.map(each => identifierOf(each)),
    definition,
    udiCarrier: device.iud === undefined ? [] : [udiCarrier(device.iud)],
    manufacturer: fabricant?.nom ?? draft.entity(fabricant?.entite)?.nom,
    manufactureDate: device.fabrication,
    expirationDate: device.peremption,
    lotNumber: device.lot,
    serialNumber: device.serie,
    modelNumber: device.modele,
    partNumber: device.reference,
    patient: patient === undefined ? undefined : { reference: patient },
  });
}

function ceMarking({ libelle, organisme }: MarquageCe, draft: Draft): Element {
  return {
    url: EXTENSIONS.ceMarking,
    extension: [
      ...(organisme === undefined
        ? []
        : [extension('organismeNotifie', { valueReference: referenceTo(draft, organisme) })]),
      extension('libelleAutorisation', { valueString: libelle }),
    ],
  };
}

/** Addresses of the issuing entities, as R4 writes them (Device.udiCarrier.issuer). */
const ISSUERS: Readonly<Record<NonNullable<Iud['emetteur']>, string>> = {
  GS1: 'http://hl7.org/fhir/NamingSystem/gs1-di',
  HIBCC: 'http://hl7.org/fhir/NamingSystem/hibcc-dI',
  'ICCBBA-sang': 'http://hl7.org/fhir/NamingSystem/iccbba-blood-di',
  ICCBBA: 'http://hl7.org/fhir/NamingSystem/iccbba-other-di',
};

const JURISDICTION = 'http://hl7.org/fhir/NamingSystem/eu-ec-udi';

const ENTRY_TYPES: Readonly<Record<NonNullable<Iud['saisie']>, string>> = {
  'code-barres': 'barcode',
  rfid: 'rfid',
  manuelle: 'manual',
  carte: 'card',
  declaree: 'self-reported',
  inconnue: 'unknown',
};

/** The issuer of a UDI-DI: 14 digits are a GTIN. */
export function issuerOf({ id, emetteur }: Iud): string | undefined {
  if (emetteur !== undefined) return ISSUERS[emetteur];
  return id !== undefined && /^\d{14}$/.test(id) ? ISSUERS.GS1 : undefined;
}

function udiCarrier(iud: Iud): Element {
  return compact({
    deviceIdentifier: iud.id,
    issuer: issuerOf(iud),
    jurisdiction: JURISDICTION,
    carrierAIDC: iud.aidc,
    carrierHRF: iud.hrf,
    entryType: iud.saisie === undefined ? undefined : ENTRY_TYPES[iud.saisie],
  });
}
