import { describe, expect, it } from 'vitest';
import type { FluxNumber } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { insNumber } from '../../../../samples/kit/patients.ts';
import { contentOf, fullBundle, minimalBundle, mismatches, resourcesOf, told, valueAt } from './kit.ts';

const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition';
const DISC = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator';
const FR_TYPES = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';

it.each<readonly [FluxNumber, string, string | undefined, string | undefined]>([
  ['15', 'completed', undefined, undefined],
  ['30', 'completed', undefined, undefined],
  ['13a', 'not-done', 'Franchissement impossible', 'Refus du dispositif'],
  ['14', 'stopped', 'Franchissement impossible', 'Échec de pose'],
])('intervention (flux %s) is %s', (number, status, complication, bareFact) => {
  const bundle = fullBundle(number);
  expect(
    mismatches(bundle, contentOf(bundle), [
      ['idIntervention', 'identifier[0].value', 'INT-2026-51'],
      ['idIntervention (type)', 'identifier[0].type.coding[0].code', 'idIntervention'],
      ['idIntervention (système du type)', 'identifier[0].type.coding[0].system', DISC],
      ['numSejour', 'identifier[1].value', '260301234'],
      ['numSejour (type)', 'identifier[1].type.coding[0].code', 'numSejour'],
      ['typeIntervention', 'category.coding[0].code', 'DDAF006'],
      ['dateIntervention', 'performedDateTime', '2026-03-05T09:12:00+01:00'],
      ['emplacementDMI', 'bodySite[0].text', 'Artère coronaire'],
      ['emplacementDMI (code)', 'bodySite[0].coding[0].code', '41801008'],
      ['poseConforme', 'status', status],
      ['motifEchec', 'complication[0].text', complication],
      ['metadonnee', 'meta.tag[0].code', 'I-51'],
      ['Patient', 'subject.reference', 'Patient MORVAN'],
      ['Professionnel', 'performer[0].actor.reference', 'Practitioner KERVELLA'],
      ['OrganisationInterne', 'performer[0].onBehalfOf.reference', 'Organization Bloc opératoire'],
      ['DispositifMedical', 'focalDevice[0].manipulated.reference', 'Device LOT42'],
    ]),
  ).toEqual([]);
  expect(valueAt(contentOf(minimalBundle(number)), 'complication[0].text')).toBe(bareFact);
  const [device] = resourcesOf(bundle, 'Device');
  expect(told(bundle, device, 'patient.reference')).toBe(number === '15' ? 'Patient MORVAN' : undefined);
});

