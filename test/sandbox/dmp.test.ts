import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../src/sandbox/dmp.ts';
import { ORG, OTHER_STRUCTURE, STRUCTURE } from '../kit/dmp-identity.ts';
import { post } from '../kit/dmp-post.ts';
import { cdaOf, deleteRequest, insCx, lotRequest, queryRequest, swap } from '../kit/dmp-request.ts';
import { answered, failure, fault, SUCCESS } from './dmp/answered.ts';

const FIRST = '1.2.250.1.999.1.1.7.1';
const SECOND = '1.2.250.1.999.1.1.7.2';
const LOT = '1.2.250.1.999.1.1.8.1';
const NEXT_LOT = '1.2.250.1.999.1.1.8.2';
const lot = (changes: object = {}): ReturnType<typeof lotRequest> =>
  lotRequest({ documents: [FIRST], setUniqueId: LOT, ...changes });
const firstEntry = (): string => dmp.documents()[0]?.entryUuid ?? '';

let dmp: Dmp;

beforeEach(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});

afterEach(() => dmp.stop());

describe('a lot', () => {
  it.each(['sha1', 'sha256'] as const)('is kept, signed by %s', async digest => {
    const answer = await post(dmp, lotRequest({ documents: [FIRST, SECOND], setUniqueId: LOT, digest }));
    expect(dmp.faults()).toEqual([]);
    expect(answer).toMatchObject({ status: 200, contentType: 'application/soap+xml; charset=utf-8' });
    expect(answer.text).toContain('ResponseStatusType:Success"');
    expect(dmp.documents()).toMatchObject([
      { uniqueId: FIRST, status: 'Approved', structure: STRUCTURE, setUniqueId: LOT, content: cdaOf(FIRST) },
      { uniqueId: SECOND, status: 'Approved', typeCode: '11502-2^2.16.840.1.113883.6.1' },
    ]);
    expect(dmp.submissions()).toMatchObject([
      { transaction: 'submit', setUniqueId: LOT, submissionTime: '20261120083000', ids: [FIRST, SECOND] },
    ]);
    expect(dmp.submissions()[0]?.signature?.toString()).toContain('IHEManifest');
  });

  it('is answered with the headers of the DMP', async () => {
    const { text } = await post(dmp, lot());
    const headers = [
      ...text.matchAll(/<(\w+) xmlns="http:\/\/www\.w3\.org\/2005\/08\/addressing">([^<]*)</g),
    ];
    expect(headers.map(([, name, value]) => [name, value])).toEqual([
      ['Action', 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse'],
      ['MessageID', expect.stringMatching(/^urn:uuid:/)],
      ['To', 'http://www.w3.org/2005/08/addressing/anonymous'],
      ['RelatesTo', dmp.requests()[0]?.messageId],
    ]);
  });

  it('may be answered in one XOP part', async () => {
    const other = await startDmp({ trusted: ORG.trusted, multipart: true, maxVersion: 'TLSv1.3' });
    const { contentType, text } = await post(other, lot());
    await other.stop();
    expect(contentType).toMatch(
      /^multipart\/related; type="application\/xop\+xml"; boundary="uuid\.sandbox\.dmp"/,
    );
    expect(text).toMatch(
      /^--uuid\.sandbox\.dmp\r\n[^]*ResponseStatusType:Success"[^]*\r\n--uuid\.sandbox\.dmp--\r\n$/,
    );
  });

  it.each([
    ['set', { documents: [SECOND] }, LOT],
    ['document', { setUniqueId: NEXT_LOT }, FIRST],
    ['signature', { documents: [`${LOT}.1`], setUniqueId: NEXT_LOT }, `${LOT}.1`],
  ])('whose %s has a uniqueId that is there already is refused', async (_, changes, uniqueId) => {
    await post(dmp, lot());
    expect(await answered(dmp, lot(changes))).toEqual(
      failure('XDSDuplicateUniqueIdInRegistry', new RegExp(`^uniqueId ${uniqueId}$`)),
    );
    expect(dmp.documents()).toHaveLength(1);
  });

  it('is refused to a patient whose DMP is closed', async () => {
    const other = await startDmp({ trusted: ORG.trusted, closed: [insCx('morvan').slice(0, 15)] });
    await post(other, lot());
    await post(other, lot({ documents: [SECOND], setUniqueId: NEXT_LOT, patient: 'oeuvrard' }));
    await other.stop();
    expect(other.faults().map(({ code }) => code)).toEqual(['DMPClosed']);
    expect(other.documents()).toHaveLength(1);
  });

  it('may be of a structure of the holder, and of no other', async () => {
    const other = await startDmp({ trusted: ORG.trusted, structures: [OTHER_STRUCTURE] });
    await post(other, lot({ structure: OTHER_STRUCTURE }));
    await other.stop();
    expect(other.documents()).toMatchObject([{ structure: OTHER_STRUCTURE }]);
    expect(await answered(dmp, lot({ structure: OTHER_STRUCTURE }))).toEqual(
      fault('wsse:FailedAuthentication', /Identifiant_Structure/),
    );
  });
});

describe('a replacement', () => {
  const NOBODY = 'urn:uuid:00000000-0000-4000-8000-000000000000';
  const replacing = (replaces: readonly string[], changes: object = {}): ReturnType<typeof lotRequest> =>
    lotRequest({ documents: [SECOND], setUniqueId: NEXT_LOT, replaces, ...changes });

  it('takes the place of the document that a query finds', async () => {
    await post(dmp, lot());
    const first = await found(queryRequest([FIRST]));
    expect(await answered(dmp, replacing(first))).toEqual(SUCCESS);
    expect(dmp.documents()).toMatchObject([
      { uniqueId: FIRST, status: 'Deprecated' },
      { uniqueId: SECOND, status: 'Approved', replaces: first[0] },
    ]);
  });

  it('of two documents has one RPLC each, all or nothing', async () => {
    await post(dmp, lot({ documents: [FIRST, SECOND] }));
    const [first = '', second = ''] = await found(queryRequest([FIRST, SECOND]));
    const documents = [`${FIRST}.1`, `${SECOND}.1`];
    expect(await answered(dmp, replacing([first, NOBODY], { documents }))).toEqual(
      failure('UnresolvedReferenceException', /^RPLC: urn:uuid:0{8}.*: unknown$/),
    );
    expect(dmp.documents()).toMatchObject([{ status: 'Approved' }, { status: 'Approved' }]);
    expect(await answered(dmp, replacing([first, second], { documents }))).toEqual(SUCCESS);
    expect(dmp.documents()).toMatchObject([
      { uniqueId: FIRST, status: 'Deprecated' },
      { uniqueId: SECOND, status: 'Deprecated' },
      { uniqueId: documents[0], status: 'Approved', replaces: first },
      { uniqueId: documents[1], status: 'Approved', replaces: second },
    ]);
  });

  it('of one document by two is refused', async () => {
    await post(dmp, lot());
    const twice = { documents: [SECOND, `${SECOND}.1`] };
    expect(await answered(dmp, replacing([firstEntry(), firstEntry()], twice))).toEqual(
      failure('XDSRepositoryMetadataError', /RPLC: one document/),
    );
    expect(dmp.documents()).toHaveLength(1);
  });

  it('of what is not there is refused', async () => {
    expect(await answered(dmp, replacing([NOBODY]))).toEqual(
      failure('UnresolvedReferenceException', /^RPLC: urn:uuid:0{8}.*: unknown$/),
    );
  });

  it('of another patient’s document is refused as one of what is not there', async () => {
    await post(dmp, lot());
    expect(await answered(dmp, replacing([firstEntry()], { patient: 'oeuvrard' }))).toEqual(
      failure('UnresolvedReferenceException', /^RPLC: .*: unknown$/),
    );
  });

  it('of what is replaced already is refused', async () => {
    await post(dmp, lot());
    await post(dmp, replacing([firstEntry()]));
    const again = { documents: [`${SECOND}.1`], setUniqueId: `${LOT}.9` };
    expect(await answered(dmp, replacing([firstEntry()], again))).toEqual(
      failure('XDSReplaceFailed', /^RPLC: .*: Deprecated$/),
    );
    expect(dmp.documents()).toHaveLength(2);
  });
});

describe('GetDocuments', () => {
  it('tells the entryUUIDs of uniqueIds, of this patient, and nothing of what is deleted', async () => {
    await post(dmp, lotRequest({ documents: [FIRST, SECOND], setUniqueId: LOT }));
    const [first, second] = dmp.documents().map(({ entryUuid }) => entryUuid);
    expect(await found(queryRequest([FIRST, SECOND, '1.2.3']))).toEqual([first, second]);
    expect(await found(queryRequest([FIRST], { patient: 'oeuvrard' }))).toEqual([]);
    expect(await found(queryRequest(['1.2.3']))).toEqual([]);
    await post(dmp, deleteRequest([first ?? ''], { setUniqueId: NEXT_LOT }));
    expect(await found(queryRequest([FIRST, SECOND]))).toEqual([second]);
    expect(dmp.faults()).toEqual([]);
  });

  it.each([
    ['another query', swap(/id="urn:uuid:5c4f/, 'id="urn:uuid:0000'), 'XDSUnknownStoredQuery'],
    ['whole entries', swap('"ObjectRef"', '"LeafClass"'), 'LocalPolicyRestrictionError'],
    [
      'no parameter',
      swap('$XDSDocumentEntryUniqueId', '$XDSDocumentEntryPatientId'),
      'XDSStoredQueryMissingParam',
    ],
    ['a value without quotes', swap(/\('([\d.]+)'\)/, '(1.2.3)'), 'XDSStoredQueryParamNumber'],
  ])('is not %s', async (_, envelope, code) => {
    expect(await answered(dmp, queryRequest([FIRST], { envelope }))).toEqual(failure(code, /./));
  });
});

async function found(request: ReturnType<typeof queryRequest>): Promise<string[]> {
  const { text } = await post(dmp, request);
  expect(text).toContain('ResponseStatusType:Success"');
  return [...text.matchAll(/<rim:ObjectRef id="([^"]*)"/g)].map(([, id = '']) => id);
}
