import { GatewayError } from '../errors/gateway-error.ts';

/** One thing that is wrong in the configuration file. Holds names and no other value of it: a value could be a secret. */
export interface ConfigFault {
  /** Place in the file, as `mailboxes[0].imap.port`; '' for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** French, for the administrator. */
  readonly message: string;
}

/** The error of an invalid configuration; `configFaults` gives the list back. */
export function invalidConfig(file: string, faults: readonly ConfigFault[]): GatewayError {
  return new GatewayError('CFG-001', {
    detail: `${faults.length} ${faults.length === 1 ? 'faute' : 'fautes'} :\n${renderFaults(file, faults)}`,
    fields: { faults: faults.length },
    cause: new ConfigFaults(faults),
  });
}

/** The faults behind a CFG-001; empty for any other error. */
export function configFaults(error: unknown): readonly ConfigFault[] {
  return error instanceof GatewayError && error.cause instanceof ConfigFaults ? error.cause.list : [];
}

/** The faults for a terminal, a line each, in the order of the file: `pfi.yaml:12:5 — mailboxes[0].imap.port : …`. */
export function renderFaults(file: string, faults: readonly ConfigFault[]): string {
  return faults
    .map(({ path, line, column, message }) => {
      const place = path === '' ? '' : `${path} : `;
      return `${file}:${line}:${column} — ${place}${message}`;
    })
    .join('\n');
}

/** Carries the list through `Error.cause`, where it is told from any other cause by its type. */
class ConfigFaults {
  readonly list: readonly ConfigFault[];

  constructor(list: readonly ConfigFault[]) {
    this.list = list;
  }
}
