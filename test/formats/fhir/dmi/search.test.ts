import { assert, pre, property, webQueryParameters } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  loggedSearchPath,
  readSearch,
  searchPath,
  type TraceSearch,
} from '../../../../src/formats/fhir/dmi/search.ts';
import { createPageSeal } from '../../../../src/flows/fhir/page-seal.ts';
import { facadeAddresses, pageOf, rewriteLinks } from '../../../../src/formats/fhir/dmi/search-pages.ts';

const { seal, open } = createPageSeal(text => text);
const PERIOD = 'date=ge2026-03-01&date=le2026-03-31';

function searchOf(query: string): TraceSearch {
  const reading = readSearch(new URLSearchParams(query), open);
  if ('findings' in reading) throw new Error(JSON.stringify(reading.findings));
  return reading.query;
}

function faultsOf(query: string): [string, string][] {
  const reading = readSearch(new URLSearchParams(query), open);
  return 'findings' in reading ? reading.findings.map(({ code, path }) => [code, path]) : [];
}

describe('a search that may be asked', () => {
  it.each([
    ['date=2026-03-01', 'AuditEvent?date=2026-03-01'],
    ['date=eq2026-03', 'AuditEvent?date=eq2026-03'],
    [
      'date=ge2026-03-01T00:00:00%2B01:00&date=lt2026-03-02',
      'AuditEvent?date=ge2026-03-01T00%3A00%3A00%2B01%3A00&date=lt2026-03-02',
    ],
    ['date=2026-03-01T10:00:00+01:00', 'AuditEvent?date=2026-03-01T10%3A00%3A00%2B01%3A00'],
    [
      'date=ge2026-03-01T10:00:00&date=le2026-03-01T10:00:00Z',
      'AuditEvent?date=ge2026-03-01T10%3A00%3A00&date=le2026-03-01T10%3A00%3A00Z',
    ],
    ['date=ge2026&date=le2026', 'AuditEvent?date=ge2026&date=le2026'],
    [`${PERIOD}&type=POS,ECH`, 'AuditEvent?date=ge2026-03-01&date=le2026-03-31&type=POS%2CECH'],
    [
      'date=2026&type=https://x.example/cs|POS',
      'AuditEvent?date=2026&type=https%3A%2F%2Fx.example%2Fcs%7CPOS',
    ],
    ['date=2026&subtype=a&agent-role=b', 'AuditEvent?date=2026&subtype=a&agent-role=b'],
    ['date=2026&agent=Practitioner/12', 'AuditEvent?date=2026&agent=Practitioner%2F12'],
    ['date=2026&entity=Procedure/12', 'AuditEvent?date=2026&entity=Procedure%2F12'],
    ['date=2026&entity:Device.lotNumber=LOT42', 'AuditEvent?date=2026&entity:Device.lotNumber=LOT42'],
    ['date=2026&entity:Device.serialNumber=S7', 'AuditEvent?date=2026&entity:Device.serialNumber=S7'],
    ['date=2026&entity:Device.definitionType=P07', 'AuditEvent?date=2026&entity:Device.definitionType=P07'],
    ['date=2026&entity:Device.udi-carrier=0370', 'AuditEvent?date=2026&entity:Device.udi-carrier=0370'],
    ['date=2026&entity:Device.manufacturer=C', 'AuditEvent?date=2026&entity:Device.manufacturer=C'],
    ['date=2026&period-start=ne2026-03-01', 'AuditEvent?date=2026&period-start=ne2026-03-01'],
    ['date=2026&altId=u1', 'AuditEvent?date=2026&altid=u1'],
    ['date=2026&_count=1000', 'AuditEvent?date=2026&_count=1000'],
    ['_format=json&date=2026&_pretty=true', 'AuditEvent?date=2026'],
    [
      'date=2026&entity:Device.lotNumber:exact=LOT4',
      'AuditEvent?date=2026&entity:Device.lotNumber:exact=LOT4',
    ],
    [
      'date=2026&entity:Device.serialNumber:exact=S7',
      'AuditEvent?date=2026&entity:Device.serialNumber:exact=S7',
    ],
  ])('%s', (query, path) => {
    expect(searchPath(searchOf(query))).toBe(path);
    expect(faultsOf(query)).toEqual([]);
  });

  it.each([
    'patient.ins=285062901904223',
    'patient.identifier=urn:oid:1.2|285062901904223',
    'patient:identifier=urn:oid:1.2|285062901904223',
    'patient:Patient.ins=285062901904223',
    'entity:Patient.ins=285062901904223',
    'agent:Patient.identifier=285062901904223',
    'patient=Patient/285062901904223',
    'entity=Patient/285062901904223',
    'agent=Practitioner/1,Patient/285062901904223',
    'altid=285062901904223',
    'agent-name=285062901904223',
    'entity-name=285062901904223',
  ])('is logged without %s', parameter => {
    const search = searchOf(`${PERIOD}&${parameter}&type=POS`);
    expect(searchPath(search)).toContain('285062901904223');
    expect(loggedSearchPath(search)).not.toContain('285062901904223');
    expect(loggedSearchPath(search)).toContain('type=POS');
  });
});

