import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Bundle.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_BUNDLE: TypeFacts = {
  many: ['link', 'entry', 'entry.link'],
  required: [
    'type',
    'link.relation',
    'link.url',
    'entry.request.method',
    'entry.request.url',
    'entry.response.status',
  ],
  bindings: {
    type: 'http://hl7.org/fhir/ValueSet/bundle-type',
    'entry.search.mode': 'http://hl7.org/fhir/ValueSet/search-entry-mode',
    'entry.request.method': 'http://hl7.org/fhir/ValueSet/http-verb',
  },
  invariants: {
    '': [
      {
        key: 'bdl-1',
        severity: 'error',
        expression: "total.empty() or (type = 'searchset') or (type = 'history')",
      },
      { key: 'bdl-2', severity: 'error', expression: "entry.search.empty() or (type = 'searchset')" },
      {
        key: 'bdl-3',
        severity: 'error',
        expression:
          "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))",
      },
      {
        key: 'bdl-4',
        severity: 'error',
        expression:
          "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))",
      },
      {
        key: 'bdl-7',
        severity: 'error',
        expression:
          "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
      },
      {
        key: 'bdl-9',
        severity: 'error',
        expression: "type = 'document' implies (identifier.system.exists() and identifier.value.exists())",
      },
      { key: 'bdl-10', severity: 'error', expression: "type = 'document' implies (timestamp.hasValue())" },
      {
        key: 'bdl-11',
        severity: 'error',
        expression: "type = 'document' implies entry.first().resource.is(Composition)",
      },
      {
        key: 'bdl-12',
        severity: 'error',
        expression: "type = 'message' implies entry.first().resource.is(MessageHeader)",
      },
    ],
    entry: [
      {
        key: 'bdl-5',
        severity: 'error',
        expression: 'resource.exists() or request.exists() or response.exists()',
      },
      { key: 'bdl-8', severity: 'error', expression: "fullUrl.contains('/_history/').not()" },
    ],
  },
};
