import type { CdaHeader } from '../cda/types.ts';

/**
 * When a document was made, as an instant: its effectiveTime, else what it documents began; a time without an
 * offset is read as UTC. 1970-01-01 where the header gives none that can be read: never the clock, so that a
 * document gives the same file whenever it is made.
 */
export function documentTime({ effectiveTime, services, encounter }: CdaHeader): Date {
  const times = [effectiveTime, services[0]?.start, encounter?.start].map(instantOf);
  return times.find(time => time !== undefined) ?? new Date(0);
}

function instantOf(time: string | undefined): Date | undefined {
  const found = /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(?:([+-])(\d\d)(\d\d))?/.exec(
    time ?? '',
  );
  if (found === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', sign = '+'] = found;
  const [offsetHours = '00', offsetMinutes = '00'] = found.slice(8);
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${sign}${offsetHours}:${offsetMinutes}`;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) || instant.getUTCFullYear() < 1 ? undefined : instant;
}
