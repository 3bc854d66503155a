import { birthNameOf, usedNameOf } from '../cda/identity.ts';
import type { CdaHeader, PatientHeader } from '../cda/types.ts';
import { typeNameOf } from '../terminology/type-codes.ts';
import { withoutAccents } from './ascii.ts';

/** Characters of the label, by the rules. */
export const MAX_LABEL = 40;

/**
 * What the subject of a mail and the name of a PDF call a document (MSSanté Référentiel #2, ECO.2.1.3 and
 * ECO.2.1.6): the label of its type, else its title; not yet cut to {@link MAX_LABEL}.
 */
export function documentLabel({ code, title }: Pick<CdaHeader, 'code' | 'title'>): string {
  return typeNameOf(code) ?? title ?? 'document';
}

/** NOM and prénom as both rules have them; empty where the header gives none. */
export interface PatientWords {
  readonly family: string;
  readonly given: string;
}

/**
 * The patient as both rules write it: NOM de naissance in capitals and first given name, without accents. A
 * name that is not said to be the birth name stands in for it.
 */
export function patientWords(patient: PatientHeader): PatientWords {
  const birth = birthNameOf(patient);
  const family = birth?.family ?? usedNameOf(patient)?.family ?? '';
  const given = birth?.given ?? patient.givens[0]?.value ?? '';
  return { family: withoutAccents(family).toUpperCase(), given: withoutAccents(given) };
}
