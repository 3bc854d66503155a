import type { FhirBehaviour } from '../../src/sandbox/fhir-platform.ts';

/** Whatever an attempt may come to that the platform has done, or not: nobody hears of it. */
export const UNHEARD = [
  'cut-upload',
  'drop-before',
  'drop-after',
  'half-answer',
  'silent-before',
  'silent-after',
  'not-json',
  { page: 502 },
  { page: 504, isDone: true },
] as const satisfies readonly FhirBehaviour[];
/** What the platform has not done, and may do later. */
export const LATER = [
  { status: 503 },
  { status: 429, issue: 'throttled' },
  { status: 500, issue: 'transient' },
  { status: 500, issue: 'lock-error' },
  { status: 500, issue: 'exception' },
  { status: 500, issue: 'timeout' },
  { status: 500 },
  { page: 503 },
  { error: 'transient' },
] as const satisfies readonly FhirBehaviour[];
/** What is of no use a second time. */
export const FINAL = [
  { status: 500, issue: 'structure' },
  { status: 500, issue: 'required' },
  { status: 500, issue: 'business-rule' },
  { status: 400, issue: 'invalid' },
  { status: 404, issue: 'not-found' },
  { status: 409, issue: 'conflict' },
  { status: 412, issue: 'multiple-matches' },
  { error: 'code-invalid' },
] as const satisfies readonly FhirBehaviour[];
