import type { PatientHeader } from '../cda/types.ts';

/**
 * An HL7 time as people write it: `18/11/2026 à 09:30`, `14/06/1985`, `06/1985`, `1985`. It stays as the
 * clock of its place showed it; an offset that is not one of France is added.
 *
 * @returns what was written, where it is no HL7 time.
 */
export function frenchTime(time: string): string {
  const found = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(?:\d\d)?)?)?)?(?:\.\d+)?([+-]\d{4}|Z)?$/.exec(
    time,
  );
  if (found === null) return time;
  const [, year, month, day, hour, minute, offset] = found;
  const date = [day, month, year].filter(part => part !== undefined).join('/');
  if (hour === undefined) return date;
  const isFrench = offset === undefined || offset === '+0100' || offset === '+0200';
  const zone = offset === 'Z' ? 'UTC' : `UTC${offset?.slice(0, 3)}:${offset?.slice(3)}`;
  return `${date} à ${hour}:${minute}${isFrench ? '' : ` (${zone})`}`;
}

/** A day or a time without the hour, as people write it. */
export function frenchDate(time: string): string {
  return frenchTime(/^\d{4,8}/.exec(time)?.[0] ?? time);
}

/** A patient's sex in words. */
export function frenchSex({ gender }: PatientHeader): string {
  if (gender === 'M') return 'Masculin';
  return gender === 'F' ? 'Féminin' : 'Indéterminé';
}

/** A text of the header as far as it is shown: one may have as many characters as the header has room for. */
export function clipped(text: string, limit = 240): string {
  const characters = Array.from(text.slice(0, (limit + 1) * 2));
  return characters.length <= limit ? text : `${characters.slice(0, limit).join('')}…`;
}
