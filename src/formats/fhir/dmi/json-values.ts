import { checked, type Reader, refuse } from './json-reader.ts';

/** Longer than any business text of a trace. */
const MAX_TEXT = 10_000;

/** A text of the length and characters that FHIR's string takes, not blank. */
export const text: Reader<string> = (value, path, reading) => {
  if (typeof value !== 'string') return refuse(reading, path, 'un texte est attendu');
  const isText = value.trim() !== '' && value.length <= MAX_TEXT && !/[\0-\x08\x0B\x0C\x0E-\x1F]/.test(value);
  if (isText && value.isWellFormed()) return value;
  return refuse(
    reading,
    path,
    'un texte non vide, de 10 000 caractères au plus et sans caractère de contrôle, est attendu',
  );
};

/** A text of one form. */
export function matching(pattern: RegExp, expected: string): Reader<string> {
  return checked(text, value => pattern.test(value), expected);
}

/** One of these texts. */
export function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  return (value, path, reading) =>
    values.find(each => each === value) ??
    refuse(reading, path, `l’une de ces valeurs est attendue : ${values.join(', ')}`);
}

/** true or false. */
export const flag: Reader<boolean> = (value, path, reading) =>
  typeof value === 'boolean' ? value : refuse(reading, path, 'true ou false est attendu');

/** A whole number from `least`. */
export function whole(least: number): Reader<number> {
  return (value, path, reading) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? value
      : refuse(reading, path, `un nombre entier à partir de ${least} est attendu`);
}

/** A number, with decimals or without. */
export const decimal: Reader<number> = (value, path, reading) =>
  typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuse(reading, path, 'un nombre est attendu');

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** A day of the calendar, `2026-03-01`. */
export const day: Reader<string> = checked(text, isDay, 'un jour est attendu (2026-03-01)');

/** An instant with seconds and time zone, `2026-03-01T10:00:00+01:00`. */
export const instant: Reader<string> = checked(
  text,
  isInstant,
  'une date et une heure avec fuseau sont attendues (2026-03-01T10:00:00+01:00)',
);

/** A day or an instant: what FHIR's dateTime takes and a hospital says. */
export const moment: Reader<string> = checked(
  text,
  value => isDay(value) || isInstant(value),
  'un jour (2026-03-01), ou une date et une heure avec fuseau (2026-03-01T10:00:00+01:00), est attendu',
);

/** A day, a month or a year, as labels of devices bear. */
export const labelDate: Reader<string> = checked(
  text,
  value => isDay(value) || /^\d{4}(?:-(?:0[1-9]|1[0-2]))?$/.test(value),
  'un jour, un mois ou une année est attendu (2026-03-01, 2026-03, 2026)',
);

/** Whether the text is a day that the calendar has. */
export function isDay(value: string): boolean {
  if (!DAY.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function isInstant(value: string): boolean {
  const [, date] = INSTANT.exec(value) ?? [];
  return date !== undefined && isDay(date);
}

/** A URI, as the system of an identifier or code is. */
export const uri: Reader<string> = matching(
  /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/,
  'une URI est attendue (urn:oid:…, https://…)',
);

/** Bytes in Base64, without blanks. One pass and no backtracking: the text may be megabytes long. */
export const base64: Reader<string> = (value, path, reading) =>
  typeof value === 'string' && value !== '' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
    ? value
    : refuse(reading, path, 'du Base64 sans espace est attendu');