describe('a search that is refused', () => {
  it.each([
    ['', [['required', 'date']]],
    ['type=POS', [['required', 'date']]],
    ['date=ge2026-03-01', [['required', 'date']]],
    ['date=le2026-03-01', [['required', 'date']]],
    ['date=ne2026-03-01', [['required', 'date']]],
    ['date=ge2026-03-02&date=le2026-03-01', [['value', 'date']]],
    [
      'date=hier',
      [
        ['value', 'date'],
        ['required', 'date'],
      ],
    ],
    [
      'date=ge2026-13-01&date=le2026-12-31',
      [
        ['value', 'date'],
        ['required', 'date'],
      ],
    ],
    [`${PERIOD}&_include=AuditEvent:entity`, [['not-supported', '_include']]],
    [`${PERIOD}&285062901904223=x`, [['not-supported', '(paramètre inconnu)']]],
    [`${PERIOD}&entity:Device.patient=Patient/1`, [['not-supported', 'entity:Device.patient']]],
    [`${PERIOD}&_has:x=1`, [['not-supported', '_has:x']]],
    [`${PERIOD}&_count=0`, [['value', '_count']]],
    [`${PERIOD}&_count=5000`, [['value', '_count']]],
    [`${PERIOD}&agent=../../metadata`, [['value', 'agent']]],
    [`${PERIOD}&type=`, [['value', 'type']]],
    [`${PERIOD}&type=a%0Ab`, [['value', 'type']]],
    [`${PERIOD}&type=${'x'.repeat(501)}`, [['value', 'type']]],
    [`${PERIOD}${'&type=a'.repeat(30)}`, [['invalid', '']]],
    ['_page=%2E%2E', [['value', '_page']]],
    [`_page=YQ&${PERIOD}`, [['value', '_page']]],
  ])('%s', (query, faults) => {
    expect(faultsOf(query)).toEqual(faults);
  });
});

const BASES = {
  platform: 'https://plateforme.example/trace/fhir',
  facade: 'https://pfi.example:8443/fhir/dmi',
  seal,
};
const toFacade = facadeAddresses(BASES);

