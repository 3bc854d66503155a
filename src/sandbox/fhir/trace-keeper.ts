import { randomUUID } from 'node:crypto';
import { itemsOf, type Json, membersOf, wordOf } from './json.ts';
import { type Fault, refused, type Said } from './outcome.ts';
import {
  type CreatedEntry,
  createEntries,
  danglingFaults,
  responseTo,
  transactionFaults,
} from './transaction.ts';

/** What keeps the traces of implants (“gestionnaire de traçabilité”). */
export interface TraceKeeper {
  submit(body: unknown): Said;
  /** `GET AuditEvent?…`, or a further page of one (`?_getpages=…`). */
  search(query: URLSearchParams): Said;
  read(name: string): Said;
  /** The transactions that were taken, in order. */
  transactions(): readonly (readonly CreatedEntry[])[];
}

/** How a search with more answers than one page holds goes on. */
const PAGES = '_getpages';
const ALWAYS = 50;

/** @param base its own address, without `/` at its end */
export function createTraceKeeper(base: string, clock: () => Date): TraceKeeper {
  const transactions: (readonly CreatedEntry[])[] = [];
  const searches = new Map<string, readonly Json[]>();

  function page(search: string, from: number, count: number): Said {
    const all = searches.get(search);
    if (all === undefined) return gone();
    const next = new URLSearchParams([
      [PAGES, search],
      ['_getpagesoffset', String(from + count)],
      ['_count', String(count)],
    ]);
    const more = from + count < all.length ? [{ relation: 'next', url: `${base}?${next.toString()}` }] : [];
    const entry = all
      .slice(from, from + count)
      .map(resource => ({ fullUrl: `${base}/AuditEvent/${String(resource['id'])}`, resource }));
    const link = [{ relation: 'self', url: `${base}/AuditEvent` }, ...more];
    return {
      status: 200,
      body: { resourceType: 'Bundle', type: 'searchset', total: all.length, link, entry },
    };
  }

  return {
    submit(body) {
      const faults = [...transactionFaults(body), ...traceFaults(body)];
      if (faults.length === 0) faults.push(...danglingFaults(body, () => false));
      // Whatever is wrong with a trace is told with 500 (reference §1.1).
      if (faults.length > 0) return refused(500, ...faults);
      const created = createEntries(body, clock());
      transactions.push(created);
      return { status: 200, body: responseTo(created, base) };
    },
    search(query) {
      const count = Number(query.get('_count') ?? ALWAYS);
      const further = query.get(PAGES);
      if (further !== null) return page(further, Number(query.get('_getpagesoffset') ?? 0), count);
      if (!query.has('date')) return refused(400, fault('required', 'date', 'a search without date'));
      const unknown = [...query.keys()].find(name => !(name in MATCHES) && name !== '_count');
      if (unknown !== undefined) return refused(400, fault('not-supported', unknown, 'an unknown parameter'));
      const found = transactions.filter(entries =>
        [...query].every(([name, value]) => MATCHES[name]?.(entries, value) ?? true),
      );
      const search = randomUUID();
      searches.set(
        search,
        found.map(auditOf).filter(audit => audit !== undefined),
      );
      return page(search, 0, count);
    },
    read(name) {
      const found = transactions.flat().find(({ type, id }) => `${type}/${id}` === name);
      return found === undefined ? gone() : { status: 200, body: found.resource };
    },
    transactions: () => transactions,
  };
}

function gone(): Said {
  return refused(404, fault('not-found', '', 'there is no such thing'));
}

function fault(code: string, path: string, reason: string): Fault {
  return { code, path, reason };
}

function auditOf(entries: readonly CreatedEntry[]): Json | undefined {
  return entries.find(({ type }) => type === 'AuditEvent')?.resource;
}

