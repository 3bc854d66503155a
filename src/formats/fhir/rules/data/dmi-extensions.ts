import type { ProfileRules } from '../types.ts';

/**
 * Extensions (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0), by canonical URL.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_EXTENSIONS: Readonly<Record<string, ProfileRules>> = {
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-classe-risque': {
    id: 'dmi-classe-risque',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-classe-risque' },
      'value[x]': { types: [{ code: 'code' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-code-emdn': {
    id: 'dmi-code-emdn',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-code-emdn' },
      'value[x]': { types: [{ code: 'code' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-code-lpp': {
    id: 'dmi-code-lpp',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-code-lpp' },
      'value[x]': { types: [{ code: 'code' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-facture': {
    id: 'dmi-facture',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-facture' },
      'value[x]': { types: [{ code: 'base64Binary' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-distributeur': {
    id: 'dmi-identifiant-local-distributeur',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed:
          'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-distributeur',
      },
      'value[x]': { types: [{ code: 'Identifier' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-fabricant': {
    id: 'dmi-identifiant-local-fabricant',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed:
          'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-fabricant',
      },
      'value[x]': { types: [{ code: 'Identifier' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-internal-diameter': {
    id: 'dmi-internal-diameter',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-internal-diameter' },
      'value[x]': { types: [{ code: 'Quantity' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-ip-id-logiciel': {
    id: 'dmi-ip-id-logiciel',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-ip-id-logiciel' },
      'value[x]': { types: [{ code: 'string' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-marquage-ce': {
    id: 'dmi-marquage-ce',
    type: 'Extension',
    elements: {
      'extension:organismeNotifie': {},
      'extension:organismeNotifie.extension': { max: 0 },
      'extension:organismeNotifie.url': { fixed: 'organismeNotifie' },
      'extension:organismeNotifie.value[x]': { types: [{ code: 'Reference' }] },
      'extension:libelleAutorisation': {},
      'extension:libelleAutorisation.extension': { max: 0 },
      'extension:libelleAutorisation.url': { fixed: 'libelleAutorisation' },
      'extension:libelleAutorisation.value[x]': { min: 1, types: [{ code: 'string' }] },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-marquage-ce' },
      'value[x]': { max: 0 },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-nom-distributeur': {
    id: 'dmi-nom-distributeur',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-nom-distributeur' },
      'value[x]': { types: [{ code: 'string' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-location': {
    id: 'dmi-organization-location',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-location',
      },
      'value[x]': { types: [{ code: 'Reference', targets: ['Location'] }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-distributeur': {
    id: 'dmi-reference-distributeur',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-distributeur',
      },
      'value[x]': { types: [{ code: 'Identifier' }] },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-fabricant': {
    id: 'dmi-reference-fabricant',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-fabricant',
      },
      'value[x]': {
        types: [
          {
            code: 'Reference',
            targets: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization'],
          },
        ],
      },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-organisation-interne': {
    id: 'dmi-reference-organisation-interne',
    type: 'Extension',
    elements: {
      extension: { max: 0 },
      url: {
        fixed:
          'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-organisation-interne',
      },
      'value[x]': {
        min: 1,
        types: [
          {
            code: 'Reference',
            targets: [
              'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-interne',
            ],
          },
        ],
      },
    },
  },
  'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-transport': {
    id: 'dmi-transport',
    type: 'Extension',
    elements: {
      extension: { min: 3 },
      'extension:refTransport': { min: 1, max: 1 },
      'extension:refTransport.extension': { max: 0 },
      'extension:refTransport.url': { fixed: 'refTransport' },
      'extension:refTransport.value[x]': { types: [{ code: 'Identifier' }] },
      'extension:refDelivery': { min: 1, max: 1 },
      'extension:refDelivery.extension': { max: 0 },
      'extension:refDelivery.url': { fixed: 'refDelivery' },
      'extension:refDelivery.value[x]': { types: [{ code: 'Identifier' }] },
      'extension:incident': { max: 1 },
      'extension:incident.extension': { max: 0 },
      'extension:incident.url': { fixed: 'incident' },
      'extension:incident.value[x]': { types: [{ code: 'code' }] },
      'extension:detailIncident': { max: 1 },
      'extension:detailIncident.extension': { max: 0 },
      'extension:detailIncident.url': { fixed: 'detailIncident' },
      'extension:detailIncident.value[x]': { types: [{ code: 'string' }] },
      'extension:text': { max: 1 },
      'extension:text.extension': { max: 0 },
      'extension:text.url': { fixed: 'text' },
      'extension:text.value[x]': { types: [{ code: 'string' }] },
      'extension:meta': { min: 1, max: 1 },
      'extension:meta.extension': { max: 0 },
      'extension:meta.url': { fixed: 'meta' },
      'extension:meta.value[x]': { types: [{ code: 'Meta' }] },
      url: { fixed: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-transport' },
      'value[x]': { max: 0 },
    },
  },
};
