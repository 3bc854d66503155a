import type { Json } from './json.ts';

/** What a platform says: a status, and JSON. */
export interface Said {
  readonly status: number;
  readonly body: Json | undefined;
}

/** Why a platform takes something not. */
export interface Fault {
  /** OperationOutcome.issue.code. */
  readonly code: string;
  /** FHIRPath. */
  readonly path: string;
  /** Without any value of the resource. */
  readonly reason: string;
}

export function operationOutcome(...faults: readonly Fault[]): Json {
  const issue = faults.map(({ code, path, reason }) => ({
    severity: 'error',
    code,
    diagnostics: reason,
    ...(path !== '' && { expression: [path] }),
  }));
  return { resourceType: 'OperationOutcome', issue };
}

/** A no that says why. */
export function refused(status: number, ...faults: readonly Fault[]): Said {
  return { status, body: operationOutcome(...faults) };
}

/** A no that was ordered. */
export function told(code: string, reason = 'told to'): Json {
  return operationOutcome({ code, path: '', reason });
}
