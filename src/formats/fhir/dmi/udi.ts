import type { Dispositif, Iud } from './device-types.ts';
import { isDay } from './json-values.ts';

/** What a UDI says of its device. */
export interface UdiParts {
  readonly id?: string;
  readonly lot?: string;
  readonly serie?: string;
  readonly fabrication?: string;
  readonly peremption?: string;
}

/** GS1 application identifiers of a UDI (GS1 General Specifications §3). */
const MEMBERS: ReadonlyMap<string, keyof UdiParts> = new Map([
  ['01', 'id'],
  ['10', 'lot'],
  ['11', 'fabrication'],
  ['17', 'peremption'],
  ['21', 'serie'],
]);

/** Application identifiers of dates, YYMMDD (GS1 General Specifications §3.4). */
const DATES: ReadonlySet<string> = new Set(['11', '12', '13', '15', '16', '17']);

/**
 * The parts of a UDI as it reads, in the form of GS1: `(01)03701234567899(17)281231(10)LOT42(21)S7`, in any order; nothing
 * for any other form. A value that a device cannot have (a date of no calendar) is left out.
 *
 * @param year the current one
 */
export function readUdi(hrf: string, year: number): UdiParts {
  const parts: { -readonly [Part in keyof UdiParts]: string } = {};
  const elements = elementsOf(hrf.trim());
  if (elements?.has('01') !== true) return parts;
  for (const [identifier, text] of elements) {
    const member = MEMBERS.get(identifier);
    const value = DATES.has(identifier) ? dateOf(text, year) : text;
    if (member !== undefined && value !== undefined) parts[member] = value;
  }
  return parts;
}

/**
 * Texts by application identifier; undefined for what is not that from beginning to end, or says two things of one. Half a
 * lot number is a wrong one: parentheses may be part of it (`(10)AB(1)2`, quirk F39).
 */
function elementsOf(hrf: string): ReadonlyMap<string, string> | undefined {
  const elements = new Map<string, string>();
  let end = 0;
  for (const [whole, identifier = '', given = ''] of hrf.matchAll(/\((\d{2,4})\)([^()]+)/gy)) {
    const text = given.trim();
    if (text === '' || (elements.get(identifier) ?? text) !== text) return undefined;
    if (DATES.has(identifier) && !/^\d{6}$/.test(text)) return undefined;
    elements.set(identifier, text);
    end += whole.length;
  }
  return end === hrf.length ? elements : undefined;
}

/** YYMMDD of GS1; day 00 is the whole month. */
function dateOf(text: string, current: number): string | undefined {
  const year = yearOf(Number(text.slice(0, 2)), current);
  const [month, day] = [text.slice(2, 4), text.slice(4)];
  if (day === '00') return /^(?:0[1-9]|1[0-2])$/.test(month) ? `${year}-${month}` : undefined;
  const date = `${year}-${month}-${day}`;
  return isDay(date) ? date : undefined;
}

/** The year of two digits that is nearest to the current one (GS1 General Specifications §7.12). */
function yearOf(digits: number, current: number): number {
  const year = current - (current % 100) + digits;
  const difference = digits - (current % 100);
  if (difference > 50) return year - 100;
  return difference < -49 ? year + 100 : year;
}

/** Whether 14 digits are a GTIN of right check digit (GS1 General Specifications §7.9). */
export function isGtin(text: string): boolean {
  if (!/^\d{14}$/.test(text)) return false;
  const sum = Array.from(text, Number).reduce(
    (total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1),
    0,
  );
  return sum % 10 === 0;
}

/** A device with what its UDI says and it did not. @param year the current one */
export function completedByUdi(device: Dispositif, year: number): Dispositif {
  const { iud } = device;
  if (iud?.hrf === undefined) return device;
  const { id, ...parts } = readUdi(iud.hrf, year);
  const completed: Iud = { ...(id !== undefined && { id }), ...iud };
  return { ...parts, ...device, iud: completed };
}

/** Members of a device that its own UDI contradicts. @param year the current one */
export function contradictedByUdi(device: Dispositif, year: number): readonly string[] {
  const { id, ...parts } = readUdi(device.iud?.hrf ?? '', year);
  const contradicted = Object.entries(parts)
    .filter(([member, said]) => {
      const given = device[member as keyof typeof parts];
      return given !== undefined && !agrees(member, given.trim(), said);
    })
    .map(([member]) => member);
  const given = device.iud?.id;
  return given !== undefined && id !== undefined && given !== id ? ['iud.id', ...contradicted] : contradicted;
}

/** A month does not contradict a day of it; LOT4 is another lot than LOT42. */
function agrees(member: string, given: string, said: string): boolean {
  const isDate = member === 'fabrication' || member === 'peremption';
  return isDate ? given.startsWith(said) || said.startsWith(given) : given === said;
}
