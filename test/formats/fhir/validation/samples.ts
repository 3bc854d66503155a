import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';

/** Resources that follow the profiles of the flows; people, numbers and places are invented. */
const TDMI = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/';
const TDDUI = 'https://interop.esante.gouv.fr/ig/fhir/tddui/';
const FR = 'https://hl7.fr/ig/fhir/core/';
const FR_TYPES = `${FR}CodeSystem/fr-core-cs-v2-0203`;
const V2_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const EVENTS = 'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement';

/** As JSON has it: no object is there twice. */
function unshared(resource: FhirResource): FhirResource {
  return JSON.parse(JSON.stringify(resource)) as FhirResource;
}

export const dmiProfile = (id: string): string => `${TDMI}StructureDefinition/${id}`;

/** `urn:uuid:` of an entry of the sample, by its number. */
const urn = (at: number): string => `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const to = (at: number): object => ({ reference: urn(at) });
const concept = (system: string, code: string): object => ({ coding: [{ system, code }] });
const discriminated = (code: string): object => concept(`${TDMI}CodeSystem/dmi-discriminator`, code);

const EJ = 0;
const SERVICE = 1;
const SURGEON = 2;
const PATIENT = 3;
const MODEL = 4;
const DEVICE = 5;
const PROCEDURE = 6;
const ORDER = 8;
const serviceReference = {
  url: dmiProfile('dmi-reference-organisation-interne'),
  valueReference: to(SERVICE),
};

const organizationEj = {
  resourceType: 'Organization',
  identifier: [
    { type: concept(FR_TYPES, 'IDNST'), system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1999990000' },
    { type: concept(FR_TYPES, 'SIREN'), system: 'https://sirene.fr', value: '999900001' },
  ],
  name: 'CENTRE HOSPITALIER DE KERMADEC',
};
const organizationInterne = {
  resourceType: 'Organization',
  type: [
    concept(
      'https://mos.esante.gouv.fr/NOS/TRE_R207-TypeOrganisationInterne/FHIR/TRE-R207-TypeOrganisationInterne',
      '2',
    ),
  ],
  name: 'BLOC OPERATOIRE',
};
const practitioner = {
  resourceType: 'Practitioner',
  identifier: [
    { type: concept(FR_TYPES, 'IDNPS'), system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899900000001' },
  ],
  name: [{ family: 'KERVELLA', given: ['YANN'] }],
  telecom: [{ system: 'email', value: 'yann.kervella@ch-kermadec.example' }],
};
const patient = {
  resourceType: 'Patient',
  identifier: [
    {
      use: 'official',
      type: concept(V2_TYPES, 'NH'),
      system: 'urn:oid:1.2.250.1.213.1.4.8',
      value: '285062901904236',
    },
    {
      use: 'usual',
      type: { coding: [{ system: V2_TYPES, code: 'PI', display: 'Patient internal identifier' }] },
      system: 'urn:oid:1.2.250.1.999.1.2',
      value: '8000123',
    },
  ],
  name: [{ use: 'official', family: 'MORVAN', given: ['CLAIRE'] }],
  telecom: [{ system: 'phone', value: '+33199000001' }],
  gender: 'female',
  birthDate: '1985-06-14',
};
const deviceDefinition = {
  resourceType: 'DeviceDefinition',
  extension: [{ url: dmiProfile('dmi-classe-risque'), valueCode: 'III' }],
  udiDeviceIdentifier: [
    {
      deviceIdentifier: '03770000000018',
      issuer: 'http://hl7.org/fhir/NamingSystem/gs1-di',
      jurisdiction: 'http://ec.europa.eu',
    },
  ],
  property: [{ type: discriminated('Implantable'), valueCode: [concept('urn:oid:1.2.250.1.999.9', 'oui')] }],
};
const device = {
  resourceType: 'Device',
  extension: [
    {
      extension: [{ url: 'libelleAutorisation', valueString: 'CE 9999' }],
      url: dmiProfile('dmi-marquage-ce'),
    },
  ],
  definition: to(MODEL),
  status: 'active',
  lotNumber: 'L2026A',
  expirationDate: '2030-01-31',
};
const procedure = {
  resourceType: 'Procedure',
  identifier: [{ type: discriminated('idIntervention'), value: 'INT-2026-001' }],
  status: 'completed',
  subject: to(PATIENT),
  performedDateTime: '2026-03-01T10:00:00+01:00',
  performer: [{ actor: to(SURGEON), onBehalfOf: to(EJ) }],
  bodySite: [{ text: 'Hanche droite' }],
  focalDevice: [{ manipulated: to(DEVICE) }],
};
const auditEvent = {
  resourceType: 'AuditEvent',
  type: { system: EVENTS, code: 'POS' },
  action: 'C',
  period: { start: '2026-03-01T10:00:00+01:00' },
  recorded: '2026-03-01T10:05:00.000+01:00',
  outcome: '0',
  agent: [
    { who: to(SURGEON), requestor: true },
    { who: to(EJ), requestor: false },
  ],
  source: { observer: to(SERVICE) },
  entity: [{ what: to(PROCEDURE) }],
};
const supplyRequest = {
  resourceType: 'SupplyRequest',
  identifier: [{ value: 'DEM-2026-7' }],
  itemCodeableConcept: concept(EVENTS, 'DEM'),
  quantity: { value: 2 },
  requester: to(SURGEON),
  deliverTo: to(SERVICE),
};
const deviceRequest = {
  resourceType: 'DeviceRequest',
  basedOn: [to(ORDER)],
  intent: 'order',
  codeReference: to(DEVICE),
  subject: to(DEVICE),
};
const supplyDelivery = {
  resourceType: 'SupplyDelivery',
  extension: [serviceReference],
  identifier: [{ value: 'LIV-2026-3' }],
  basedOn: [to(ORDER)],
  partOf: [{ reference: 'SupplyDelivery/entete' }],
  status: 'completed',
  suppliedItem: { quantity: { value: 1 }, itemReference: to(DEVICE) },
  occurrenceDateTime: '2026-02-28',
};
const transport = {
  resourceType: 'SupplyDelivery',
  meta: { profile: [dmiProfile('dmi-supplydelivery-transport')] },
  extension: [
    serviceReference,
    {
      extension: [
        { url: 'refTransport', valueIdentifier: { value: 'T-1' } },
        { url: 'refDelivery', valueIdentifier: { value: 'D-1' } },
        { url: 'meta', valueMeta: { versionId: '1' } },
      ],
      url: dmiProfile('dmi-transport'),
    },
  ],
  identifier: [{ value: 'TRA-2026-4' }],
  status: 'completed',
  occurrenceDateTime: '2026-02-28T08:00:00+01:00',
  receiver: [to(SURGEON)],
};
const invoice = {
  resourceType: 'Invoice',
  identifier: [
    { type: discriminated('refFacture'), value: 'F-1' },
    { type: discriminated('refCommande'), value: 'C-1' },
  ],
  status: 'issued',
};

function entry(resource: FhirResource, at: number): object {
  return { fullUrl: urn(at), resource, request: { method: 'POST', url: resource.resourceType } };
}

/**
 * A Bundle of traces with an entry for each kind: 0 legal entity, 1 service, 2 surgeon, 3 patient, 4 model, 5 device,
 * 6 procedure, 7 AuditEvent, 8 request, 9 line of a delivery, 10 transport, 11 invoice, 12 Bundle of requests.
 */
export function dmiBundle(): FhirResource {
  const requests = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [entry(supplyRequest, 20), entry(deviceRequest, 21)],
  };
  return unshared({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      organizationEj,
      organizationInterne,
      practitioner,
      patient,
      deviceDefinition,
      device,
      procedure,
      auditEvent,
      supplyRequest,
      supplyDelivery,
      transport,
      invoice,
      requests,
    ].map(entry),
  });
}

/** 0 patient with INS, 1 structure, 2 stay, 3 patient without INS. */
export function duiBundle(): FhirResource {
  const name = (list: string): object[] => [
    {
      extension: [
        { url: `${FR}StructureDefinition/fr-core-patient-birth-list-given-name`, valueString: list },
      ],
      use: 'official',
      family: 'MORVAN',
      given: ['CLAIRE'],
    },
  ];
  const withIns = {
    resourceType: 'Patient',
    meta: { profile: [`${TDDUI}StructureDefinition/tddui-patient-ins`] },
    extension: [
      {
        extension: [
          {
            url: 'identityStatus',
            valueCoding: { system: `${FR}CodeSystem/fr-core-cs-v2-0445`, code: 'VALI' },
          },
        ],
        url: `${FR}StructureDefinition/fr-core-identity-reliability`,
      },
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
        valueAddress: {
          extension: [
            {
              url: `${FR}StructureDefinition/fr-core-address-insee-code`,
              valueCoding: { code: '29019' },
            },
          ],
          city: 'BREST',
        },
      },
    ],
    identifier: [
      {
        use: 'official',
        type: concept(FR_TYPES, 'INS-NIR-TEST'),
        system: 'urn:oid:1.2.250.1.213.1.4.10',
        value: '285062901904236',
      },
    ],
    name: name('CLAIRE MARIE LOUISE'),
    gender: 'female',
    birthDate: '1985-06-14',
  };
  const withoutIns = {
    resourceType: 'Patient',
    meta: { profile: [`${TDDUI}StructureDefinition/tddui-patient`] },
    identifier: [
      { type: concept(V2_TYPES, 'PI'), system: 'urn:oid:1.2.250.1.999.2', value: '3999900001/77' },
    ],
    name: name('CLAIRE'),
    gender: 'female',
    birthDate: '1985-06-14',
    _birthDate: {
      extension: [{ url: `${TDDUI}StructureDefinition/tddui-birth-order`, valuePositiveInt: 42 }],
    },
  };
  const structure = {
    resourceType: 'Organization',
    meta: { profile: [`${TDDUI}StructureDefinition/tddui-organization`] },
    identifier: [
      { type: concept(FR_TYPES, 'IDNST'), system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1999900001' },
    ],
    name: 'EHPAD DES GENETS',
  };
  const stay = {
    resourceType: 'Encounter',
    meta: { profile: [`${TDDUI}StructureDefinition/tddui-encounter-sejour`] },
    extension: [{ url: `${TDDUI}StructureDefinition/tddui-admission-date`, valueDateTime: '2026-01-05' }],
    identifier: [
      { type: concept(`${TDDUI}CodeSystem/tddui-encounter-identifier`, 'SEJ'), value: '3999900001/SEJ-12' },
    ],
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
    subject: to(0),
    period: { start: '2026-01-05' },
    serviceProvider: to(1),
  };
  return unshared({
    resourceType: 'Bundle',
    meta: { profile: [`${TDDUI}StructureDefinition/tddui-bundle`] },
    type: 'transaction',
    entry: [withIns, structure, stay, withoutIns].map(entry),
  });
}

function implant(type: string, lot: string): object {
  return {
    name: 'implants',
    part: [
      { name: 'udi', valueString: `(01)03770000000018(10)${lot}` },
      { name: 'lot', valueString: lot },
      {
        name: 'type',
        valueCodeableConcept: concept('https://fhir.orthense.com/CodeSystem/implant-types', type),
      },
    ],
  };
}

/** Parameters of today's contract: 0 nir, 1 rpps, 2 finess, 3 date, 4 procedure (knee), 5 side, 6 to 8 implants. */
export function renacotParameters(): FhirResource {
  return unshared({
    resourceType: 'Parameters',
    parameter: [
      { name: 'nir', valueString: '285062901904236' },
      { name: 'rpps', valueString: '99900000017' },
      { name: 'finessGeographique', valueString: '999900001' },
      { name: 'dateIntervention', valueDateTime: '2026-03-01' },
      { name: 'typeProcedure', valueCodeableConcept: concept('http://snomed.info/sct', '19063003') },
      {
        name: 'lateralite',
        valueCodeableConcept: concept('https://fhir.orthense.com/CodeSystem/lateralite', 'DROITE'),
      },
      implant('PG_FEMORAL', 'A1'),
      implant('PG_BASETIBIALE', 'A2'),
      implant('FIXATION', 'A3'),
    ],
  });
}

/** Parameters of the first contract: 0 people and place, 1 procedure, 2 one implant. */
export function firstRenacotParameters(): FhirResource {
  const identified = (name: string, value: string): object => ({ name, valueIdentifier: { value } });
  return unshared({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'identifiantsPartiesPrenantes',
        part: [
          identified('nir', '285062901904236'),
          identified('rpps', '99900000017'),
          identified('finessGeo', '999900001'),
        ],
      },
      {
        name: 'procedureInfo',
        part: [
          { name: 'dateIntervention', valueDate: '2026-03-01' },
          { name: 'procedureType', valueCodeableConcept: concept('http://snomed.info/sct', '398010007') },
        ],
      },
      {
        name: 'implants',
        part: [
          { name: 'fournisseur', valueString: 'ARMOR IMPLANTS' },
          { name: 'reference', valueString: 'AI-3' },
          { name: 'lot', valueString: 'A1' },
          { name: 'implantType', valueCodeableConcept: { text: 'fémoral' } },
        ],
      },
    ],
  });
}

/** A regulator's account: identifiers 0 national, 1 technical. */
export function sasPractitioner(): FhirResource {
  const types = 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203';
  return unshared({
    resourceType: 'Practitioner',
    meta: { source: 'urn:oid:1.2.250.1.213.3.6' },
    identifier: [
      { type: concept(types, 'IDNPS'), system: 'urn:oid:1.2.250.1.71.4.2.1', value: '899900000001' },
      {
        type: concept(types, 'INTRN'),
        system: 'urn:oid:1.2.250.1.213.3.6',
        value: 'b6e39355-0000-4000-8000-000000000001',
      },
    ],
    active: true,
    name: [{ family: 'KERVELLA', given: ['YANN'] }],
    telecom: [{ system: 'email', value: 'yann.kervella@ch-kermadec.example' }],
  });
}
