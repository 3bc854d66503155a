/**
 * A SOAP 1.2 Fault of the sender. `code` is its Subcode: with the prefix of the standard that defines it (`wsse:FailedCheck`),
 * bare when it is the DMP's own (`DMPInvalidCertificate`), undefined for a Fault without Subcode.
 */
export interface SoapFault {
  readonly code: string | undefined;
  readonly reason: string;
}

/** One RegistryError; its severity is that of the list that it stands in. */
export interface RegistryProblem {
  /** IHE ITI TF-3 table 4.2.4.1-2, or the DMP's own. */
  readonly code: string;
  /** codeContext: what is wrong, without the value that is. */
  readonly context: string;
}

/** Metadata of a lot that are not as they should be. */
export function metadata(context: string): RegistryProblem {
  return { code: 'XDSRepositoryMetadataError', context };
}

/** Of another patient. */
export function mismatch(context: string): RegistryProblem {
  return { code: 'XDSPatientIdDoesNotMatch', context };
}

interface Refusal extends Error {
  readonly soapFault: SoapFault;
}

/** Ends the reading of a request with a SOAP Fault. */
export function refuse(code: string | undefined, reason: string): never {
  throw Object.assign(new Error(reason), { soapFault: { code, reason } } satisfies Pick<
    Refusal,
    'soapFault'
  >);
}

/** The Fault that an error of {@link refuse} carries. */
export function soapFaultOf(error: unknown): SoapFault | undefined {
  return error instanceof Error && 'soapFault' in error ? (error as Refusal).soapFault : undefined;
}
