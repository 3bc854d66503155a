import { describe, type ErrorClass, type ErrorCode } from './catalogue.ts';

/** Facts for the log: ids, numbers, codes. Never a name, an identifier of a patient, a subject or a file name. */
export type ErrorFields = Readonly<Record<string, string | number | boolean>>;

/** A fault as plain data: what crosses processes and what the journal keeps. */
export interface Fault {
  readonly code: ErrorCode;
  /** One French sentence that makes the catalogue's text precise; free of health data. */
  readonly detail?: string;
  readonly fields?: ErrorFields;
}

/** The one error class of the gateway: a code of the catalogue, what the log may say of it, and what caused it. */
export class GatewayError extends Error {
  readonly fault: Fault;

  constructor(code: ErrorCode, about: Omit<Fault, 'code'> & { cause?: unknown } = {}) {
    const { cause, ...rest } = about;
    super(code, cause === undefined ? undefined : { cause });
    this.name = 'GatewayError';
    this.fault = { code, ...rest };
  }

  get code(): ErrorCode {
    return this.fault.code;
  }

  /** Decides what happens next; the retry policy looks at nothing else. */
  get class(): ErrorClass {
    return describe(this.fault.code).class;
  }

  get publicText(): string {
    return explain(this.fault);
  }

  get fields(): ErrorFields {
    return this.fault.fields ?? {};
  }
}

/** What people read of a fault: the catalogue's reason and, where there is one, its precise detail. */
export function explain(fault: Fault): string {
  const { why } = describe(fault.code);
  return fault.detail === undefined ? why : `${why} ${fault.detail}`;
}

/** Any thrown value as a GatewayError: ours as it is, anything else as GEN-001 with its cause. */
export function toGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError ? thrown : new GatewayError('GEN-001', { cause: thrown });
}
