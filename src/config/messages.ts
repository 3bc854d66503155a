import { z } from 'zod';

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'texte attendu',
  number: 'nombre attendu',
  int: 'nombre entier attendu',
  boolean: 'true ou false attendu',
  object: 'bloc de clés attendu',
  array: 'liste attendue',
};

/** A fault of the schema in French, for an administrator who does not know zod. Never repeats the value. */
export function frenchIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'custom') return 'clé requise absente';
  if (issue.code === 'invalid_type') return wrongType(issue.expected, issue.input);
  if (issue.code === 'too_small' && issue.origin === 'string') return 'texte vide';
  if (issue.code === 'too_small' && issue.origin === 'array') return 'au moins un élément attendu';
  if (issue.code === 'too_small') return `au moins ${issue.minimum} attendu`;
  if (issue.code === 'too_big') return `au plus ${issue.maximum} attendu`;
  if (issue.code === 'invalid_value') return `valeurs possibles : ${issue.values.map(quoted).join(', ')}`;
  return spoken(z.locales.fr().localeError(issue));
}

/** What to say of a key that the schema does not know, given those it does. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `clé inconnue ; vouliez-vous écrire « ${near} » ?`;
  return known.length === 0 ? 'clé inconnue' : `clé inconnue ; clés possibles : ${known.join(', ')}`;
}

/** `null` without quotes is YAML's nothing. */
function quoted(value: unknown): string {
  return value === 'null' ? '"null"' : String(value);
}

function wrongType(expected: string, input: unknown): string {
  const wanted = EXPECTED[expected] ?? `${expected} attendu`;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    return `${wanted} : mettez la valeur entre guillemets`;
  }
  const unquoted = ['number', 'int', 'boolean'].includes(expected) && typeof input === 'string';
  return unquoted ? `${wanted}, sans guillemets` : wanted;
}

function spoken(message: string | { message: string } | undefined | null): string | undefined {
  return typeof message === 'object' ? message?.message : message;
}

/** The known key that is a slip away: other capitals, or at most two letters (one for a short key). */
function nearest(key: string, known: readonly string[]): string | undefined {
  const allowed = key.length <= 4 ? 1 : 2;
  const ranked = known
    .map(candidate => ({ candidate, slips: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.slips - b.slips);
  const [best] = ranked;
  return best !== undefined && best.slips <= allowed ? best.candidate : undefined;
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
