import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { type Breaks, lotRequest, swap, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, failure, fault } from './answered.ts';

const METADATA = 'XDSRepositoryMetadataError';
const lot = (breaks: Breaks): WireRequest =>
  lotRequest({ documents: ['1.2.250.1.999.1.1.7.1'], setUniqueId: '1.2.250.1.999.1.1.8.1', ...breaks });

/** Breaks something of the set, of the document's entry, or of the signature's. */
function within(element: 'SubmissionSet01' | 'Document01' | 'Signature01') {
  return (from: string | RegExp, to: string): Breaks => ({
    metadata: text => {
      const start = text.search(new RegExp(`<(RegistryPackage|ExtrinsicObject) id="${element}"`));
      const end = text.slice(start).search(/<\/(RegistryPackage|ExtrinsicObject)>/) + start;
      return text.slice(0, start) + swap(from, to)(text.slice(start, end)) + text.slice(end);
    },
  });
}
const set = within('SubmissionSet01');
const entry = within('Document01');
const signature = within('Signature01');
const association = (from: string | RegExp, to: string): Breaks => ({ metadata: swap(from, to) });
const classification = (scheme: string): RegExp =>
  new RegExp(`<Classification [^>]*="urn:uuid:${scheme}[^>]*(/>|>.*?</Classification>)`);
const identifier = (label: string): RegExp =>
  new RegExp(`<ExternalIdentifier id="${label}.*?</ExternalIdentifier>`);
const slotOf = (name: string): RegExp => new RegExp(`<Slot name="${name}">.*?</Slot>`);

let dmp: Dmp;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
afterAll(() => dmp.stop());

describe('the set', () => {
  it.each<[string, Breaks, RegExp]>([
    ['no node', set(classification('a54d6aa5'), ''), /SubmissionSet node: not there/],
    ['a local time', set('20261120083000', '20261120093000+0100'), /submissionTime: not of/],
    ['no author', set(classification('a7058bb9'), ''), /author: not there/],
    ['no author’s name', set(slotOf('authorPerson'), ''), /authorPerson: not there/],
    ['an author without type of identifier', set('^^^IDNPS', ''), /authorPerson: not of/],
    ['an institution without type', set('&amp;ISO^IDNST', '^'), /authorInstitution: not of/],
    ['another institution', set('IDNST^^^1120456789', 'IDNST^^^1120999999'), /Aucun AuthorInstitution/],
    ['no content type', set(classification('aa543740'), ''), /contentTypeCode: not there/],
    ['a code without name', set('"Hospitalisation"', '""'), /contentTypeCode: code/],
    ['no sourceId', set(identifier('XDSSubmissionSet.sourceId'), ''), /sourceId: not there/],
    ['a uniqueId that is no OID', set('value="1.2.250.1.999.1.1.8.1"', 'value="1.02"'), /uniqueId: not of/],
    ['what belongs to another', set('registryObject="SubmissionSet01"', 'registryObject="x"'), /another/],
    ['no set', association(/<RegistryPackage.*<\/RegistryPackage>/, ''), /not one RegistryPackage/],
    [
      'another object',
      association('<RegistryPackage', '<Service xmlns="urn:x" id="x"/><RegistryPackage'),
      /Service: not of/,
    ],
    ['an id for two', association('id="node-SubmissionSet01"', 'id="Document01"'), /an id that two/],
  ])('is refused with %s', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(METADATA, context));
    expect(dmp.documents()).toEqual([]);
  });

  it('for another patient is refused', async () => {
    const other = set(/\d{15}\^/, '285062901904200^');
    expect(await answered(dmp, lot(other))).toEqual(failure('XDSPatientIdDoesNotMatch', /resource-id/));
  });

  it('of too many objects is refused', async () => {
    const many = association('<RegistryPackage', `${'<Slot/>'.repeat(1000)}<RegistryPackage`);
    expect(await answered(dmp, lot(many))).toEqual(fault('', /more than 1000 objects/));
  });
});

