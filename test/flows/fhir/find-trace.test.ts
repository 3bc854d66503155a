import { describe, expect, it } from 'vitest';
import { findTrace } from '../../../src/flows/fhir/find-trace.ts';
import type { AfterSilence } from '../../../src/flows/fhir/platform-flow.ts';
import { type FhirResource, isObject } from '../../../src/formats/fhir/resource.ts';
import { entriesOf } from '../../../src/formats/fhir/transaction-entries.ts';
import type { FhirPeer } from '../../../src/peers/interfaces.ts';
import { newTraceBundle } from '../../kit/fhir-traces.ts';

/** Of two traces with the same words and times: which one a silence was about. */

const BASE = 'https://plateforme.exemple.fr/fhir';
const ALIKE = { description: 'Pose d’un implant' };
const DOCUMENT = { type: 'application/pdf', valueBase64Binary: 'JVBERi0xLjQK' };

function auditOf(bundle: FhirResource): FhirResource {
  const found = entriesOf(bundle).find(({ resource }) => resource?.resourceType === 'AuditEvent')?.resource;
  if (found === undefined) throw new Error('unreachable');
  return found;
}

function withAudit(bundle: FhirResource, change: Readonly<Record<string, unknown>>): FhirResource {
  const entry = (bundle['entry'] as readonly Readonly<Record<string, unknown>>[]).map(each =>
    isObject(each['resource']) && each['resource']['resourceType'] === 'AuditEvent'
      ? { ...each, resource: { ...each['resource'], ...change } }
      : each,
  );
  return { ...bundle, entry };
}

/** A caller's own Bundle: we have put nothing into it. */
function ownBundle(...detail: readonly object[]): FhirResource {
  return withAudit(newTraceBundle(ALIKE), { entity: [{ type: { display: 'Structuré' }, detail }] });
}

