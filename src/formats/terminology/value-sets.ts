import { CONFIDENTIALITY_CODES } from './data/confidentiality-codes.ts';
import { FACILITY_TYPES } from './data/facility-types.ts';
import { PRACTICE_SETTINGS } from './data/practice-settings.ts';
import { TYPE_CODES } from './data/type-codes.ts';
import { valueSet } from './value-set.ts';

/** JDV_J07: document types. */
export const TYPES = valueSet(TYPE_CODES);
/** JDV_J08: confidentiality, and who a document is hidden from. */
export const CONFIDENTIALITIES = valueSet(CONFIDENTIALITY_CODES);
/** JDV_J02: sectors of activity (healthcareFacilityTypeCode). */
export const FACILITIES = valueSet(FACILITY_TYPES);
/** JDV_J04: practice settings. */
export const SETTINGS = valueSet(PRACTICE_SETTINGS);
