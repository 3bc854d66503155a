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

const DATES: ReadonlySet<string> = new Set(['11', '17']);

/**
 * The parts of a UDI as it reads, in the form of GS1: `(01)03701234567899(17)281231(10)LOT42(21)S7`; nothing for any
 * other form. A value that a device cannot have (a date of no calendar) is left out.
 */
export function readUdi(hrf: string): UdiParts {
  const parts: { -readonly [Part in keyof UdiParts]: string } = {};
  if (!hrf.startsWith('(01)')) return parts;
  for (const [, identifier = '', text = ''] of hrf.matchAll(/\((\d{2,4})\)([^()]+)/g)) {
    const member = MEMBERS.get(identifier);
    const value = DATES.has(identifier) ? dateOf(text.trim()) : text.trim();
    if (member !== undefined && value !== undefined && value !== '') parts[member] ??= value;
  }
  return parts;
}

/** YYMMDD of GS1: of this century for every device that is implanted; day 00 is the whole month. */
function dateOf(text: string): string | undefined {
  const [, year, month = '', day] = /^(\d{2})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (day === '00') return /^(?:0[1-9]|1[0-2])$/.test(month) ? `20${year}-${month}` : undefined;
  const date = `20${year}-${month}-${day}`;
  return isDay(date) ? date : undefined;
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

/** A device with what its UDI says and it did not. */
export function completedByUdi(device: Dispositif): Dispositif {
  const { iud } = device;
  if (iud?.hrf === undefined) return device;
  const { id, ...parts } = readUdi(iud.hrf);
  const completed: Iud = { ...(id !== undefined && { id }), ...iud };
  return { ...parts, ...device, iud: completed };
}

/** Members of a device that its own UDI contradicts. */
export function contradictedByUdi(device: Dispositif): readonly string[] {
  const { id, ...parts } = readUdi(device.iud?.hrf ?? '');
  const contradicted = Object.entries(parts)
    .filter(([member, said]) => {
      const given = device[member as keyof typeof parts];
      return given !== undefined && !given.startsWith(said) && !said.startsWith(given);
    })
    .map(([member]) => member);
  const given = device.iud?.id;
  return given !== undefined && id !== undefined && given !== id ? ['iud.id', ...contradicted] : contradicted;
}
