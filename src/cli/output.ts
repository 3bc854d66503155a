/** What could move a terminal's cursor, or turn its text around: mails and peers can put it into what we print. */
const UNPRINTABLE = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Writes a line, or several, for a person. */
export function print(text: string): void {
  process.stdout.write(`${text.replaceAll(UNPRINTABLE, '\uFFFD')}\n`);
}

/** The same, on the error output. */
export function printError(text: string): void {
  process.stderr.write(`${text.replaceAll(UNPRINTABLE, '\uFFFD')}\n`);
}

/** Writes a value for a program: JSON escapes whatever a terminal would obey. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A value that came from outside, as it can stand in a line of ours. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A local date and time as French people write it. */
export function frenchTime(at: number | string): string {
  return new Date(at).toLocaleString('fr-FR', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
}

/** A help text: a blank line between paragraphs. */
export function paragraphs(...texts: readonly string[]): string {
  return texts.join('\n\n');
}

/** `1 envoi`, `2 envois`: the noun in the plural from two on. */
export function count(number: number, noun: string): string {
  return `${number} ${number < 2 ? noun : plural(noun)}`;
}

/** Rows under a head, in columns as wide as their widest cell. A column that is empty throughout is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => {
    const cells = rows.map(row => row[column]?.length ?? 0);
    return Math.max(...cells) === 0 ? 0 : Math.max(title.length, ...cells);
  });
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .filter((_, column) => (widths[column] ?? 0) > 0)
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

function plural(noun: string): string {
  return noun
    .split(' ')
    .map(word => `${word}s`)
    .join(' ');
}
