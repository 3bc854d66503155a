import { z } from 'zod';

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

const DURATION_EXPECTED = 'durée attendue, par exemple 30s, 5m, 24h ou 7d';
const SIZE_EXPECTED = 'taille attendue, par exemple 512KB ou 20MB';

/** A duration such as `30s`, `5m`, `24h`, `7d`; read as milliseconds. */
export const duration = z
  .string(DURATION_EXPECTED)
  .regex(/^\d+(ms|s|m|h|d)$/, DURATION_EXPECTED)
  .transform(text => measure(text, DURATIONS));

/** A size such as `20MB`; read as bytes. */
export const size = z
  .string(SIZE_EXPECTED)
  .regex(/^\d+(B|KB|MB|GB)$/, SIZE_EXPECTED)
  .transform(text => measure(text, SIZES));

function measure(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount = '', unit = ''] = /^(\d+)(\D+)$/.exec(text) ?? [];
  return Number(amount) * (units[unit] ?? Number.NaN);
}
