/** IHE ITI TF-3 §4.2.4: what another attempt may not meet again. The DMP's own list (annex A7-1) is not public. */
const RETRYABLE: ReadonlySet<string> = new Set([
  'XDSRegistryBusy',
  'XDSRepositoryBusy',
  'XDSRegistryNotAvailable',
  'XDSRegistryOutOfResources',
  'XDSRepositoryOutOfResources',
]);

/** The registry has seen a uniqueId of the submission before. */
const DUPLICATE: ReadonlySet<string> = new Set([
  'XDSDuplicateUniqueIdInRegistry',
  'XDSRegistryDuplicateUniqueIdInMessage',
  'XDSRepositoryDuplicateUniqueIdInMessage',
]);

/** Whether a registry that answers this may take the same submission later. */
export function isRetryable(code: string): boolean {
  return RETRYABLE.has(code);
}

/** Whether a registry that answers this knows a uniqueId of the submission already: from whom, TD3.1b tells. */
export function isDuplicate(code: string): boolean {
  return DUPLICATE.has(code);
}

/** Names of errors of IHE (ITI TF-3 §4.2.4.1) and of WS-Security that say by themselves whose they are not. */
const PLAIN_NAMES: ReadonlySet<string> = new Set([
  'InvalidDocumentContent',
  'LocalPolicyRestrictionError',
  'PartialFolderContentNotProcessed',
  'UnmodifiableMetadataError',
  'UnresolvedReferenceException',
  'FailedAuthentication',
  'FailedCheck',
  'InvalidSecurity',
  'InvalidSecurityToken',
  'MessageExpired',
  'SecurityTokenUnavailable',
  'UnsupportedAlgorithm',
  'UnsupportedSecurityToken',
]);

/** A code as logs and the worklist may show it: `other` for one that might be anything, a name among it. */
export function shownCode(code: string): string {
  const name = code.replace(/^[a-z]{1,10}:/, '');
  return /^(?:XDS|DMP)[A-Za-z]{1,60}$/.test(name) || PLAIN_NAMES.has(name) ? code : 'other';
}
