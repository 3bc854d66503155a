import { type Finding, type IssueCode, isObject } from '../resource.ts';

/** A member that cites somebody or something of the trace by its `cle`. */
export interface Citation {
  readonly path: string;
  readonly cle: string;
  /** Lists of the trace in which it may stand. */
  readonly lists: readonly string[];
}

/** What a reading has found so far. */
export interface Reading {
  readonly findings: Finding[];
  readonly citations: Citation[];
  /** In which it is read. */
  readonly year: number;
}

/** Reads one value of the JSON; what is wrong with it becomes findings, and the value undefined. */
export type Reader<T> = (value: unknown, path: string, reading: Reading) => T | undefined;

/** A member of an object, and whether it must be there. */
export interface Member<T> {
  readonly read: Reader<T>;
  readonly isRequired: boolean;
}

/** The members of an object of type T, each required as it is in T. */
export type Members<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? Member<Exclude<T[K], undefined>> & { readonly isRequired: false }
    : Member<T[K]> & { readonly isRequired: true };
};

const RULE = 'dmi-trace';

/** A finding on a member of the simple JSON. */
export function finding(code: IssueCode, path: string, message: string): Finding {
  return { severity: 'error', code, path, message, rule: RULE };
}

/** A finding that keeps nothing from being sent. */
export function warning(code: IssueCode, path: string, message: string): Finding {
  return { ...finding(code, path, message), severity: 'warning' };
}

/** A member that must be there. */
export function must<T>(read: Reader<T>): Member<T> & { readonly isRequired: true } {
  return { read, isRequired: true };
}

/** A member that may be left out. `null` is a wrong value, not an absent member. */
export function may<T>(read: Reader<T>): Member<T> & { readonly isRequired: false } {
  return { read, isRequired: false };
}

/** `lot` within `dispositifs[0]`: `dispositifs[0].lot`. */
export function within(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`;
}

/** A body of nothing but unknown members says no more than so many of them. */
const MAX_FINDINGS = 200;

/** An object of these members and no other. */
export function record<T extends object>(members: Members<T>): Reader<T> {
  const known = new Map<string, Member<unknown>>(Object.entries(members));
  return (value, path, reading) => {
    if (!isObject(value)) return refuse(reading, path, 'un objet est attendu');
    for (const name of Object.keys(value)) {
      if (known.has(name)) continue;
      if (reading.findings.length >= MAX_FINDINGS) break;
      reading.findings.push(finding('structure', within(path, shown(name)), 'Ce membre n’existe pas.'));
    }
    return readMembers(value, known, path, reading) as T | undefined;
  };
}

/** What cannot be a name of ours is not repeated: it may be anything. */
function shown(name: string): string {
  return /^[A-Za-z_]\w{0,39}$/.test(name) ? name : '(membre inconnu)';
}

function readMembers(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, Member<unknown>>,
  path: string,
  reading: Reading,
): object | undefined {
  let isWhole = true;
  const read: Record<string, unknown> = {};
  for (const [name, member] of known) {
    const at = within(path, name);
    if (!Object.hasOwn(value, name)) {
      if (!member.isRequired) continue;
      isWhole = false;
      reading.findings.push(finding('required', at, 'Ce membre est obligatoire.'));
      continue;
    }
    const found = member.read(value[name], at, reading);
    if (found === undefined) isWhole = false;
    else read[name] = found;
  }
  return isWhole ? read : undefined;
}

/** At most so many items: more than any delivery has lines. */
const MAX_ITEMS = 1000;

/** A list; `least` 1 where it must not be empty. */
export function list<T>(item: Reader<T>, least: 0 | 1 = 0): Reader<readonly T[]> {
  return (value, path, reading) => {
    if (!Array.isArray(value)) return refuse(reading, path, 'une liste est attendue');
    if (value.length < least) return refuse(reading, path, 'un élément au moins est attendu');
    if (value.length > MAX_ITEMS) return refuse(reading, path, `${MAX_ITEMS} éléments au plus sont admis`);
    const items = value.map((each, index) => item(each, `${path}[${index}]`, reading));
    return items.some(each => each === undefined) ? undefined : (items as readonly T[]);
  };
}

/** A value that passes another reader and has to satisfy something more. */
export function checked<T>(read: Reader<T>, isRight: (value: T) => boolean, expected: string): Reader<T> {
  return (value, path, reading) => {
    const found = read(value, path, reading);
    if (found === undefined || isRight(found)) return found;
    return refuse(reading, path, expected);
  };
}

/** Notes a wrong value: « … : un texte est attendu. » The value itself is never told. */
export function refuse(reading: Reading, path: string, expected: string): undefined {
  reading.findings.push(finding('value', path, `Valeur refusée : ${expected}.`));
  return undefined;
}
