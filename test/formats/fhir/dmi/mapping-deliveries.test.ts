import { expect, it } from 'vitest';
import { contentOf, fullBundle, minimalBundle, mismatches, paragraphs, partsOf, valueAt } from './kit.ts';

const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition';
/** Reference to the service of a delivery. */
const WHERE = 'extension[0].valueReference.reference';

it.each([
  ['5', 'completed'],
  ['5a', 'abandoned'],
] as const)('livraison (flux %s) has its header and lines, %s', (number, status) => {
  const bundle = fullBundle(number);
  const [header, first, second] = partsOf(bundle);
  expect(
    mismatches(bundle, header, [
      ['référence', 'identifier[0].value', 'BL-77'],
      ['referenceCommande', 'basedOn[0].identifier.value', 'CMD-9'],
      ['referenceCommande (de)', 'basedOn[0].identifier.system', 'urn:oid:1.2.250.1.999.2.3'],
      ['quantiteTotale', 'suppliedItem.quantity.value', 2],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['dateLivraison', 'occurrenceDateTime', '2026-03-03T07:45:00+01:00'],
      ['livraisonConforme', 'status', status],
      ['motifRejet', 'text.div', paragraphs('Emballage ouvert')],
      ['metadonnee', 'meta.tag[0].code', 'L-77'],
      ['Professionnel', 'receiver[0].reference', 'Practitioner KERVELLA'],
      ['OrganisationInterne', WHERE, 'Organization Pharmacie à usage intérieur'],
      ['OrganisationInterne (extension)', 'extension[0].url', `${TDMI}/dmi-reference-organisation-interne`],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, first, [
      ['référence', 'identifier[0].value', 'BL-77-A'],
      ['ReferenceCommandeAssociee', 'basedOn[0].identifier.value', 'CMD-9-1'],
      ['ReferenceEnteteLivraison', 'partOf[0].reference', 'SupplyDelivery BL-77'],
      ['dateLivraison', 'occurrenceDateTime', '2026-03-03T07:46:00+01:00'],
      ['livraisonConforme', 'status', status],
      ['motifRejet', 'text.div', paragraphs('Étiquette illisible')],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['quantité', 'suppliedItem.quantity.value', 1],
      ['metadonnee', 'meta.tag[0].code', 'L-77-A'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, second, [
      ['référence', 'identifier[0].value', 'BL-77-2'],
      ['ReferenceCommandeAssociee', 'basedOn[0].identifier.value', 'CMD-9'],
      ['ReferenceEnteteLivraison', 'partOf[0].reference', 'SupplyDelivery BL-77'],
      ['dateLivraison', 'occurrenceDateTime', '2026-03-03T07:45:00+01:00'],
      ['livraisonConforme', 'status', status],
      ['OrganisationInterne', WHERE, 'Organization Pharmacie à usage intérieur'],
      ['motifRejet', 'text', undefined],
    ]),
  ).toEqual([]);
});

it.each([
  ['5c', 'completed'],
  ['5d', 'completed'],
  ['5e', 'abandoned'],
] as const)('réception unitaire (flux %s), %s', (number, status) => {
  const bundle = fullBundle(number);
  expect(
    mismatches(bundle, contentOf(bundle), [
      ['référence', 'identifier[0].value', 'RU-5'],
      ['receptionConforme', 'status', status],
      ['motifRejet', 'text.div', paragraphs('Péremption trop proche')],
      ['date', 'occurrenceDateTime', '2026-03-03T08:00:00+01:00'],
      ['metadonnee', 'meta.tag[0].code', 'RU-5'],
      ['Professionnel', 'receiver[0].reference', 'Practitioner KERVELLA'],
      ['OrganisationInterne', WHERE, 'Organization Pharmacie à usage intérieur'],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['quantité', 'suppliedItem.quantity.value', 1],
    ]),
  ).toEqual([]);
  expect(valueAt(contentOf(minimalBundle(number)), 'occurrenceDateTime')).toBe('2026-03-05T10:00:00+01:00');
});

it.each(['6a', '7'] as const)('délivrance (flux %s) has its header and lines', number => {
  const bundle = fullBundle(number);
  const [header, first, second] = partsOf(bundle);
  expect(
    mismatches(bundle, header, [
      ['referenceDelivrance', 'identifier[0].value', 'DEL-3'],
      ['dateDelivrance', 'occurrenceDateTime', '2026-03-04'],
      ['quantiteDelivree', 'suppliedItem.quantity.value', 2],
      ['informationComplementaire', 'text.div', paragraphs('À conserver à plat')],
      ['metadonnee', 'meta.tag[0].code', 'D-3'],
      ['OrganisationInterne', WHERE, 'Organization Bloc opératoire'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, first, [
      ['référence', 'identifier[0].value', 'DEL-3-A'],
      ['ReferenceDemandeAssociee', 'basedOn[0].identifier.value', 'DEM-1'],
      ['ReferenceEnteteDelivrance', 'partOf[0].reference', 'SupplyDelivery DEL-3'],
      ['dateDelivrance', 'occurrenceDateTime', '2026-03-04T10:00:00+01:00'],
      ['informationComplementaire', 'text.div', paragraphs('Fragile')],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['metadonnee', 'meta.tag[0].code', 'D-3-A'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, second, [
      ['référence', 'identifier[0].value', 'DEL-3-2'],
      ['dateDelivrance', 'occurrenceDateTime', '2026-03-04'],
    ]),
  ).toEqual([]);
});

it('transport (flux 9)', () => {
  const bundle = fullBundle('9');
  const said = 'extension[1].extension';
  expect(
    mismatches(bundle, contentOf(bundle), [
      ['extension', 'extension[1].url', `${TDMI}/dmi-transport`],
      ['referenceTransport', `${said}[0].valueIdentifier.value`, 'TR-2'],
      ['referenceTransport (profil)', 'identifier[0].value', 'TR-2'],
      ['referenceDelivrance', `${said}[1].valueIdentifier.value`, 'DEL-3'],
      ['incidentTransport', `${said}[2].valueCode`, '1'],
      ['detailIncident', `${said}[3].valueString`, 'Choc sur le chariot'],
      ['informationComplementaire', `${said}[4].valueString`, 'Contenu vérifié'],
      ['metadonnee', `${said}[5].valueMeta.tag[0].code`, 'T-2'],
      ['metadonnee (mise à jour)', `${said}[5].valueMeta.lastUpdated`, '2026-03-04T10:31:00+01:00'],
      ['dateDelivrance', 'occurrenceDateTime', '2026-03-04T10:30:00+01:00'],
      ['quantiteTransportee', 'suppliedItem.quantity.value', 2],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['Professionnel', 'receiver[0].reference', 'Practitioner KERVELLA'],
      ['OrganisationInterne', WHERE, 'Organization Bloc opératoire'],
      ['statut', 'status', 'completed'],
    ]),
  ).toEqual([]);
});

it.each([
  ['11', 'completed'],
  ['12', 'completed'],
  ['28', 'abandoned'],
] as const)('réception par le service (flux %s) has its header and lines, %s', (number, status) => {
  const bundle = fullBundle(number);
  const [header, first, second] = partsOf(bundle);
  expect(
    mismatches(bundle, header, [
      ['referenceReception', 'identifier[0].value', 'RS-8'],
      ['referenceDelivrance', 'basedOn[0].identifier.value', 'DEL-3'],
      ['referenceDelivrance (sans type)', 'basedOn[0].type', undefined],
      ['quantiteReceptionnee', 'suppliedItem.quantity.value', 2],
      ['date', 'occurrenceDateTime', '2026-03-04T11:00:00+01:00'],
      ['statut', 'status', status],
      ['metadonnee', 'meta.tag[0].code', 'R-8'],
      ['OrganisationInterne', WHERE, 'Organization Bloc opératoire'],
      ['Professionnel', 'receiver[0].reference', 'Practitioner KERVELLA'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, first, [
      ['référence', 'identifier[0].value', 'RS-8-A'],
      ['ReferenceDemandeAssociee', 'basedOn[0].identifier.value', 'DEM-1'],
      ['ReferenceDemandeAssociee (type)', 'basedOn[0].type', 'SupplyRequest'],
      ['ReferenceEnteteReceptionDMI', 'partOf[0].reference', 'SupplyDelivery RS-8'],
      ['dateReceptionSU', 'occurrenceDateTime', '2026-03-04T11:01:00+01:00'],
      ['receptionConforme', 'status', status],
      ['motifRejet', 'text.div', paragraphs('Pas celui demandé')],
      ['DispositifMedical', 'suppliedItem.itemReference.reference', 'Device LOT42'],
      ['metadonnee', 'meta.tag[0].code', 'R-8-A'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, second, [['dateReceptionSU', 'occurrenceDateTime', '2026-03-04T11:02:00+01:00']]),
  ).toEqual([]);
});
