import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fullTrace, minimalTrace } from '../../../../samples/fhir/dmi/traces.ts';
import { buildTraceBundle } from '../../../../src/formats/fhir/dmi/build-bundle.ts';
import { checkEntries } from '../../../../src/formats/fhir/dmi/check-entries.ts';
import { FLUX_NUMBERS } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { readTrace } from '../../../../src/formats/fhir/dmi/trace.ts';
import { NOW } from './kit.ts';

type Entry = Readonly<Record<string, unknown>>;

const PATIENT = { resourceType: 'Patient' };
const AUDIT = { resourceType: 'AuditEvent' };
const post = (resource: Entry, request: Entry = {}): Entry => ({
  resource,
  request: { method: 'POST', url: resource['resourceType'], ...request },
});

function faultsOf(...entry: readonly unknown[]): string[] {
  const findings = checkEntries({ resourceType: 'Bundle', type: 'transaction', entry });
  return findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

describe('the entries of a trace', () => {
  it.each(FLUX_NUMBERS)('of flux %s are as they shall be', number => {
    for (const trace of [minimalTrace(number), fullTrace(number)]) {
      const { trace: read } = readTrace(trace, NOW);
      const bundle = read && buildTraceBundle(read, { newUuid: randomUUID, now: NOW });
      expect(bundle && checkEntries(bundle)).toEqual([]);
    }
  });

  it.each<[string, Entry | null, string]>([
    ['DELETE', { request: { method: 'DELETE', url: 'Patient/7' } }, 'value Bundle.entry[0].request.method'],
    ['PUT', post(PATIENT, { method: 'PUT', url: 'Patient/7' }), 'value Bundle.entry[0].request.method'],
    ['GET', post(PATIENT, { method: 'GET' }), 'value Bundle.entry[0].request.method'],
    ['PATCH', post(PATIENT, { method: 'PATCH' }), 'value Bundle.entry[0].request.method'],
    ['post', post(PATIENT, { method: ' POST' }), 'value Bundle.entry[0].request.method'],
    ['no request', { resource: PATIENT }, 'value Bundle.entry[0].request.method'],
    ['no entry', null, 'required Bundle.entry[0].resource'],
    ['no resource', { request: { method: 'POST', url: 'Patient' } }, 'required Bundle.entry[0].resource'],
    [
      'ifNoneExist',
      post(PATIENT, { ifNoneExist: 'identifier=1' }),
      'not-supported Bundle.entry[0].request.ifNoneExist',
    ],
    ['ifMatch', post(PATIENT, { ifMatch: 'W/"1"' }), 'not-supported Bundle.entry[0].request.ifMatch'],
    ['another type', post(PATIENT, { url: 'Device' }), 'value Bundle.entry[0].request.url'],
    ['an id', post(PATIENT, { url: 'Patient/7' }), 'value Bundle.entry[0].request.url'],
    ['an operation', post(PATIENT, { url: 'Patient/$merge' }), 'value Bundle.entry[0].request.url'],
    ['a search', post(PATIENT, { url: 'Patient?x=1' }), 'value Bundle.entry[0].request.url'],
    [
      'another server',
      post(PATIENT, { url: 'https://x.example/Patient' }),
      'value Bundle.entry[0].request.url',
    ],
    [
      'a conditional reference',
      post({ ...AUDIT, agent: [{ who: { reference: 'Patient?identifier=1' } }] }),
      'not-supported Bundle.entry[0].resource.agent[0].who',
    ],
    [
      'an absolute one',
      post({ ...AUDIT, agent: [{ who: { reference: 'https://x.example/Patient?identifier=1' } }] }),
      'not-supported Bundle.entry[0].resource.agent[0].who',
    ],
  ])('%s is refused', (_, entry, fault) => {
    expect(faultsOf(entry)).toContain(`error ${fault}`);
    // Beside a request of its own, whatever it is: a nested entry without one asks for nothing.
    const nested = post({ resourceType: 'Bundle', entry: [{ request: {}, ...entry }] });
    const inside = fault.replace('Bundle.entry[0]', 'Bundle.entry[0].resource.entry[0]');
    expect(faultsOf(nested)).toContain(`error ${inside}`);
  });

  it.each(['batch', 'collection', undefined])(
    'are refused in a Bundle of type %s: part of them might stand',
    type => {
      const findings = checkEntries({ resourceType: 'Bundle', type, entry: [post(AUDIT)] });
      expect(findings).toMatchObject([{ severity: 'error', code: 'value', path: 'Bundle.type' }]);
    },
  );

  it('may have the word of the guide’s examples as their address', () => {
    expect(faultsOf(post(PATIENT, { url: 'DMIPatient' }))).toEqual([]);
  });

  it('hold one AuditEvent, at whatever depth', () => {
    const nested = (...entry: readonly Entry[]): Entry => post({ resourceType: 'Bundle', entry });
    expect(faultsOf(post(AUDIT))).toEqual([]);
    expect(faultsOf(post(AUDIT), post(AUDIT))).toEqual(['error structure Bundle.entry[1]']);
    expect(faultsOf(nested(post(AUDIT)), post(AUDIT))).toEqual(['error structure Bundle.entry[1]']);
    expect(faultsOf(post(AUDIT), nested(post(PATIENT), nested(post(AUDIT))))).toEqual([
      'error structure Bundle.entry[1].resource.entry[1].resource.entry[0]',
    ]);
  });
});
