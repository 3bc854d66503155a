import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES, SYSTEMS } from './canonicals.ts';
import type { Dimensions, Dispositif, Mesure } from './device-types.ts';
import { type Draft, referenceTo } from './draft.ts';
import { compact, discriminator, type Element, extension, identifierOf, metaOf } from './elements.ts';

/**
 * The DeviceDefinition (dmi-devicedefinition) of a device's model; undefined where nothing is said of the model. The
 * EMDN code is said by the Device: the extension's context is that, although both profiles name it.
 */
export function definitionOf(device: Dispositif, draft: Draft): FhirResource | undefined {
  const { fabricant, nom, modele, dimensions } = device;
  const said = compact({
    extension: extensionsOf(device, draft),
    manufacturerReference: fabricant?.entite === undefined ? undefined : referenceTo(draft, fabricant.entite),
    deviceName: nom === undefined ? [] : [{ name: nom, type: 'user-friendly-name' }],
    safety: safetyOf(device),
    physicalCharacteristics: dimensions === undefined ? undefined : characteristicsOf(dimensions),
    property: propertiesOf(device),
  });
  if (Object.keys(said).length === 0) return undefined;
  return {
    resourceType: 'DeviceDefinition',
    meta: metaOf(PROFILES.deviceDefinition),
    ...said,
    ...(modele !== undefined && { modelNumber: modele }),
  };
}

function extensionsOf(device: Dispositif, draft: Draft): readonly Element[] {
  const { classeRisque, referenceDistributeur, lpp, distributeur } = device;
  const distributor = distributeur?.nom ?? draft.entity(distributeur?.entite)?.nom;
  return [
    ...(classeRisque === undefined ? [] : [extension(EXTENSIONS.riskClass, { valueCode: classeRisque })]),
    ...(referenceDistributeur === undefined
      ? []
      : [
          extension(EXTENSIONS.distributorReference, {
            valueIdentifier: identifierOf(referenceDistributeur),
          }),
        ]),
    ...(lpp === undefined ? [] : [extension(EXTENSIONS.lpp, { valueCode: lpp })]),
    ...(distributor === undefined
      ? []
      : [extension(EXTENSIONS.distributorName, { valueString: distributor })]),
  ];
}

/** Codes of the NCI Thesaurus in http://hl7.org/fhir/ValueSet/device-safety (R4). */
const MRI: Readonly<Record<NonNullable<Dispositif['irm']>, string>> = {
  'MR Safe': 'C106045',
  'MR Conditional': 'C106046',
  'MR Unsafe': 'C106047',
};

function safetyOf({ latex, cmr, irm }: Dispositif): readonly Element[] {
  return [
    ...(irm === undefined ? [] : [thesaurus(MRI[irm], irm)]),
    ...(latex === undefined
      ? []
      : [thesaurus(latex ? 'C101673' : 'C106038', latex ? 'Contient du latex' : 'Sans latex')]),
    ...(cmr === undefined ? [] : [{ text: `${cmr ? 'Contient une' : 'Sans'} substance CMR 1A ou 1B` }]),
  ];
}

function thesaurus(code: string, text: string): Element {
  return { coding: [{ system: SYSTEMS.nciThesaurus, code }], text };
}

function propertiesOf(device: Dispositif): readonly Element[] {
  const { nbReutilisation } = device;
  return [
    ...indicator('UsageUnique', device.usageUnique),
    ...(nbReutilisation === undefined
      ? []
      : [{ type: discriminator('NbReutilisation'), valueQuantity: [{ value: nbReutilisation }] }]),
    ...indicator('EmballageSterile', device.emballageSterile),
    ...indicator('SterilisationAvantUtilisation', device.sterilisationAvantUtilisation),
    ...indicator('Implantable', device.implantable),
    ...indicator('Actif', device.actif),
  ];
}

/** R4 has no boolean there: Y or N of HL7 table 0136. */
function indicator(code: string, value: boolean | undefined): readonly Element[] {
  if (value === undefined) return [];
  const coding = [{ system: SYSTEMS.yesNo, code: value ? 'Y' : 'N', display: value ? 'Yes' : 'No' }];
  return [{ type: discriminator(code), valueCode: [{ coding }] }];
}

function characteristicsOf({ volume, longueur, calibre, diametre, poids }: Dimensions): Element | undefined {
  const said = compact({
    extension:
      calibre === undefined
        ? []
        : [extension(EXTENSIONS.internalDiameter, { valueQuantity: quantity(calibre) })],
    height: longueur && quantity(longueur),
    weight: poids && quantity(poids),
    nominalVolume: volume && quantity(volume),
    externalDiameter: diametre && quantity(diametre),
  });
  return Object.keys(said).length === 0 ? undefined : said;
}

function quantity({ valeur, unite }: Mesure): Element {
  return { value: valeur, unit: unite, system: SYSTEMS.ucum, code: unite };
}
