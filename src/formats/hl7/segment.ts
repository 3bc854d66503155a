import { escapeValue } from './escape.ts';

/**
 * A composite value as nested lists of plain texts: components, or subcomponents within one; undefined is
 * empty.
 */
export type Components = readonly (string | undefined | readonly (string | undefined)[])[];

/**
 * A segment as text without its CR. `fields` are keyed by their number in the standard and hold finished HL7
 * text (see {@link text} and {@link components}); gaps are left empty, trailing ones out. MSH-1 is the
 * separator itself.
 */
export function segment(name: string, fields: Readonly<Record<number, string>>): string {
  const used = Object.entries(fields).filter(([, value]) => value !== '');
  const last = Math.max(0, ...used.map(([number]) => Number(number)));
  const values: string[] = Array.from({ length: last }, () => '');
  for (const [number, value] of used) values[Number(number) - 1] = value;
  return [name, ...(name === 'MSH' ? values.slice(1) : values)].join('|');
}

/** A plain value as field text. */
export function text(value: string | undefined): string {
  return escapeValue(value ?? '');
}

/** Components (and subcomponents) as field text, trailing empty ones left out. */
export function components(values: Components): string {
  return trimmed(values.map(value => (typeof value === 'object' ? subcomponents(value) : text(value)))).join(
    '^',
  );
}

function subcomponents(values: readonly (string | undefined)[]): string {
  return trimmed(values.map(text)).join('&');
}

function trimmed(values: readonly string[]): readonly string[] {
  return values.slice(0, values.findLastIndex(value => value !== '') + 1);
}
