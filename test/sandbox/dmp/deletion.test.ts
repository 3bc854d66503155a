import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG, OTHER_STRUCTURE } from '../../kit/dmp-identity.ts';
import { post } from '../../kit/dmp-post.ts';
import { deleteRequest, lotRequest, swap } from '../../kit/dmp-request.ts';
import { answered, failure, SUCCESS } from './answered.ts';

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

const deletion = (changes: object = {}): ReturnType<typeof deleteRequest> =>
  deleteRequest([firstEntry()], { setUniqueId: NEXT_LOT, ...changes });

it('deletes, once', async () => {
  await post(dmp, lot());
  const { text } = await post(dmp, deletion());
  expect(text).toContain('>urn:ihe:iti:2010:UpdateDocumentSet-Response<');
  expect(dmp.documents()).toMatchObject([{ uniqueId: FIRST, status: 'Deleted' }]);
  expect(dmp.submissions()).toMatchObject([{}, { transaction: 'update', ids: [firstEntry()] }]);
  expect(await answered(dmp, deletion())).toEqual(failure('XDSDuplicateUniqueIdInRegistry', /^uniqueId/));
  expect(await answered(dmp, deletion({ setUniqueId: `${LOT}.8` }))).toEqual(
    failure('XDSMetadataUpdateError', /Deleted$/),
  );
});

it('of two documents has one association each, all or nothing', async () => {
  await post(dmp, lot({ documents: [FIRST, SECOND] }));
  const both = dmp.documents().map(({ entryUuid }) => entryUuid);
  const unknown = deleteRequest([...both, `${both[0]?.slice(0, -6)}000000`], { setUniqueId: NEXT_LOT });
  expect(await answered(dmp, unknown)).toEqual(failure('UnresolvedReferenceException', /unknown/));
  expect(await answered(dmp, deleteRequest(both, { setUniqueId: NEXT_LOT }))).toEqual(SUCCESS);
  expect(dmp.documents()).toMatchObject([{ status: 'Deleted' }, { status: 'Deleted' }]);
});

it.each([
  [
    'of what is not there',
    swap(/(targetObject="urn:uuid:)\w{8}/, 'targetObject="urn:uuid:00000000'),
    'UnresolvedReferenceException',
    /unknown/,
  ],
  [
    'to another status',
    swap('StatusType:Deleted', 'StatusType:Archived'),
    'LocalPolicyRestrictionError',
    /NewStatus/,
  ],
  [
    'from another status',
    swap('StatusType:Approved', 'StatusType:Deprecated'),
    'XDSMetadataUpdateError',
    /OriginalStatus/,
  ],
  [
    'by another association',
    swap('UpdateAvailabilityStatus', 'SubmitAssociation'),
    'XDSRegistryMetadataError',
    /association/,
  ],
  [
    'from another object',
    swap('sourceObject="SubmissionSet01"', 'sourceObject="SubmissionSet02"'),
    'XDSRegistryMetadataError',
    /not from the set/,
  ],
  ['without objectType', swap(/objectType="[^"]*"/, ''), 'XDSRegistryMetadataError', /objectType/],
  [
    'without OriginalStatus',
    swap('"OriginalStatus"', '"Originalstatus"'),
    'XDSRegistryMetadataError',
    /OriginalStatus/,
  ],
  [
    'without set',
    swap(/<RegistryPackage.*<\/RegistryPackage>/s, ''),
    'XDSRegistryMetadataError',
    /RegistryPackage/,
  ],
  ['without time', swap('submissionTime', 'submissiontime'), 'XDSRepositoryMetadataError', /submissionTime/],
  ['for another patient', swap(/\d{15}\^/, '285062901904200^'), 'XDSPatientIdDoesNotMatch', /resource-id/],
  [
    'of one document twice',
    (text: string): string =>
      text.replace(/<Association.*<\/Association>/s, found => found + found.replace('id="', 'id="x')),
    'XDSRegistryMetadataError',
    /two associations/,
  ],
  ['of nothing', swap(/<Association.*<\/Association>/s, ''), 'XDSRegistryMetadataError', /no association/],
])('%s is refused', async (_, metadata, code, context) => {
  await post(dmp, lot());
  expect(await answered(dmp, deletion({ metadata }))).toEqual(failure(code, context));
  expect(dmp.documents()).toMatchObject([{ status: 'Approved' }]);
});

it('of another structure’s document is refused', async () => {
  await post(dmp, lot());
  const other = deletion({ structure: OTHER_STRUCTURE, vihfSigner: ORG.otherSign });
  expect(await answered(dmp, other, ORG.otherAuth)).toEqual(
    failure('LocalPolicyRestrictionError', /another structure/),
  );
  expect(dmp.documents()).toMatchObject([{ status: 'Approved' }]);
});
