import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEPARATORS, unescapeValue } from '../../../src/formats/hl7/escape.ts';
import { at, childrenOf, parseXml, type XmlElement } from '../../../src/formats/xml/element.ts';
import type { Deposit } from '../../../src/formats/xds/publication.ts';
import { provideAndRegister } from '../../../src/formats/xds/submit-objects.ts';
import { factsOf } from '../../kit/metadata-facts.ts';
import { associationsOf, deposit, named, registryObjects, requestDocument } from './publication-kit.ts';

const HAS_MEMBER = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
const SIGNS = 'urn:ihe:iti:2007:AssociationType:signs';
const REPLACES = 'urn:ihe:iti:2007:AssociationType:RPLC';
const NONE: ReadonlyMap<string, string> = new Map();

const two = [
  requestDocument({ replaces: { root: '1.2.4.1' } }),
  requestDocument({ id: { root: '1.2.3' }, level: 1, replaces: { root: '1.2.4.2' } }),
];
const replaced = new Map([
  ['1.2.4.2', 'urn:uuid:22222222-0000-4000-8000-000000000000'],
  ['1.2.4.1', 'urn:uuid:11111111-0000-4000-8000-000000000000'],
]);
const bodyOf = (publication: Deposit, entries = NONE) =>
  provideAndRegister(publication, { replaced: entries }).body;
const idsOf = ({ documents, signature }: Deposit) => [...documents, signature].map(({ entryId }) => entryId);

/** Every element of a body. */
function* allOf(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* allOf(child);
}