/** One trace at a time, and what an AuditEvent must say (R4, and the profile tde-auditevent). */
function traceFaults(bundle: unknown): Fault[] {
  const audits = itemsOf(membersOf(bundle)['entry'])
    .map(({ resource }, index) => ({ audit: membersOf(resource), path: `Bundle.entry[${index}].resource` }))
    .filter(({ audit }) => audit['resourceType'] === 'AuditEvent');
  if (audits.length !== 1) return [fault('structure', 'Bundle.entry', 'not exactly one AuditEvent')];
  return audits.flatMap(({ audit, path }) => {
    const { type, recorded, agent, source, period } = audit;
    const given: readonly (readonly [string, unknown])[] = [
      ['type', membersOf(type)['code']],
      ['recorded', recorded],
      ['period.start', membersOf(period)['start']],
      ['agent', itemsOf(agent)[0]?.['who']],
      ['source.observer', membersOf(source)['observer']],
    ];
    return given.flatMap(([element, value]) =>
      value === undefined ? [fault('required', `${path}.${element}`, 'missing')] : [],
    );
  });
}

type Match = (entries: readonly CreatedEntry[], value: string) => boolean;

/** The searches that it knows, by name of parameter. */
const MATCHES: Readonly<Record<string, Match>> = {
  date: (entries, value) => isAt(wordOf(auditOf(entries)?.['recorded']) ?? '', value),
  type: (entries, value) => {
    const { system, code } = membersOf(auditOf(entries)?.['type']);
    return value === code || value === `${String(system)}|${String(code)}`;
  },
  agent: (entries, value) => refersTo(entries, 'agent', 'who', value),
  entity: (entries, value) => refersTo(entries, 'entity', 'what', value),
  'entity:Device.lotNumber': (entries, value) => hasDevice(entries, 'lotNumber', begin(value)),
  'entity:Device.lotNumber:exact': (entries, value) => hasDevice(entries, 'lotNumber', is(value)),
  'entity:Device.serialNumber': (entries, value) => hasDevice(entries, 'serialNumber', begin(value)),
  'entity:Device.serialNumber:exact': (entries, value) => hasDevice(entries, 'serialNumber', is(value)),
  'patient:identifier': (entries, value) => hasPatient(entries, value),
  'patient.identifier': (entries, value) => hasPatient(entries, value),
  'patient.ins': (entries, value) => hasPatient(entries, value),
};

function hasDevice(
  entries: readonly CreatedEntry[],
  member: string,
  suits: (text: string) => boolean,
): boolean {
  return entries.some(({ type, resource }) => type === 'Device' && suits(wordOf(resource[member]) ?? ''));
}

/** A string parameter: what a text begins with, in any case (R4 search.html#string). */
function begin(value: string): (text: string) => boolean {
  return text => text.toLowerCase().startsWith(value.toLowerCase());
}

/** The same with `:exact`. */
function is(value: string): (text: string) => boolean {
  return text => text === value;
}

/** Whether an element of the AuditEvent refers to one of `Type/id`, or `id` alone, of whatever server. */
function refersTo(entries: readonly CreatedEntry[], element: string, member: string, value: string): boolean {
  const references = itemsOf(auditOf(entries)?.[element]).flatMap(each => {
    const [type = '', id = ''] = (wordOf(membersOf(each[member])['reference']) ?? '').split('/').slice(-2);
    return [id, `${type}/${id}`];
  });
  return value.split(',').some(wanted => references.includes(wanted.split('/').slice(-2).join('/')));
}

function hasPatient(entries: readonly CreatedEntry[], token: string): boolean {
  return entries.some(
    ({ type, resource }) =>
      type === 'Patient' &&
      itemsOf(resource['identifier']).some(
        ({ system, value }) => token === value || token === `${String(system)}|${String(value)}`,
      ),
  );
}

/** Whether an instant lies where a date parameter says: a bound, or the stretch that a date without prefix is. */
function isAt(instant: string, parameter: string): boolean {
  const [, prefix = '', date = ''] = /^(ge|gt|le|lt|eq)?(.*)$/.exec(parameter) ?? [];
  const at = Date.parse(instant);
  const start = Date.parse(date);
  const end = start + (date.includes('T') ? (date.includes('.') ? 1 : 1_000) : 86_400_000);
  switch (prefix) {
    case 'ge':
      return at >= start;
    case 'gt':
      return at >= end;
    case 'le':
      return at < end;
    case 'lt':
      return at < start;
    default:
      return at >= start && at < end;
  }
}
