import { DMP_CLASS_CODES } from './data/dmp-class-codes.ts';
import { DMP_CONFIDENTIALITY_CODES } from './data/dmp-confidentiality-codes.ts';
import { DMP_CONTENT_TYPES } from './data/dmp-content-types.ts';
import { DMP_FACILITY_TYPES } from './data/dmp-facility-types.ts';
import { DMP_FORMAT_CODES } from './data/dmp-format-codes.ts';
import { DMP_PRACTICE_SETTINGS } from './data/dmp-practice-settings.ts';
import { DMP_TYPE_CODES } from './data/dmp-type-codes.ts';
import { SUBJECT_ROLES } from './data/subject-roles.ts';
import { SUBJECT_SPECIALITIES } from './data/subject-specialities.ts';
import { valueSet } from './value-set.ts';

/** JDV_J57: classes of documents. */
export const DMP_CLASSES = valueSet(DMP_CLASS_CODES);
/** JDV_J58: confidentiality, and who a document is hidden from. */
export const DMP_CONFIDENTIALITIES = valueSet(DMP_CONFIDENTIALITY_CODES);
/** JDV_J59: activities behind a submission (contentTypeCode). Code 11 is of two systems. */
export const DMP_ACTIVITIES = valueSet(DMP_CONTENT_TYPES);
/** JDV_J60: formats of documents. */
export const DMP_FORMATS = valueSet(DMP_FORMAT_CODES);
/** JDV_J61: sectors of activity (healthcareFacilityTypeCode, and Secteur_Activite of a VIHF). */
export const DMP_FACILITIES = valueSet(DMP_FACILITY_TYPES);
/** JDV_J62: practice settings. */
export const DMP_SETTINGS = valueSet(DMP_PRACTICE_SETTINGS);
/** JDV_J66: types of documents. */
export const DMP_TYPES = valueSet(DMP_TYPE_CODES);
/** JDV_J65: who may speak to the DMP. Codes 10, 21, 40 and 50 are of two systems. */
export const DMP_SUBJECTS = valueSet({ ...SUBJECT_ROLES, ...SUBJECT_SPECIALITIES });
