import { expect, it } from 'vitest';
import { isDuplicate, isRetryable, shownCode } from '../../../src/formats/xds/registry-error-codes.ts';

it.each<[string, retryable: boolean, duplicate: boolean]>([
  ['XDSRegistryBusy', true, false],
  ['XDSRepositoryBusy', true, false],
  ['XDSRegistryNotAvailable', true, false],
  ['XDSRegistryOutOfResources', true, false],
  ['XDSRepositoryOutOfResources', true, false],
  ['XDSMetadataUpdateError', false, false],
  ['XDSMetadataUpdateOperationError', false, false],
  ['UnmodifiableMetadataError', false, false],
  ['XDSDuplicateUniqueIdInRegistry', false, true],
  ['XDSRegistryDuplicateUniqueIdInMessage', false, true],
  ['XDSRepositoryDuplicateUniqueIdInMessage', false, true],
  ['XDSNonIdenticalSize', false, false],
  ['XDSNonIdenticalHash', false, false],
  ['XDSRegistryMetadataError', false, false],
  ['XDSRegistryError', false, false],
  ['DMPInvalidCertificate', false, false],
  ['xdsregistrybusy', false, false],
  ['', false, false],
])('%s: another attempt %s, known already %s', (code, retryable, duplicate) => {
  expect([isRetryable(code), isDuplicate(code)]).toEqual([retryable, duplicate]);
});

it.each<[string, string]>([
  ['XDSDuplicateUniqueIdInRegistry', 'XDSDuplicateUniqueIdInRegistry'],
  ['DMPClosed', 'DMPClosed'],
  ['soap:DMPInvalidCertificate', 'soap:DMPInvalidCertificate'],
  ['wsse:InvalidSecurityToken', 'wsse:InvalidSecurityToken'],
  ['LocalPolicyRestrictionError', 'LocalPolicyRestrictionError'],
  ['MORVAN', 'other'],
  ['DMP MORVAN Claire', 'other'],
  ['XDS285062901904262', 'other'],
  ['', 'other'],
])('%s is shown as %s', (code, shown) => {
  expect(shownCode(code)).toBe(shown);
});
