import { describe, expect, it } from 'vitest';
import { completedByUdi, contradictedByUdi, isGtin, readUdi } from '../../../../src/formats/fhir/dmi/udi.ts';
import { bundleOf, fullBundle, minimalBundle, resourcesOf, told, valueAt } from './kit.ts';
import { minimalTrace } from '../../../../samples/fhir/dmi/traces.ts';

const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition';
const bundle = fullBundle('15');

it.each([
  ['IUD-ID', 'udiCarrier[0].deviceIdentifier', '03701234567891'],
  ['émetteur', 'udiCarrier[0].issuer', 'http://hl7.org/fhir/NamingSystem/gs1-di'],
  ['juridiction', 'udiCarrier[0].jurisdiction', 'http://hl7.org/fhir/NamingSystem/eu-ec-udi'],
  ['HRF', 'udiCarrier[0].carrierHRF', '(01)03701234567891(11)260115(17)281231(10)LOT42(21)S7'],
  ['AIDC', 'udiCarrier[0].carrierAIDC', 'MDEwMzcwMTIzNDU2Nzg5MQ=='],
  ['source', 'udiCarrier[0].entryType', 'barcode'],
  ['IUD-IPNumLot', 'lotNumber', 'LOT42'],
  ['IUD-IPNumSerie', 'serialNumber', 'S7'],
  ['IUD-IPDateFabrication', 'manufactureDate', '2026-01-15'],
  ['IUD-IPDateExpiration', 'expirationDate', '2028-12-31'],
  ['IUD-IPIdLogiciel', 'extension[0].valueString', 'V2.1'],
  ['marquageCE (organisme)', 'extension[1].extension[0].valueReference.reference', 'Organization CHU X'],
  ['marquageCE (libellé)', 'extension[1].extension[1].valueString', 'CE 0459'],
  ['codeEMDN', 'extension[2].valueCode', 'P0704020101'],
  ['fabricant', 'extension[3].valueReference.reference', 'Organization Cardiomer'],
  ['fabricant (nom)', 'manufacturer', 'Cardiomer'],
  ['identifiantLocalDM', 'identifier[0].value', 'DM-1'],
  ['referenceFabricant', 'partNumber', 'CM-STENT-35'],
  ['modele', 'modelNumber', 'Armor 3.5'],
  ['modèle', 'definition.reference', 'DeviceDefinition Stent Armor'],
  ['metadonnee', 'meta.lastUpdated', '2026-02-20T12:00:00+01:00'],
])('Device: %s → %s', (_, path, value) => {
  expect(told(bundle, resourcesOf(bundle, 'Device')[0], path)).toBe(value);
});

it.each([
  ['classeRisque', 'extension[0].valueCode', 'III'],
  ['referenceDistributeur', 'extension[1].valueIdentifier.value', 'DIST-77'],
  ['codeLPP', 'extension[2].valueCode', '3183867'],
  ['codeLPP (extension)', 'extension[2].url', `${TDMI}/dmi-code-lpp`],
  ['distributeur', 'extension[3].valueString', 'Ouest Médical'],
  ['fabricant', 'manufacturerReference.reference', 'Organization Cardiomer'],
  ['nomCommercial', 'deviceName[0].name', 'Stent Armor'],
  ['modele', 'modelNumber', 'Armor 3.5'],
  ['irmCompatible', 'safety[0].coding[0].code', 'C106046'],
  ['contientLatex', 'safety[1].coding[0].code', 'C106038'],
  ['CMR1A1B', 'safety[2].text', 'Contient une substance CMR 1A ou 1B'],
  ['usageUnique', 'property[0].valueCode[0].coding[0].code', 'Y'],
  ['usageUnique (type)', 'property[0].type.coding[0].code', 'UsageUnique'],
  ['nbReutilisation', 'property[1].valueQuantity[0].value', 0],
  ['emballageSterile', 'property[2].valueCode[0].coding[0].code', 'Y'],
  ['sterilisationAvantUtilisation', 'property[3].valueCode[0].coding[0].code', 'N'],
  ['implantable', 'property[4].type.coding[0].code', 'Implantable'],
  ['actif', 'property[5].valueCode[0].coding[0].code', 'N'],
  ['volume', 'physicalCharacteristics.nominalVolume.value', 0.4],
  ['longueur', 'physicalCharacteristics.height.value', 18],
  ['calibre', 'physicalCharacteristics.extension[0].valueQuantity.value', 3.5],
  ['diametre', 'physicalCharacteristics.externalDiameter.value', 3.9],
  ['poids', 'physicalCharacteristics.weight.unit', 'g'],
])('DeviceDefinition: %s → %s', (_, path, value) => {
  expect(told(bundle, resourcesOf(bundle, 'DeviceDefinition')[0], path)).toBe(value);
});