it('facture (flux 18) has its invoice and lines', () => {
  const bundle = fullBundle('18');
  const items = resourcesOf(bundle, 'ChargeItem');
  expect(
    mismatches(bundle, contentOf(bundle), [
      ['refFacture', 'identifier[0].value', 'FA-2026-100'],
      ['refFacture (type)', 'identifier[0].type.coding[0].code', 'refFacture'],
      ['refCommande', 'identifier[1].value', 'CMD-9'],
      ['refCommande (type)', 'identifier[1].type.coding[0].code', 'refCommande'],
      ['facture', 'extension[0].valueBase64Binary', 'JVBERi0xLjQK'],
      ['facture (extension)', 'extension[0].url', `${TDMI}/dmi-facture`],
      ['typeFacture', 'type.text', 'Facture de dépôt-vente'],
      ['dateEmission', 'date', '2026-03-10'],
      ['instructionPaiement', 'paymentTerms', '30 jours fin de mois'],
      ['montantTotal', 'totalNet.value', 1234.5],
      ['devise', 'totalNet.currency', 'EUR'],
      ['statut', 'status', 'issued'],
      ['metadonnee', 'meta.tag[0].code', 'FA-100'],
      ['ligne 1', 'lineItem[0].sequence', 1],
      ['ligne 3', 'lineItem[2]', undefined],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, items[0], [
      ['dateAchat', 'occurrenceDateTime', '2026-03-05'],
      ['DispositifMedical', 'productReference.reference', 'Device LOT42'],
      ['Patient', 'subject.reference', 'Patient MORVAN'],
      ['metadonnee', 'meta.tag[0].code', 'FA-100-1'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, items[1], [['DispositifMedical', 'productReference.reference', 'Device LOT43']]),
  ).toEqual([]);
  const [item] = resourcesOf(minimalBundle('18'), 'ChargeItem');
  expect(valueAt(item, 'subject.extension[0].valueCode')).toBe('unknown');
});

describe('parties', () => {
  const bundle = fullBundle('15');
  const minimal = minimalBundle('15');

  it('patient', () => {
    const [patient] = resourcesOf(bundle, 'Patient');
    expect(
      mismatches(bundle, patient, [
        ['matriculeINS', 'identifier[0].value', insNumber('2850629019042')],
        ['matriculeINS (autorité)', 'identifier[0].system', 'urn:oid:1.2.250.1.213.1.4.10'],
        ['matriculeINS (type)', 'identifier[0].type.coding[0].code', 'INS-NIR-TEST'],
        ['matriculeINS (système du type)', 'identifier[0].type.coding[0].system', FR_TYPES],
        ['identifiantLocal', 'identifier[1].value', '8000123'],
        ['identifiantLocal (usage)', 'identifier[1].use', 'usual'],
        ['identifiantLocal (type)', 'identifier[1].type.coding[0].code', 'PI'],
        ['nomFamille', 'name[0].family', 'MORVAN'],
        ['nomFamille (usage)', 'name[0].use', 'official'],
        ['premierPrenomActeNaissance', 'name[0].given', ['CLAIRE']],
        ['prenomActeNaissance', 'name[0].extension[0].valueString', 'CLAIRE MARIE LOUISE'],
        ['nomUtilise', 'name[1].family', 'LE GOFF'],
        ['prenomUtilise', 'name[1].given', ['CLAIRE']],
        ['sexe', 'gender', 'female'],
        ['dateNaissance', 'birthDate', '1985-06-14'],
        ['lieuNaissance', 'extension[0].valueAddress.city', 'BREST'],
        ['lieuNaissance (COG)', 'extension[0].valueAddress.extension[0].valueCoding.code', '29019'],
        ['adresse', 'address[0].line', ['12 quai des Embruns']],
        ['telecom', 'telecom[0].system', 'phone'],
        [
          'metadonnee (création)',
          'meta.extension[0].url',
          'http://hl7.org/fhir/StructureDefinition/firstCreated',
        ],
        ['metadonnee (identifiant)', 'meta.tag[0].code', 'PAT-8000123'],
      ]),
    ).toEqual([]);
    const [unreachable] = resourcesOf(minimal, 'Patient');
    expect(unreachable?.['telecom']).toEqual([
      {
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
        ],
      },
    ]);
  });

  it('professionnel', () => {
    const [practitioner] = resourcesOf(bundle, 'Practitioner');
    expect(
      mismatches(bundle, practitioner, [
        ['idNat_PS', 'identifier[0].value', '810009990017'],
        ['idNat_PS (autorité)', 'identifier[0].system', 'urn:oid:1.2.250.1.71.4.2.1'],
        ['idNat_PS (type)', 'identifier[0].type.coding[0].code', 'IDNPS'],
        ['idPP', 'identifier[1].value', '10009990017'],
        ['idPP (autorité)', 'identifier[1].system', 'https://rpps.esante.gouv.fr'],
        ['identifiant local', 'identifier[2].value', 'M-77'],
        ['prenom', 'name[0].given', ['Yann']],
        ['telecom', 'telecom[0].value', 'yann.kervella@chu-x.example'],
        ['un seul telecom', 'telecom[1]', undefined],
      ]),
    ).toEqual([]);
    const [unreachable] = resourcesOf(minimal, 'Practitioner');
    expect(valueAt(unreachable, 'telecom[0].extension[0].valueCode')).toBe('unknown');
  });

  it('organisations', () => {
    const [hospital, manufacturer, theatre] = resourcesOf(bundle, 'Organization');
    expect(
      mismatches(bundle, hospital, [
        ['idNat_Struct', 'identifier[0].value', '1290000017'],
        ['idNat_Struct (autorité)', 'identifier[0].system', 'urn:oid:1.2.250.1.71.4.2.2'],
        ['numSiren', 'identifier[1].value', '262900001'],
        ['numSiren (type)', 'identifier[1].type.coding[0].code', 'SIREN'],
        ['numFINESS', 'identifier[2].value', '290000017'],
        ['numFINESS (type)', 'identifier[2].type.coding[0].code', 'FINEJ'],
        ['numeroTVAIntracommunautaire', 'identifier[3].value', 'FR12262900001'],
        ['raisonSociale', 'name', 'CHU X'],
        ['raisonSocialeLongue', 'alias', ['Centre hospitalier universitaire de X']],
        ['adresseEJ', 'address[0].city', 'QUIMPER'],
        ['telecommunication', 'telecom[0].value', '+33 2 98 00 00 00'],
      ]),
    ).toEqual([]);
    expect(
      mismatches(bundle, manufacturer, [
        ['idNat_Struct (SIREN)', 'identifier[0].value', '2390000002'],
        ['numeroSRN', 'identifier[2].value', 'FR-MF-000012345'],
        ['numeroSRN (type)', 'identifier[2].type.coding[0].code', 'numeroSRN'],
        ['identifiantLocalDistributeur', 'extension[0].valueIdentifier.value', 'D-31'],
        ['identifiantLocalFabricant', 'extension[1].valueIdentifier.value', 'F-31'],
      ]),
    ).toEqual([]);
    expect(
      mismatches(bundle, theatre, [
        ['identifiantOI', 'identifier[0].value', 'UF-4210'],
        ['typeOI', 'type[0].coding[0].code', '3'],
        ['typeOI (libellé)', 'type[0].coding[0].display', 'Unité fonctionnelle'],
        ['categorieOrganisation', 'type[1].coding[0].code', '61'],
        ['lieu', 'extension[0].valueReference.identifier.value', 'SALLE-2'],
        ['lieu 2', 'extension[1].valueReference.display', 'Arsenal'],
        ['rattachement', 'partOf.reference', 'Organization CHU X'],
      ]),
    ).toEqual([]);
    const [service] = resourcesOf(minimal, 'Organization');
    expect(valueAt(service, 'type[0].coding[0].code')).toBe('2');
  });
});
