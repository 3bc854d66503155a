import type { PatientClass } from '../hl7/request-types.ts';
import { ACTIVITY_LABELS } from './data/content-types.ts';
import type { CodedValue } from './value-set.ts';

const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(ACTIVITY_LABELS));

/** TRE_R209. */
const SYSTEM = '1.2.250.1.213.2.2';

/** ANS, Transmission de documents CDA en HL7v2 v2.1, “Mapping XDS”, contentTypeCode. */
const ACTIVITY_OF_CLASS: Readonly<Record<PatientClass, string>> = {
  I: '03',
  O: '07',
  R: '19',
  N: '97',
  E: '07',
};

/** The type of activity (XDS contentTypeCode, JDV_J59) of a patient class (PV1-2). */
export function contentTypeOf(patientClass: PatientClass): CodedValue {
  const code = ACTIVITY_OF_CLASS[patientClass];
  return { code, system: SYSTEM, display: LABELS.get(code) ?? code };
}
