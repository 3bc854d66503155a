import type { TypeFacts } from './types.ts';

const R4_SETS = 'http://hl7.org/fhir/ValueSet/';

/**
 * What FHIR R4 (4.0.1) says of the resource types of the flows that no package at hand has a profile of; the others are in
 * data/r4-resources.ts.
 */
export const R4_RESOURCES: Readonly<Record<string, TypeFacts>> = {
  Binary: { required: ['contentType'] },
  ChargeItem: {
    many: [
      'identifier',
      'definitionUri',
      'definitionCanonical',
      'partOf',
      'performer',
      'bodysite',
      'reason',
      'service',
      'account',
      'note',
      'supportingInformation',
    ],
    required: ['status', 'code', 'subject', 'performer.actor'],
    bindings: { status: `${R4_SETS}chargeitem-status` },
  },
  Encounter: {
    many: [
      'identifier',
      'statusHistory',
      'classHistory',
      'type',
      'episodeOfCare',
      'basedOn',
      'participant',
      'participant.type',
      'appointment',
      'reasonCode',
      'reasonReference',
      'diagnosis',
      'account',
      'hospitalization.dietPreference',
      'hospitalization.specialCourtesy',
      'hospitalization.specialArrangement',
      'location',
    ],
    required: [
      'status',
      'class',
      'statusHistory.status',
      'statusHistory.period',
      'classHistory.class',
      'classHistory.period',
      'diagnosis.condition',
      'location.location',
    ],
    bindings: {
      status: `${R4_SETS}encounter-status`,
      'statusHistory.status': `${R4_SETS}encounter-status`,
      'location.status': `${R4_SETS}encounter-location-status`,
    },
  },
  OperationOutcome: {
    many: ['issue', 'issue.location', 'issue.expression'],
    required: ['issue', 'issue.severity', 'issue.code'],
    bindings: { 'issue.severity': `${R4_SETS}issue-severity`, 'issue.code': `${R4_SETS}issue-type` },
  },
  Parameters: {
    many: ['parameter', 'parameter.part'],
    required: ['parameter.name'],
    invariants: {
      parameter: [
        {
          key: 'inv-1',
          severity: 'error',
          expression:
            '(part.exists() and value.empty() and resource.empty()) or (part.empty() and (value.exists() xor resource.exists()))',
        },
      ],
    },
  },
};