describe('provideAndRegister', () => {
  it('is one submission set, its documents, its signature, and how they belong together', () => {
    const publication = deposit({ documents: two });
    const body = bodyOf(publication);
    const objects = registryObjects(body);
    expect(objects.map(({ name }) => name)).toEqual([
      'RegistryPackage',
      ...Array.from({ length: 3 }, () => 'ExtrinsicObject'),
      ...Array.from({ length: 4 }, () => 'Association'),
    ]);
    const { setId, signature } = publication;
    expect(associationsOf(body)).toEqual([
      ...idsOf(publication).map(target => ({
        type: HAS_MEMBER,
        source: setId,
        target,
        SubmissionSetStatus: 'Original',
      })),
      { type: SIGNS, source: signature.entryId, target: setId, SubmissionSetStatus: 'Original' },
    ]);
  });

  it('replaces each document by its own', () => {
    const publication = deposit({ documents: two, action: 'replace' });
    const [first, second] = publication.documents;
    expect(associationsOf(bodyOf(publication, replaced)).slice(4)).toEqual([
      { type: REPLACES, source: first?.entryId, target: replaced.get('1.2.4.1') },
      { type: REPLACES, source: second?.entryId, target: replaced.get('1.2.4.2') },
    ]);
  });

  it('is never sent as if it replaced nothing', () => {
    const publication = deposit({ documents: two, action: 'replace' });
    const half = new Map([...replaced].slice(1));
    expect(() => bodyOf(publication, half)).toThrow('not known');
    const asNew = bodyOf({ ...publication, action: 'add' });
    expect(associationsOf(asNew).map(({ type }) => type)).toEqual([
      HAS_MEMBER,
      HAS_MEMBER,
      HAS_MEMBER,
      SIGNS,
    ]);
  });

  it('includes each document by the id of its entry', () => {
    const publication = deposit({ documents: two });
    const { body, parts } = provideAndRegister(publication, { replaced: NONE });
    const documents = childrenOf(parseXml(body), 'Document');
    expect(documents.map(({ attributes }) => attributes.get('id'))).toEqual(idsOf(publication));
    expect(documents.map(({ children: [include] }) => include?.attributes.get('href'))).toEqual(
      parts.map(({ cid }) => `cid:${cid}`),
    );
    expect(documents.every(({ children: [include] }) => include?.name === 'Include')).toBe(true);
    expect(parts).toEqual([
      { cid: `document1@${publication.setUniqueId}`, contentType: 'text/xml', document: 0 },
      { cid: `document2@${publication.setUniqueId}`, contentType: 'text/xml', document: 1 },
      { cid: `signature@${publication.setUniqueId}`, contentType: 'text/xml', document: 'signature' },
    ]);
  });

  it('has the same text for every attempt, also from what was kept', () => {
    const publication = deposit({ documents: two, action: 'replace' });
    const kept = JSON.parse(JSON.stringify(publication)) as Deposit;
    expect(bodyOf(kept, replaced)).toBe(bodyOf(publication, replaced));
  });

  it('names every object once, and points to those that are there', () => {
    const publication = deposit({ documents: two });
    const objects = registryObjects(bodyOf(publication)).flatMap(object => [...allOf(object)]);
    const ids = objects.flatMap(({ attributes }) => attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const references = objects.flatMap(({ attributes }) =>
      ['classifiedObject', 'registryObject', 'sourceObject', 'targetObject'].flatMap(
        name => attributes.get(name) ?? [],
      ),
    );
    expect(references.length).toBeGreaterThan(40);
    expect(references.filter(id => !ids.includes(id))).toEqual([]);
    const own = named(objects, 'ExtrinsicObject').flatMap(object =>
      object.children.flatMap(({ attributes }) =>
        ['classifiedObject', 'registryObject'].flatMap(reference => attributes.get(reference) ?? []),
      ),
    );
    expect(new Set(own)).toEqual(new Set(idsOf(publication)));
  });

  it('has one patient, whatever a document says of its own', () => {
    const publication = deposit({ documents: two });
    const patients = registryObjects(bodyOf(publication))
      .slice(0, 4)
      .map(object => factsOf(object)['patientId']);
    expect(patients).toEqual(Array.from({ length: 4 }, () => [publication.patientId]));
  });
});

describe('names of any letters', () => {
  const name = fc
    .array(
      fc.constantFrom('^', '&', '~', '|', '\\', '<', '>', '"', "'", 'é', 'Œ', 'Ç', 'ÿ', '日', '😀', 'A', ' '),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map(letters => letters.join('').trim())
    .filter(text => text !== '');

  it('come back as they were, in texts and in the parts of HL7 values', () => {
    const document = requestDocument();
    const { header } = document;
    const [author] = header.authors;
    if (author === undefined) throw new Error('no author');
    fc.assert(
      fc.property(name, name, name, name, (family, given, organization, title) => {
        const changed = {
          ...document,
          header: {
            ...header,
            title,
            authors: [
              { ...author, family, given, organization: { identifier: undefined, name: organization } },
            ],
            patient: {
              ...header.patient,
              families: [{ value: family, qualifier: 'BR' }],
              givens: [{ value: given, qualifier: 'BR' }],
            },
          },
        };
        const sender = {
          person: ['801234567866', family, given],
          organization: { name: organization, id: '120456789', type: 'FINEG', authority: undefined },
          device: undefined,
        };
        const [set, entry] = registryObjects(bodyOf(deposit({ documents: [changed], sender })));
        if (set === undefined || entry === undefined) throw new Error('no objects');
        for (const object of [set, entry]) {
          const facts = factsOf(object);
          expect(facts['title']).toEqual([title]);
          expect(parts(facts['authorPerson']).slice(1, 3)).toEqual([family, given]);
          expect(parts(facts['authorInstitution'])[0]).toBe(organization);
        }
        const [birthName = ''] = factsOf(entry)['sourcePatientInfo'] ?? [];
        expect(parts([birthName.slice('PID-5|'.length)]).slice(0, 2)).toEqual([family, given]);
        expect(at(entry, 'Name/LocalizedString')?.attributes.get('value')).toBe(title);
      }),
      { numRuns: 200 },
    );
  });
});

/** The components of the one value of a slot. */
function parts(values: readonly string[] | undefined): string[] {
  expect(values).toHaveLength(1);
  return (values?.[0] ?? '').split('^').map(part => unescapeValue(part, SEPARATORS));
}
