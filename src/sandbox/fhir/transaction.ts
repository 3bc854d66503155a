import { randomUUID } from 'node:crypto';
import { itemsOf, type Json, membersOf, withTexts, wordOf } from './json.ts';
import type { Fault } from './outcome.ts';

/** A resource as a platform has created it. */
export interface CreatedEntry {
  readonly type: string;
  readonly id: string;
  readonly versionId: string;
  readonly lastUpdated: string;
  readonly resource: Json;
}

/** What is wrong with the form of a transaction that only creates; nothing where nothing is. */
export function transactionFaults(bundle: unknown): Fault[] {
  const { resourceType, type, entry } = membersOf(bundle);
  if (resourceType !== 'Bundle') return [{ code: 'structure', path: 'resourceType', reason: 'not a Bundle' }];
  if (type !== 'transaction') return [{ code: 'value', path: 'Bundle.type', reason: 'not a transaction' }];
  const entries = itemsOf(entry);
  if (entries.length === 0)
    return [{ code: 'required', path: 'Bundle.entry', reason: 'nothing to be created' }];
  const urls = entries.map(({ fullUrl }) => fullUrl);
  return entries.flatMap(({ fullUrl, resource, request }, index): Fault[] => {
    const path = `Bundle.entry[${index}]`;
    const named = wordOf(membersOf(resource)['resourceType']);
    const { method, url } = membersOf(request);
    return [
      ...(wordOf(fullUrl) === undefined || urls.indexOf(fullUrl) !== index
        ? [{ code: 'value', path: `${path}.fullUrl`, reason: 'missing, or there twice' }]
        : []),
      ...(named === undefined ? [{ code: 'required', path: `${path}.resource`, reason: 'no resource' }] : []),
      ...(method === 'POST'
        ? []
        : [{ code: 'value', path: `${path}.request.method`, reason: 'something else than POST' }]),
      ...(url === named
        ? []
        : [{ code: 'value', path: `${path}.request.url`, reason: 'not the type of the resource' }]),
    ];
  });
}

/** Faults of references that lead to nothing in the Bundle, in Bundles in it, or in what the platform has (`Type/id`). */
export function danglingFaults(bundle: unknown, has: (name: string) => boolean): Fault[] {
  const names = new Set(namesIn(bundle));
  const faults: Fault[] = [];
  for (const [index, { resource }] of itemsOf(membersOf(bundle)['entry']).entries()) {
    withTexts(resource, (text, key) => {
      const isKnown = names.has(text) || has(text) || has(text.split('/').slice(-2).join('/'));
      if (key === 'reference' && !text.startsWith('#') && !isKnown) {
        const path = `Bundle.entry[${index}].resource`;
        faults.push({ code: 'not-found', path, reason: 'a reference that leads nowhere' });
      }
      return text;
    });
  }
  return faults;
}

/** fullUrl and `Type/id` of each entry, those of nested Bundles too. */
function namesIn(bundle: unknown): string[] {
  return itemsOf(membersOf(bundle)['entry']).flatMap(({ fullUrl, resource }) => {
    const { resourceType, id } = membersOf(resource);
    return [String(fullUrl), `${String(resourceType)}/${String(id)}`, ...namesIn(resource)];
  });
}

/** Creates every resource of a Bundle of the right form: each gets an id, and references follow. */
export function createEntries(bundle: unknown, now: Date): CreatedEntry[] {
  const entries = itemsOf(membersOf(bundle)['entry']).map(({ fullUrl, resource }) => {
    const { resourceType, id } = membersOf(resource);
    const type = String(resourceType);
    return { fullUrl: String(fullUrl), local: `${type}/${String(id)}`, type, resource, id: randomUUID() };
  });
  const renamed = new Map(
    entries.flatMap(({ fullUrl, local, type, id }) => [
      [fullUrl, `${type}/${id}`] as const,
      [local, `${type}/${id}`] as const,
    ]),
  );
  const lastUpdated = now.toISOString();
  return entries.map(({ type, id, resource }) => {
    const rewritten = withTexts(resource, (text, key) =>
      key === 'reference' ? (renamed.get(text) ?? text) : text,
    );
    const meta = { ...membersOf(membersOf(rewritten)['meta']), versionId: '1', lastUpdated };
    return { type, id, versionId: '1', lastUpdated, resource: { ...membersOf(rewritten), id, meta } };
  });
}

/** transaction-response, with the resources as created. */
export function responseTo(created: readonly CreatedEntry[], base: string): Json {
  return {
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: created.map(({ type, id, versionId, lastUpdated, resource }) => ({
      fullUrl: `${base}/${type}/${id}`,
      resource,
      response: {
        status: '201 Created',
        location: `${type}/${id}/_history/${versionId}`,
        etag: `W/"${versionId}"`,
        lastModified: lastUpdated,
      },
    })),
  };
}

/** A transaction-response to a Bundle that is none: its last entry says no. */
export function responseWithNo(bundle: unknown, status: string, outcome: Json): Json {
  const entries = itemsOf(membersOf(bundle)['entry']);
  return {
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: entries.map(({ resource }, index) => ({
      response:
        index === entries.length - 1
          ? { status, outcome }
          : {
              status: '201 Created',
              location: `${String(membersOf(resource)['resourceType'])}/${randomUUID()}`,
            },
    })),
  };
}
