import { describe, expect, it } from 'vitest';
import { updateDocumentSet } from '../../../src/formats/xds/delete-document.ts';
import { parseXml } from '../../../src/formats/xml/element.ts';
import { factsOf } from '../../kit/metadata-facts.ts';
import { associationsOf, deletion, named, registryObjects, requestDocument } from './publication-kit.ts';

const ENTRY = 'urn:uuid:11111111-0000-4000-8000-000000000000';

describe('updateDocumentSet', () => {
  const publication = deletion({
    documents: [requestDocument(), requestDocument({ id: { root: '1.2.3' }, level: 1 })],
  });
  const [first, second] = publication.documents;
  if (first === undefined || second === undefined) throw new Error('not two documents');

  it('is a submission set that deletes one entry, and no entry', () => {
    const body = updateDocumentSet(publication, first, ENTRY);
    expect(parseXml(body)).toMatchObject({
      name: 'SubmitObjectsRequest',
      namespace: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
    });
    expect(registryObjects(body).map(({ name }) => name)).toEqual(['RegistryPackage', 'Association']);
    expect(associationsOf(body)).toEqual([
      {
        type: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
        source: first.setId,
        target: ENTRY,
        OriginalStatus: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
        NewStatus: 'urn:asip:ci-sis:2010:StatusType:Deleted',
      },
    ]);
  });

  it('says who submits, of whom and when, under ids of its own for each document', () => {
    const facts = [first, second].map(document => {
      const [set] = named(
        registryObjects(updateDocumentSet(publication, document, ENTRY)),
        'RegistryPackage',
      );
      if (set === undefined) throw new Error('no submission set');
      return { id: set.attributes.get('id'), about: factsOf(set) };
    });
    expect(facts.map(({ id }) => id)).toEqual([first.setId, second.setId]);
    expect(facts.map(({ about }) => about['uniqueId'])).toEqual([[first.setUniqueId], [second.setUniqueId]]);
    for (const { about } of facts) {
      expect(about).toMatchObject({
        submissionTime: ['20261120083041'],
        patientId: [publication.patientId],
        sourceId: ['1.2.250.1.999.8'],
        authorPerson: [publication.author.person],
        authorInstitution: [publication.author.institution],
        contentTypeCode: [expect.stringMatching(/^03\|/)],
      });
    }
  });

  it('has the same text for every attempt', () => {
    expect(updateDocumentSet(publication, second, ENTRY)).toBe(updateDocumentSet(publication, second, ENTRY));
  });
});