it('nothing said of the model: no DeviceDefinition', () => {
  expect(resourcesOf(minimalBundle('15'), 'DeviceDefinition')).toEqual([]);
});

it('an empty object says nothing either', () => {
  const json = minimalTrace('15');
  const made = bundleOf({ ...json, dispositifs: [{ cle: 'dm', lot: 'L', dimensions: {}, fabricant: {} }] });
  expect(resourcesOf(made, 'DeviceDefinition')).toEqual([]);
  expect(valueAt(resourcesOf(made, 'Device')[0], 'extension')).toBeUndefined();
});

describe('UDI of GS1', () => {
  it.each([
    ['(01)03701234567891(17)281200(10)A', { id: '03701234567891', peremption: '2028-12', lot: 'A' }],
    ['(01)03701234567891(17)281331(21)B', { id: '03701234567891', serie: 'B' }],
    ['(01)03701234567891(11)260230(240)X', { id: '03701234567891' }],
    ['(10)LOT', {}],
    [' (01) 03701234567891 (10) LOT ', { id: '03701234567891', lot: 'LOT' }],
    ['(17)281231(01)03701234567891(10)LOT', { peremption: '2028-12-31', id: '03701234567891', lot: 'LOT' }],
    ['(01)03701234567891(11)991231', { id: '03701234567891', fabrication: '1999-12-31' }],
    ['(01)03701234567891(11)771231', { id: '03701234567891', fabrication: '1977-12-31' }],
    ['(01)03701234567891(17)761231', { id: '03701234567891', peremption: '2076-12-31' }],
    // Parentheses of a lot were taken for the beginning of the next value: AB was another lot.
    ['(01)03701234567891(10)AB(1)2(17)281231', {}],
    ['(01)03701234567891(10)AB(12)C(17)281231', {}],
    ['(01)03701234567891(10)LOT(', {}],
    ['(01)03701234567891(10)L1(10)L2', {}],
    ['+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ', {}],
    ['(01)'.repeat(10_000), {}],
  ])('%s', (hrf, parts) => {
    expect(readUdi(hrf, 2026)).toEqual(parts);
  });

  it('what is given is not overwritten', () => {
    const device = { cle: 'd', lot: 'lot', iud: { hrf: '(01)03701234567891(10)other(21)S' } };
    expect(completedByUdi(device, 2026)).toMatchObject({
      lot: 'lot',
      serie: 'S',
      iud: { id: '03701234567891' },
    });
    expect(contradictedByUdi(device, 2026)).toEqual(['lot']);
  });

  it('a month does not contradict a day of it', () => {
    const device = { cle: 'd', peremption: '2028-12', iud: { hrf: '(01)03701234567891(17)281231' } };
    expect(contradictedByUdi(device, 2026)).toEqual([]);
  });

  it.each([
    [1999, '(11)000131', '2000-01-31'],
    [2049, '(11)990131', '2099-01-31'],
    [2099, '(11)490131', '2149-01-31'],
  ])('in %i, %s', (year, element, day) => {
    const { fabrication } = readUdi(`(01)03701234567891${element}`, year);
    expect(fabrication).toBe(day);
  });

  it.each([
    [{ lot: 'LOT4' }, 'lot'],
    [{ lot: 'LOT423' }, 'lot'],
    [{ lot: 'lot42' }, 'lot'],
    [{ serie: 'S' }, 'serie'],
    [{ serie: 'S77' }, 'serie'],
  ])('%j is another one than that of the UDI, though it begins alike', (given, member) => {
    const device = { cle: 'd', ...given, iud: { hrf: '(01)03701234567891(10)LOT42(21)S7' } };
    expect(contradictedByUdi(device, 2026)).toEqual([member]);
  });

  it.each([
    ['03701234567891', true],
    ['03701234567892', false],
    ['0370123456789', false],
    ['00614141999996', true],
  ])('GTIN %s: %s', (text, isRight) => {
    expect(isGtin(text)).toBe(isRight);
  });
});