/** As a platform keeps it: under its id, with its references, and instants in its zone. */
function kept(
  bundle: FhirResource,
  id: string,
  change: Readonly<Record<string, unknown>> = {},
): FhirResource {
  const text = JSON.stringify(auditOf(bundle)).replaceAll(/urn:uuid:[^"]*/g, `Device/${id}`);
  const trace = JSON.parse(text) as FhirResource;
  const recorded = new Date(String(trace['recorded'])).toISOString();
  return { ...trace, id, meta: { versionId: '1' }, recorded, ...change };
}

function ask(
  own: FhirResource,
  traces: readonly FhirResource[],
  {
    known = [],
    link = [],
    further = [],
    asked = [],
  }: {
    readonly known?: readonly string[];
    readonly link?: readonly object[];
    /** A page for each. */
    readonly further?: readonly FhirResource[];
    /** Takes what the platform is asked. */
    readonly asked?: string[];
  } = {},
): Promise<AfterSilence> {
  const pages = further.map((_, index) => String(index));
  const peer: FhirPeer = {
    send: async ({ path }) => {
      asked.push(path);
      const page = pages.findIndex(each => path.endsWith(`page=${each}`));
      const entry = page < 0 ? traces.map(resource => ({ resource })) : [{ resource: further[page] }];
      const next = pages[page + 1];
      const links = next === undefined ? link : [{ relation: 'next', url: `${BASE}?page=${next}` }];
      const searchset = { resourceType: 'Bundle', type: 'searchset', link: links, entry };
      return {
        status: 200,
        headers: {},
        retryAfter: undefined,
        body: Buffer.from(JSON.stringify(searchset)),
      };
    },
    dropToken: () => {},
    probe: () => Promise.reject(new Error('not asked')),
    close: async () => {},
  };
  return findTrace(own, { peer, base: BASE }, async remote => known.includes(remote));
}

describe('a trace that we have built', () => {
  const own = newTraceBundle(ALIKE);

  it('is found by what we have put into it, whatever else is like it', async () => {
    const other = kept(newTraceBundle(ALIKE), '1');
    expect(await ask(own, [other, kept(own, '2')])).toMatchObject({
      kind: 'taken',
      ids: [{ remote: 'AuditEvent/2' }],
    });
    expect(await ask(own, [other])).toEqual({ kind: 'again' });
    expect(await ask(own, [])).toEqual({ kind: 'again' });
  });

  it('says nothing of the patient by it', () => {
    const [first, second] = [newTraceBundle(ALIKE), newTraceBundle(ALIKE)].map(bundle => {
      const entities = auditOf(bundle)['entity'] as readonly { detail?: readonly object[] }[];
      return JSON.stringify(entities.at(-1)?.detail?.at(-1));
    });
    expect(first).toMatch(/^\{"type":"passerelle","valueString":"[\da-f-]{36}"\}$/);
    expect(first).not.toBe(second);
  });

  it('is found on whatever page it is', async () => {
    const others = [1, 2].map(id => kept(newTraceBundle(ALIKE), String(id)));
    const asked: string[] = [];
    expect(await ask(own, others, { further: [...others, kept(own, '9')], asked })).toMatchObject({
      kind: 'taken',
      ids: [{ remote: 'AuditEvent/9' }],
    });
    expect(asked.slice(1)).toEqual(['?page=0', '?page=1', '?page=2']);
    expect(await ask(own, others, { further: others })).toEqual({ kind: 'again' });
  });

  it('is one though it stands on two pages: others write meanwhile', async () => {
    const ours = kept(own, '9');
    expect(await ask(own, [ours], { further: [ours, ours] })).toMatchObject({ kind: 'taken' });
  });

  it('is left to a person where pages have no end, or lie elsewhere', async () => {
    const endless = { link: [{ relation: 'next', url: `${BASE}/AuditEvent?page=x` }] };
    expect(await ask(own, [], endless)).toEqual({ kind: 'unknown' });
    const elsewhere = { link: [{ relation: 'next', url: 'https://ailleurs.exemple.fr/autre?page=2' }] };
    expect(await ask(own, [], elsewhere)).toEqual({ kind: 'unknown' });
    expect(await ask(own, [kept(own, '9')], elsewhere)).toMatchObject({ kind: 'taken' });
  });

  it('is left to a person where the platform keeps no details', async () => {
    expect(await ask(own, [kept(own, '1', { entity: undefined })])).toEqual({ kind: 'unknown' });
  });

  it('is sent again where what is like it came by another call', async () => {
    const other = kept(ownBundle(), '1');
    expect(await ask(own, [other])).toEqual({ kind: 'unknown' });
    expect(await ask(own, [other], { known: ['AuditEvent/1'] })).toEqual({ kind: 'again' });
  });
});

describe('a caller’s own Bundle', () => {
  it('without anything of its own is left to a person where something is like it', async () => {
    const own = ownBundle();
    expect(await ask(own, [kept(own, '1')])).toEqual({ kind: 'unknown' });
    expect(await ask(own, [kept(newTraceBundle({ description: 'Autre' }), '1')])).toEqual({ kind: 'again' });
    expect(await ask(own, [], { link: [{ relation: 'next', url: '?_getpages=1' }] })).toEqual({
      kind: 'unknown',
    });
  });

  it('is not what another has said by simple JSON', async () => {
    expect(await ask(ownBundle(), [kept(newTraceBundle(ALIKE), '1')])).toEqual({ kind: 'again' });
  });

  it('is found by its document, where all the rest is the same', async () => {
    const own = ownBundle(DOCUMENT);
    expect(await ask(own, [kept(own, '1')])).toMatchObject({ kind: 'taken' });
    expect(await ask(own, [kept(own, '1'), kept(own, '2')])).toEqual({ kind: 'unknown' });
    const other = ownBundle({ ...DOCUMENT, valueBase64Binary: 'JVBERi0xLjUK' });
    for (const each of [
      kept(other, '1'),
      kept(own, '1', { action: 'U' }),
      kept(own, '1', { outcome: '8' }),
      kept(own, '1', { source: { observer: { identifier: { value: '7' } } } }),
      kept(own, '1', { agent: [{ who: { identifier: { value: '7' } }, requestor: true }] }),
    ]) {
      expect(await ask(own, [each])).toEqual({ kind: 'unknown' });
    }
  });

  it('with a word that may stand in many is left to a person', async () => {
    const own = ownBundle({ type: 'version', valueString: '1' });
    expect(await ask(own, [kept(own, '1')])).toEqual({ kind: 'unknown' });
  });
});
