import type { Invariant, TypeFacts } from './types.ts';

const R4_SETS = 'http://hl7.org/fhir/ValueSet/';

function invariant(key: string, expression: string): Invariant {
  return { key, severity: 'error', expression };
}

/**
 * What FHIR R4 (4.0.1, https://hl7.org/fhir/R4/datatypes.html) says of its datatypes beside the names and types of their
 * elements. What holds of every element (ele-1, ext-1, ref-1, texts and patterns of primitives) is in the engine itself.
 */
export const R4_DATATYPES: Readonly<Record<string, TypeFacts>> = {
  Address: {
    many: ['line'],
    bindings: { use: `${R4_SETS}address-use`, type: `${R4_SETS}address-type` },
  },
  Annotation: { required: ['text'] },
  Attachment: {
    invariants: {
      '': [invariant('att-1', 'data.empty() or contentType.exists()')],
    },
  },
  CodeableConcept: { many: ['coding'] },
  Coding: {},
  ContactDetail: { many: ['telecom'] },
  ContactPoint: {
    bindings: { system: `${R4_SETS}contact-point-system`, use: `${R4_SETS}contact-point-use` },
    invariants: {
      '': [invariant('cpt-2', 'value.empty() or system.exists()')],
    },
  },
  Contributor: { many: ['contact'], required: ['type', 'name'] },
  DataRequirement: {
    many: ['profile', 'mustSupport', 'codeFilter', 'codeFilter.code', 'dateFilter', 'sort'],
    required: ['type', 'sort.path', 'sort.direction'],
  },
  Dosage: { many: ['additionalInstruction', 'doseAndRate'] },
  Expression: { required: ['language'] },
  Extension: { required: ['url'] },
  HumanName: {
    many: ['given', 'prefix', 'suffix'],
    bindings: { use: `${R4_SETS}name-use` },
  },
  Identifier: { bindings: { use: `${R4_SETS}identifier-use` } },
  Meta: { many: ['profile', 'security', 'tag'] },
  Money: {},
  MarketingStatus: { required: ['country', 'status', 'dateRange'] },
  Narrative: { required: ['status', 'div'], bindings: { status: `${R4_SETS}narrative-status` } },
  ParameterDefinition: { required: ['use', 'type'] },
  Period: {
    invariants: {
      '': [invariant('per-1', 'start.hasValue().not() or end.hasValue().not() or (start <= end)')],
    },
  },
  ProdCharacteristic: { many: ['color', 'imprint', 'image'] },
  ProductShelfLife: { many: ['specialPrecautionsForStorage'], required: ['type', 'period'] },
  Quantity: {
    bindings: { comparator: `${R4_SETS}quantity-comparator` },
    invariants: {
      '': [invariant('qty-3', 'code.empty() or system.exists()')],
    },
  },
  Range: {
    invariants: {
      '': [invariant('rng-2', 'low.empty() or high.empty() or (low <= high)')],
    },
  },
  Ratio: {
    invariants: {
      '': [
        invariant(
          'rat-1',
          '(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())',
        ),
      ],
    },
  },
  Reference: {},
  RelatedArtifact: { required: ['type'] },
  SampledData: { required: ['origin', 'period', 'dimensions'] },
  Signature: { many: ['type'], required: ['type', 'when', 'who'] },
  Timing: {
    many: ['event', 'repeat.dayOfWeek', 'repeat.timeOfDay', 'repeat.when'],
    bindings: {
      'repeat.durationUnit': `${R4_SETS}units-of-time`,
      'repeat.periodUnit': `${R4_SETS}units-of-time`,
      'repeat.dayOfWeek': `${R4_SETS}days-of-week`,
      'repeat.when': `${R4_SETS}event-timing`,
    },
    invariants: {
      repeat: [
        invariant('tim-1', 'duration.empty() or durationUnit.exists()'),
        invariant('tim-2', 'period.empty() or periodUnit.exists()'),
        invariant('tim-4', 'duration.exists() implies duration >= 0'),
        invariant('tim-5', 'period.exists() implies period >= 0'),
        invariant('tim-6', 'periodMax.empty() or period.exists()'),
        invariant('tim-7', 'durationMax.empty() or duration.exists()'),
        invariant('tim-8', 'countMax.empty() or count.exists()'),
        invariant('tim-10', 'timeOfDay.empty() or when.empty()'),
      ],
    },
  },
  TriggerDefinition: { many: ['data'], required: ['type'] },
  UsageContext: { required: ['code', 'value[x]'] },
};
