import { EVENT_TYPE_CODES } from '../dmi/event-types.ts';
import type { Amendment } from './types.ts';

const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/';
const EVENTS = 'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement';

/** The guide's own examples have the profile's name there: it is refused by real servers, but not by the guide (§1.5.4). */
const URL_OF_TYPE: Amendment = {
  id: 'dmi-url',
  severity: 'warning',
  code: 'business-rule',
  elements: {
    entry: {
      invariants: [
        {
          key: 'dmi-url',
          severity: 'warning',
          expression: "request.method = 'POST' implies request.url = resource.type().name",
          at: 'request.url',
          human: 'l’adresse d’une création (request.url) est le type de la ressource',
        },
      ],
    },
  },
};

/** What the guide of implant traces says in words only (reference fhir-flows §1.2, §1.5, §6). */
export const DMI_AMENDMENTS: Readonly<Record<string, readonly Amendment[]>> = {
  [`${TDMI}dmi-bundle-transmission-traces`]: [URL_OF_TYPE],
  [`${TDMI}dmi-bundle-request`]: [URL_OF_TYPE],
  [`${TDMI}dmi-bundledelivery`]: [URL_OF_TYPE],
  'https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent': [
    {
      id: 'dmi-evenement',
      severity: 'warning',
      code: 'business-rule',
      elements: {
        type: {
          invariants: [
            {
              key: 'dmi-evenement',
              severity: 'warning',
              expression: `system = '${EVENTS}' and (${EVENT_TYPE_CODES.map(code => `code = '${code}'`).join(' or ')})`,
              human: 'le type de l’événement est un code de TRE_R254 pour les dispositifs médicaux',
            },
          ],
        },
      },
    },
  ],
  [`${TDMI}dmi-device`]: [
    {
      id: 'dmi-lot-ou-serie',
      severity: 'warning',
      code: 'business-rule',
      elements: {
        '': {
          invariants: [
            {
              key: 'dmi-lot-ou-serie',
              severity: 'warning',
              expression: 'lotNumber.exists() or serialNumber.exists()',
              human: 'un dispositif a un numéro de lot ou de série',
            },
          ],
        },
      },
    },
  ],
};
