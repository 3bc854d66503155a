import type { Finding, IssueCode } from '../resource.ts';
import { pageOf, type PageSeal } from './search-pages.ts';
import { type ParameterRule, SEARCH_PARAMETERS, type ValueKind } from './search-parameters.ts';

/** A parameter of a search that may be asked. */
export interface SearchParameter {
  readonly name: string;
  readonly value: string;
  /** Not to be logged. */
  readonly isPersonal: boolean;
}

/** A search for traces (flux 23): its parameters, or a further page of one. */
export interface TraceSearch {
  readonly parameters: readonly SearchParameter[];
  /** The page, relative to the platform's base: `AuditEvent?…`, `?_getpages=…`. */
  readonly page?: string;
}

/** A search that was read, or why it was not. */
export type SearchReading = { readonly query: TraceSearch } | { readonly findings: readonly Finding[] };

const MAX_VALUE = 500;
const MAX_PARAMETERS = 30;

/**
 * The search that the query of `GET AuditEvent?…` asks for. `date` is wanted, bound on both sides (ITI-81): by
 * `ge`/`gt`/`sa` and `le`/`lt`/`eb`, or by one value without prefix. A `_page` of ours stands alone. What says how the answer
 * is written is the façade's. Paths of findings are names of parameters.
 */
export function readSearch(query: URLSearchParams, open: PageSeal['open']): SearchReading {
  const asked = new URLSearchParams([...query].filter(([name]) => name !== '_format' && name !== '_pretty'));
  if (asked.has('_page')) return readPage(asked, open);
  const findings: Finding[] = [];
  const parameters: SearchParameter[] = [];
  if (asked.size > MAX_PARAMETERS) {
    return { findings: [finding('invalid', '', `${MAX_PARAMETERS} paramètres au plus sont admis.`)] };
  }
  for (const [name, given] of asked) {
    const rule = SEARCH_PARAMETERS.get(name);
    if (rule === undefined) {
      findings.push(finding('not-supported', shown(name), 'Ce paramètre de recherche n’est pas admis.'));
      continue;
    }
    const value = rule.kind === 'date' ? withPlus(given) : given;
    if (!isRight(value, rule.kind))
      findings.push(finding('value', name, `Valeur refusée : ${EXPECTED[rule.kind]}.`));
    parameters.push({ name: rule.name, value, isPersonal: isPersonal(rule, value) });
  }
  findings.push(...checkDates(parameters));
  return findings.length > 0 ? { findings } : { query: { parameters } };
}

/** What the platform is asked, relative to its base: `AuditEvent?date=ge2026-03-01&…`. Not to be logged. */
export function searchPath({ parameters, page }: TraceSearch): string {
  return (
    page ??
    `AuditEvent?${parameters.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('&')}`
  );
}

/** The same without any value that may tell who a person is; of a further page, nothing but that it is one. */
export function loggedSearchPath({ parameters, page }: TraceSearch): string {
  if (page !== undefined) return 'AuditEvent?_page=***';
  return searchPath({
    parameters: parameters.map(each => (each.isPersonal ? { ...each, value: '***' } : each)),
  });
}

function readPage(asked: URLSearchParams, open: PageSeal['open']): SearchReading {
  const page = asked.size === 1 ? pageOf(asked.get('_page') ?? '', open) : undefined;
  if (page !== undefined) return { query: { parameters: [], page } };
  return {
    findings: [finding('value', '_page', 'Cette page n’est pas de celles que la passerelle a données.')],
  };
}

const DATE =
  /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?)$/;

const FORMS: Readonly<Record<ValueKind, RegExp>> = {
  date: DATE,
  token: /^[^\p{Cc}]+$/u,
  reference:
    /^(?:https?:\/\/[^\s\p{Cc}]+\/)?(?:[A-Z][A-Za-z]+\/)?[A-Za-z0-9.-]{1,64}(?:,(?:[A-Z][A-Za-z]+\/)?[A-Za-z0-9.-]{1,64})*$/u,
  string: /^[^\p{Cc}]+$/u,
  count: /^(?:[1-9]\d{0,2}|1000)$/,
};

const EXPECTED: Readonly<Record<ValueKind, string>> = {
  date: 'une date est attendue (ge2026-03-01, le2026-03-31T23:59:59+02:00)',
  token: 'un code est attendu (code, système|code)',
  reference: 'une référence est attendue (Device/123)',
  string: 'un texte est attendu',
  count: 'un nombre de 1 à 1000 est attendu',
};

/** A `+` of a time zone that was not percent-encoded was read as a blank. */
function withPlus(date: string): string {
  return date.replace(/ (?=\d{2}:\d{2}$)/, '+');
}

function isRight(value: string, kind: ValueKind): boolean {
  if (value.length > MAX_VALUE || value.trim() === '' || !FORMS[kind].test(value)) return false;
  return kind !== 'date' || !Number.isNaN(startOf(DATE.exec(value)?.[2] ?? ''));
}

/** A reference to a patient is one by whatever parameter it is asked. */
function isPersonal({ isPersonal, kind }: ParameterRule, value: string): boolean {
  return isPersonal || (kind === 'reference' && /(?:^|[/,])Patient\//.test(value));
}

const LOWER: ReadonlySet<string> = new Set(['', 'eq', 'ap', 'ge', 'gt', 'sa']);
const UPPER: ReadonlySet<string> = new Set(['', 'eq', 'ap', 'le', 'lt', 'eb']);

function checkDates(parameters: readonly SearchParameter[]): readonly Finding[] {
  const dates = parameters
    .filter(({ name }) => name === 'date')
    .map(({ value }) => DATE.exec(value))
    .filter(match => match !== null)
    .map(([, prefix = '', date = '']) => ({ prefix, date }));
  const lower = dates.filter(({ prefix }) => LOWER.has(prefix)).map(({ date }) => startOf(date));
  const upper = dates.filter(({ prefix }) => UPPER.has(prefix)).map(({ date }) => endOf(date));
  if (lower.length === 0 || upper.length === 0) {
    const message = 'Une période est obligatoire : date=ge… et date=le…, ou date=… sans préfixe.';
    return [finding('required', 'date', message)];
  }
  if (Math.max(...lower) <= Math.min(...upper)) return [];
  return [finding('value', 'date', 'La fin de la période précède son début.')];
}

const MILLISECONDS_A_DAY = 86_400_000;

/** The first instant of a date of any precision, in milliseconds; of a time without zone, that of UTC. */
function startOf(date: string): number {
  return Date.parse(/T.*:\d{2}(?:\.\d+)?$/.test(date) && !/[+-]\d{2}:\d{2}$/.test(date) ? `${date}Z` : date);
}

/** The last instant of it; of a month or year, no earlier than that. */
function endOf(date: string): number {
  const days = { 4: 366, 7: 31, 10: 1 }[date.length];
  return days === undefined ? startOf(date) : startOf(date) + days * MILLISECONDS_A_DAY - 1;
}

function finding(code: IssueCode, path: string, message: string): Finding {
  return { severity: 'error', code, path, message, rule: 'dmi-search' };
}

/** What cannot be the name of a parameter is not repeated: it may be anything. */
function shown(name: string): string {
  return /^[A-Za-z_][A-Za-z:._-]{0,59}$/.test(name) ? name : '(paramètre inconnu)';
}
