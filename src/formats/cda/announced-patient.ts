import { normalized } from '../unicode/normalized.ts';
import { birthDateOf, birthNameOf, certainSexOf, differ, samePatient } from './identity.ts';
import type { PatientHeader } from './types.ts';

/** What METADATA.XML says of the patient, as HL7 v2 texts. */
export interface AnnouncedPatient {
  /** CX texts: patientId, sourcePatientId. */
  readonly identifiers: readonly string[];
  /** sourcePatientInfo: `PID-5|…^^^^^^L`, `PID-7|19790328`, `PID-8|F`. */
  readonly info: readonly string[];
}

/**
 * Whether METADATA.XML speaks of somebody else than the header: an identifier, the birth date or the sex
 * differs; or no identifier meets and the birth name differs (quirk X11: a person looks).
 */
export function announcesAnother(announced: AnnouncedPatient, patient: PatientHeader): boolean {
  const compared = announced.identifiers.map(cx => samePatient(cx, patient));
  if (compared.includes('different')) return true;
  const [date] = pid(announced.info, 7);
  const [sex] = pid(announced.info, 8);
  if (differ(/^\d{8}/.exec(date ?? '')?.[0], birthDateOf(patient))) return true;
  if (differ(/^[MF]$/.exec(sex ?? '')?.[0], certainSexOf(patient))) return true;
  return (
    !compared.includes('same') &&
    differ(announcedBirthName(announced.info), plain(birthNameOf(patient)?.family))
  );
}

/** The texts of a PID field. */
function pid(info: readonly string[], field: number): string[] {
  const prefix = `PID-${field}|`;
  return info.filter(line => line.startsWith(prefix)).map(line => line.slice(prefix.length).trim());
}

function announcedBirthName(info: readonly string[]): string | undefined {
  const names = pid(info, 5).map(name => name.split('^'));
  return plain(names.find(name => name[6] === 'L')?.[0]);
}

/** A name without what two systems may write differently: case, accents, hyphens, apostrophes. */
function plain(name: string | undefined): string | undefined {
  const letters =
    name &&
    normalized(name, 'NFKD')
      .toUpperCase()
      .replaceAll(/[^A-Z]/g, '');
  return letters === '' ? undefined : letters;
}