describe('an entry', () => {
  it.each<[string, Breaks, RegExp]>([
    ['another objectType', entry('7edca82f', '34268e47'), /objectType/],
    ['another mimeType', entry('"text/xml"', '"application/pdf"'), /mimeType/],
    ['no title', entry('<LocalizedString value="Compte rendu"/>', ''), /title: not there/],
    ['no creationTime', entry(slotOf('creationTime'), ''), /creationTime: not there/],
    ['a time that is none', entry('20261118080000', '2026-11-18'), /serviceStartTime: not of/],
    ['a language that is none', entry('fr-FR', 'français'), /languageCode: not of/],
    ['no legalAuthenticator', entry(slotOf('legalAuthenticator'), ''), /legalAuthenticator: not there/],
    ['a source without type', entry('&amp;ISO^PI', '&amp;ISO'), /sourcePatientId: not of/],
    ['no hash', entry(slotOf('hash'), ''), /hash: not there/],
    ['no size', entry(slotOf('size'), ''), /size: not there/],
    ['no author', entry(classification('93606bcf'), ''), /author: not there/],
    ['no classCode', entry(classification('41a5887f'), ''), /classCode: not there/],
    ['no typeCode', entry(classification('f0306f51'), ''), /typeCode: not there/],
    ['no formatCode', entry(classification('a09d5840'), ''), /formatCode: not there/],
    ['no facility', entry(classification('f33fb8ac'), ''), /healthcareFacilityTypeCode: not there/],
    ['no setting', entry(classification('cccf5598'), ''), /practiceSettingCode: not there/],
    ['no confidentiality', entry(classification('f4f85eac'), ''), /confidentialityCode: not there/],
    ['a code without system', entry(slotOf('codingScheme'), ''), /code, codingScheme or name/],
    ['no uniqueId', entry(identifier('XDSDocumentEntry.uniqueId'), ''), /uniqueId: not there/],
    ['no patientId', entry(identifier('XDSDocumentEntry.patientId'), ''), /patientId: not there/],
  ])('is refused with %s', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(METADATA, context));
    expect(dmp.documents()).toEqual([]);
  });

  it.each<[string, Breaks, string, RegExp]>([
    ['hash', entry(/[0-9a-f]{40}/, '0'.repeat(40)), 'XDSNonIdenticalHash', /^Document01$/],
    ['size', entry(/(?<="size"><ValueList><Value>)\d+/, '1'), 'XDSNonIdenticalSize', /^Document01$/],
    ['hash of the signature', signature(/[0-9a-f]{40}/, '0'.repeat(40)), 'XDSNonIdenticalHash', /Signature/],
    ['patient', entry(/\d{15}\^/, '285062901904200^'), 'XDSPatientIdDoesNotMatch', /entry Document01/],
    [
      'document',
      { envelope: swap('xdsb:Document id="Document01"', 'xdsb:Document id="Document02"') },
      'XDSMissingDocument',
      /Document01/,
    ],
    [
      'entry of a document',
      { envelope: swap('xdsb:Document id="Document01"', 'xdsb:Document id="Document02"') },
      'XDSMissingDocumentMetadata',
      /Document02/,
    ],
    [
      'uniqueId',
      entry('value="1.2.250.1.999.1.1.7.1"', 'value="1.2.3"'),
      'InvalidDocumentContent',
      /uniqueId/,
    ],
    [
      'uniqueId of its own',
      entry('value="1.2.250.1.999.1.1.7.1"', 'value="1.2.250.1.999.1.1.8.1"'),
      'XDSRepositoryDuplicateUniqueIdInMessage',
      /two objects/,
    ],
  ])('is refused when it is not the %s', async (_, breaks, code, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(code, context));
    expect(dmp.documents()).toEqual([]);
  });

  it.each<[string, Breaks, RegExp]>([
    [
      'classCode',
      signature('nodeRepresentation="urn:oid:1.3', 'nodeRepresentation="urn:oid:1.2'),
      /signature: classCode/,
    ],
    ['typeCode', signature('"E1762"', '"E1763"'), /signature: typeCode/],
    ['eventCode', signature(classification('2c6b8cb7'), ''), /signature: eventCodeList/],
    ['formatCode', signature('xmldsig#"', 'xmldsig"'), /signature: formatCode/],
    ['confidentiality', signature('"MASQUE_PS"', '"X"'), /signature: confidentialityCode/],
    ['languageCode', signature('>art<', '>fr<'), /signature: languageCode/],
  ])('of a signature is refused with another %s', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(METADATA, context));
  });
});

describe('associations', () => {
  it.each<[string, Breaks, RegExp]>([
    ['of another type', association('AssociationType:signs', 'AssociationType:sings'), /association: /],
    ['without signs', association(/<Association id="signs.*?<\/Association>/, ''), /no signature/],
    [
      'without a HasMember',
      association(/<Association id="member.*?<\/Association>/, ''),
      /not one HasMember/,
    ],
    ['of what is not original', association('>Original<', '>Reference<'), /not Original/],
    [
      'from the set to itself',
      association('sourceObject="Signature01"', 'sourceObject="SubmissionSet01"'),
      /signs: not/,
    ],
  ])('%s are refused', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(METADATA, context));
    expect(dmp.documents()).toEqual([]);
  });

  it('an RPLC of what is no entryUUID is refused', async () => {
    const replaces = ['urn:oid:1.2.3'];
    const request = lotRequest({ documents: ['1.2.3'], setUniqueId: '1.2.4', replaces });
    expect(await answered(dmp, request)).toEqual(failure(METADATA, /RPLC: not from an entry/));
  });
});

describe('a document', () => {
  it.each<[string, Breaks, string, RegExp]>([
    ['is cut', { cda: swap('</ClinicalDocument>', '') }, 'InvalidDocumentContent', /not XML/],
    [
      'has a DTD',
      { cda: swap('<ClinicalDocument', '<!DOCTYPE x><ClinicalDocument') },
      'InvalidDocumentContent',
      /not XML/,
    ],
    [
      'is no CDA',
      { cda: text => text.replaceAll('ClinicalDocument', 'Document') },
      'InvalidDocumentContent',
      /no Clinical/,
    ],
    [
      'has an extension',
      { cda: swap(/<id /, '<id extension="1" ') },
      'InvalidDocumentContent',
      /uniqueId is not/,
    ],
    [
      'is of another patient',
      { cda: text => text.replaceAll(/"[12]\d{14}"/g, '"285062901904200"') },
      'XDSPatientIdDoesNotMatch',
      /of the document/,
    ],
  ])('that %s is refused', async (_, breaks, code, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure(code, context));
    expect(dmp.documents()).toEqual([]);
  });
});