describe('links of a searchset', () => {
  const NEXT =
    'https://plateforme.example/trace/fhir?_getpages=a1&_getpagesoffset=20&patient.ins=285062901904223';
  const searchset = {
    resourceType: 'Bundle',
    type: 'searchset',
    total: 2,
    link: [
      { relation: 'self', url: 'https://plateforme.example/trace/fhir/AuditEvent?date=2026' },
      { relation: 'next', url: NEXT },
      { relation: 'odd' },
    ],
    entry: [
      {
        fullUrl: 'https://plateforme.example/trace/fhir/AuditEvent/12',
        resource: { resourceType: 'AuditEvent' },
      },
      { fullUrl: 'urn:uuid:0', resource: { resourceType: 'OperationOutcome' } },
      null,
    ],
  };
  const rewritten = rewriteLinks(searchset, toFacade) as unknown as typeof searchset;

  it('lead to the façade', () => {
    expect(rewritten.entry[0]?.fullUrl).toBe('https://pfi.example:8443/fhir/dmi/AuditEvent/12');
    expect(rewritten.link.map(({ url }) => url?.replace(/_page=.*/, '_page='))).toEqual([
      'https://pfi.example:8443/fhir/dmi/AuditEvent?_page=',
      'https://pfi.example:8443/fhir/dmi/AuditEvent?_page=',
      undefined,
    ]);
  });

  it('leave everything else as it is', () => {
    expect(rewritten.entry[0]?.resource).toBe(searchset.entry[0]?.resource);
    expect(rewritten.entry.slice(1)).toEqual(searchset.entry.slice(1));
    expect(rewritten.total).toBe(2);
    expect(rewriteLinks({ resourceType: 'Bundle' }, toFacade)).toEqual({ resourceType: 'Bundle' });
  });

  it('come back as the platform’s page, and are logged as a page only', () => {
    const search = searchOf(rewritten.link[1]?.url?.split('?')[1] ?? '');
    expect(searchPath(search)).toBe('?_getpages=a1&_getpagesoffset=20&patient.ins=285062901904223');
    expect(loggedSearchPath(search)).toBe('AuditEvent?_page=***');
    expect(rewritten.link[1]?.url).not.toContain('285062901904223');
  });

  it('say nothing of the page, in whatever way they are read (F11)', () => {
    const token = new URL(rewritten.link[1]?.url ?? '').searchParams.get('_page') ?? '';
    for (const part of [token, ...token.split('.')]) {
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toMatch(/2850629|_getpages|patient/);
    }
  });

  it('come back with the format that a caller adds', () => {
    const query = rewritten.link[1]?.url?.split('?')[1] ?? '';
    expect(searchPath(searchOf(`${query}&_format=json`))).toBe(searchPath(searchOf(query)));
  });

  it.each([
    ['AuditEvent?date=2026&page=2', 'AuditEvent?_page='],
    ['http://interne:8080/trace/fhir/AuditEvent/7', 'AuditEvent/7'],
    ['https://plateforme.example/trace/fhirAuditEvent/7', undefined],
    ['https://ailleurs.example/AuditEvent/7', undefined],
    ['ftp://plateforme.example/trace/fhir/x', undefined],
    ['https://[', undefined],
  ])('%s', (url, path) => {
    const made = toFacade(url);
    expect(made.replace(/_page=.*/, '_page=')).toBe(path === undefined ? url : `${BASES.facade}/${path}`);
  });

  it.each(['', '/AuditEvent'])('every page of a search comes back: %j', path => {
    assert(
      property(webQueryParameters({ size: 'small' }), query => {
        pre(query !== '');
        const { pathname, search } = new URL(`${BASES.platform}${path}?${query}`);
        const link = new URL(toFacade(`${BASES.platform}${path}?${query}`));
        expect(pageOf(link.searchParams.get('_page') ?? '', open)).toBe(
          `${pathname.slice('/trace/fhir/'.length)}${search}`,
        );
      }),
    );
  });

  it('a page that somebody else has made up, or changed, is refused', () => {
    const page = 'AuditEvent?date=2026';
    const token = seal(page);
    expect(pageOf(token, open)).toBe(page);
    const bytes = Buffer.from(token, 'base64url');
    const changed = [0, 12, bytes.length - 1].map(at => {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      return other.toString('base64url');
    });
    const ofOthers = createPageSeal(text => `${text}!`).seal(page);
    const plain = Buffer.from(page).toString('base64url');
    for (const each of [...changed, ofOthers, plain, `.${plain}`, token.slice(0, -4), 'YQ', '']) {
      expect(pageOf(each, open)).toBeUndefined();
    }
  });

  it.each([
    'Patient?identifier=1',
    'AuditEvent/_history?x=1',
    '../admin?x=1',
    'a/../../admin?x=1',
    '/etc/passwd?x=1',
    '//evil.example/?x=1',
    'https://evil.example/?x=1',
    '%2e%2e/admin?x=1',
    'AuditEvent',
    'AuditEvent?a b',
    'AuditEvent?a#b',
    'AuditEvent\r\nHost: x?a',
    '?',
    '',
  ])('what is no page of a search is refused, even under our seal: %j', page => {
    expect(pageOf(seal(page), open)).toBeUndefined();
  });

  it('a page longer than any is refused', () => {
    expect(pageOf(seal(`AuditEvent?${'a'.repeat(8000)}`), open)).toBeUndefined();
  });
});
