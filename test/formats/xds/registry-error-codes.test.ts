import { expect, it } from 'vitest';
import { isOtherStatus, isRetryable, shownCode } from '../../../src/formats/xds/registry-error-codes.ts';

it.each<[string, retryable: boolean, otherStatus: boolean]>([
  ['XDSRegistryBusy', true, false],
  ['XDSRepositoryBusy', true, false],
  ['XDSRegistryNotAvailable', true, false],
  ['XDSRegistryOutOfResources', true, false],
  ['XDSRepositoryOutOfResources', true, false],
  ['XDSMetadataUpdateError', false, true],
  ['XDSMetadataUpdateOperationError', false, true],
  ['UnmodifiableMetadataError', false, true],
  ['XDSDuplicateUniqueIdInRegistry', false, false],
  ['XDSNonIdenticalHash', false, false],
  ['XDSRegistryMetadataError', false, false],
  ['XDSRegistryError', false, false],
  ['DMPInvalidCertificate', false, false],
  ['xdsregistrybusy', false, false],
  ['', false, false],
])('%s: another attempt %s, deleted already, perhaps %s', (code, retryable, otherStatus) => {
  expect([isRetryable(code), isOtherStatus(code)]).toEqual([retryable, otherStatus]);
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
