import { hl7Time } from '../hl7/time.ts';

const MINUTE = 60_000;

/** An instant as XDS writes it (DTM): UTC, 14 digits. */
export function utcStamp(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}

/**
 * An HL7 time of a CDA as XDS wants it: UTC without offset, in the precision given.
 *
 * - `20240104160527+0100` is `20240104150527`; `Z`, `+01` and `+01:00` are understood, fractions dropped.
 * - A time without an offset is a time of day in France: the hour that the clocks leave out in spring is the
 *   one after it, the hour that they repeat in autumn is the second.
 * - A day, month or year stays what it is: shifted it could be another. An hour alone gets its minutes where the
 *   offset is not of whole hours.
 *
 * @returns undefined for what is no time of the calendar.
 */
export function utcTime(value: string | undefined): string | undefined {
  const [, digits = '', fraction, offset] =
    /^([12]\d{3}(?:\d\d){0,5})(\.\d+)?(Z|[+-]\d\d(?::?[0-5]\d)?)?$/.exec(value ?? '') ?? [];
  const clock = clockOf(digits);
  if (clock === undefined || (fraction !== undefined && digits.length < 14)) return undefined;
  if (digits.length <= 8) return digits;
  const minutes = offset === undefined ? undefined : minutesOf(offset);
  if (minutes !== undefined && Math.abs(minutes) > 14 * 60) return undefined;
  const instant = minutes === undefined ? inFrance(clock) : clock - minutes * MINUTE;
  const precision = digits.length === 10 && (minutes ?? 0) % 60 !== 0 ? 12 : digits.length;
  return utcStamp(new Date(instant)).slice(0, precision);
}

/** Digits as if they were UTC, in milliseconds; undefined when no calendar or clock shows them. */
function clockOf(digits: string): number | undefined {
  if (digits === '') return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = [
    digits.slice(0, 4),
    ...(digits.slice(4).match(/\d\d/g) ?? []),
  ].map(Number);
  const clock = Date.UTC(year, month - 1, day, hour, minute, second);
  return utcStamp(new Date(clock)).startsWith(digits) ? clock : undefined;
}

/** `Z`, `+01`, `+0100`, `-03:30`: minutes ahead of UTC. */
function minutesOf(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The instant at which clocks in France show `clock`. */
function inFrance(clock: number): number {
  const near = clock - franceAhead(clock);
  return clock - franceAhead(near);
}

function franceAhead(instant: number): number {
  return minutesOf(hl7Time(new Date(instant)).slice(14)) * MINUTE;
}
