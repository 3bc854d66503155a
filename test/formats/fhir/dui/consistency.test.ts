import { describe, expect, it } from 'vitest';
import { checkConsistency } from '../../../../src/formats/fhir/dui/consistency.ts';
import { consumerAt } from '../../../../src/formats/fhir/dui/own-server.ts';
import { type Entry, ORGANIZATION, PATIENT, stayEntries, transaction } from './sample.ts';

type Entries = ReturnType<typeof stayEntries>;

/** The entry of the stay with another subject. */
function withSubject(reference: string) {
  return ([, , stay]: Entries) => {
    if (stay.resource) stay.resource['subject'] = { reference };
  };
}

const SUBJECT = 'Bundle.entry[2].resource.subject';

describe('checkConsistency', () => {
  it('finds nothing wrong with a consistent Bundle', () => {
    expect(checkConsistency(transaction(stayEntries()))).toEqual([]);
  });

  it.each<[string, (entries: Entries) => void, path: string, rule: string]>([
    [
      'PUT',
      ([p]) => (p.request = { method: 'PUT', url: 'Patient' }),
      'Bundle.entry[0].request.method',
      'dui-post',
    ],
    ['no request', ([p]) => delete p.request, 'Bundle.entry[0].request.method', 'dui-post'],
    [
      'a conditional creation',
      ([p]) => (p.request = { ...p.request, ifNoneExist: 'identifier=1' }),
      'Bundle.entry[0].request.ifNoneExist',
      'dui-post',
    ],
    ['no resource', ([, o]) => delete o.resource, 'Bundle.entry[1].resource', 'tddui-bundle'],
    [
      'a URL with an id',
      ([p]) => (p.request = { method: 'POST', url: 'Patient/p1' }),
      'Bundle.entry[0].request.url',
      'dui-url',
    ],
    ['the same fullUrl twice', ([, o]) => (o.fullUrl = PATIENT), 'Bundle.entry[1].fullUrl', 'dui-unique'],
    [
      'a fullUrl of another id',
      ([p]) => (p.fullUrl = 'https://a.fr/Patient/other'),
      'Bundle.entry[0].fullUrl',
      'dui-full-url',
    ],
    ['an unknown urn:uuid', withSubject('urn:uuid:unknown'), SUBJECT, 'dui-reference'],
    ['an unknown relative name', withSubject('Patient/p2'), SUBJECT, 'dui-reference'],
    ['an unknown contained resource', withSubject('#p'), SUBJECT, 'dui-reference'],
    ['a search', withSubject('Patient?identifier=1'), SUBJECT, 'dui-reference'],
    ['another type, here', withSubject(ORGANIZATION), SUBJECT, 'dui-reference-type'],
    ['another type, elsewhere', withSubject('https://a.fr/Group/1'), SUBJECT, 'dui-reference-type'],
  ])('refuses %s', (_, change, path, rule) => {
    const entries = stayEntries();
    change(entries);
    const errors = checkConsistency(transaction(entries)).filter(({ severity }) => severity === 'error');
    expect(errors.map(each => [each.path, each.rule])).toContainEqual([path, rule]);
  });

  it('refuses what the producer’s own server is said to have, and the Bundle has not', () => {
    const entries = stayEntries();
    entries[0].fullUrl = 'https://dui.fr/Patient/p1';
    withSubject('https://dui.fr/Patient/p2')(entries);
    expect(checkConsistency(transaction(entries))).toMatchObject([{ path: SUBJECT, rule: 'dui-reference' }]);
  });

  it.each(['batch', undefined])('refuses a Bundle of type %s: part of it might stand', type => {
    expect(checkConsistency({ ...transaction(stayEntries()), type })).toMatchObject([
      { severity: 'error', path: 'Bundle.type', rule: 'tddui-bundle#type' },
    ]);
  });

  it('refuses the same id twice', () => {
    const [patient, organization, stay] = stayEntries();
    const twin: Entry = { ...patient, fullUrl: 'urn:uuid:twin' };
    const findings = checkConsistency(transaction([patient, organization, stay, twin]));
    expect(findings).toMatchObject([{ path: 'Bundle.entry[3].resource.id', rule: 'dui-unique' }]);
  });

  it.each<[string, (entries: Entries) => void]>([
    ['a reference by type and id', withSubject('Patient/p1')],
    ['another server’s patient', withSubject('https://a.fr/Patient/1')],
    [
      'a contained patient',
      entries => {
        withSubject('#p')(entries);
        if (entries[2].resource) entries[2].resource['contained'] = [{ resourceType: 'Patient', id: 'p' }];
      },
    ],
  ])('takes %s', (_, change) => {
    const entries = stayEntries();
    change(entries);
    expect(checkConsistency(transaction(entries))).toEqual([]);
  });

  it('warns of a URL that is the name of a profile, as in the guide’s example', () => {
    const entries = stayEntries();
    entries[2].request = { method: 'POST', url: 'TDDUIEncounterSejour' };
    expect(checkConsistency(transaction(entries))).toMatchObject([
      { severity: 'warning', path: 'Bundle.entry[2].request.url' },
    ]);
  });

  it('refuses an empty Bundle, and what is none', () => {
    expect(checkConsistency(transaction([]))).toMatchObject([{ path: 'Bundle.entry', code: 'required' }]);
    expect(checkConsistency({ resourceType: 'Patient' })).toMatchObject([{ path: 'Patient' }]);
  });

  it('knows resources of earlier Bundles by either name, and their type', () => {
    const known = {
      remoteOf: new Map([
        ['Patient/old', 'Patient/7'],
        ['Group/old', 'Group/8'],
        ['Patient/9', 'Patient/10'],
      ]),
      remotes: new Set(['Patient/7', 'Patient/9']),
    };
    const check = (reference: string) => {
      const entries = stayEntries();
      withSubject(reference)(entries);
      return checkConsistency(transaction(entries), known).map(({ rule }) => rule);
    };
    expect(check('Patient/old')).toEqual([]);
    expect(check('Patient/7')).toEqual([]);
    expect(check('Group/old')).toEqual(['dui-reference-type']);
    // It is one patient by the producer's names, another by the consumer's.
    expect(check('Patient/9')).toEqual(['dui-reference']);
  });

  it('leaves nothing of the consumer’s own server alone that this producer has not brought', () => {
    const known = { remoteOf: new Map(), remotes: new Set(['Patient/7']) };
    const check = (reference: string) => {
      const entries = stayEntries();
      withSubject(reference)(entries);
      return checkConsistency(transaction(entries), known, consumerAt('https://c.fr/fhir'));
    };
    expect(check('https://c.fr/fhir/Patient/7')).toEqual([]);
    expect(check('https://d.fr/fhir/Patient/8')).toEqual([]);
    for (const theirs of ['https://c.fr/fhir/Patient/8', 'https://C.fr:443/fhir/Patient/8/_history/1'])
      expect(check(theirs)).toMatchObject([{ severity: 'error', path: SUBJECT, rule: 'dui-reference' }]);
  });

  it('never says a value', () => {
    const entries = stayEntries();
    withSubject('Patient/1700101123456')(entries);
    const said = checkConsistency(transaction(entries)).map(({ message }) => message);
    expect(said.join('')).not.toContain('1700101123456');
  });
});
