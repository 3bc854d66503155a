/** IHE ITI TF-3 §4.2.4: what another attempt may not meet again. The DMP's own list (annex A7-1) is not public. */
const RETRYABLE: ReadonlySet<string> = new Set([
  'XDSRegistryBusy',
  'XDSRepositoryBusy',
  'XDSRegistryNotAvailable',
  'XDSRegistryOutOfResources',
  'XDSRepositoryOutOfResources',
]);

/** ITI-57: the entry is not, or not any more, in the status that it was to be changed from. */
const OTHER_STATUS: ReadonlySet<string> = new Set([
  'XDSMetadataUpdateError',
  'XDSMetadataUpdateOperationError',
  'UnmodifiableMetadataError',
]);

/** Whether a registry that answers this may take the same submission later. */
export function isRetryable(code: string): boolean {
  return RETRYABLE.has(code);
}

/** Whether a registry that answers a deletion so may have done it already, at an attempt that nobody heard the end of. */
export function isOtherStatus(code: string): boolean {
  return OTHER_STATUS.has(code);
}
