const PARIS = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Paris',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
});

/** An HL7 time (DTM) to the second, as clocks in France show it, with its offset: `20261120093000+0100`. */
export function hl7Time(time: Date): string {
  const parts = new Map(PARIS.formatToParts(time).map(({ type, value }) => [type, value]));
  const digits = ['year', 'month', 'day', 'hour', 'minute', 'second'].map(
    part => parts.get(part as Intl.DateTimeFormatPartTypes) ?? '',
  );
  const offset = (parts.get('timeZoneName') ?? '').replace('GMT', '').replace(':', '');
  return `${digits.join('')}${offset}`;
}
