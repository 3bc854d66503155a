import type { CatalogueEntry } from './catalogue/entry.ts';
import { APPLICATION_FAULTS } from './catalogue/application.ts';
import { ARCHIVE_FAULTS } from './catalogue/archive.ts';
import { CONFIGURATION_FAULTS } from './catalogue/configuration.ts';
import { DMP_FAULTS } from './catalogue/dmp.ts';
import { DOCUMENT_FAULTS } from './catalogue/document.ts';
import { FHIR_FAULTS } from './catalogue/fhir.ts';
import { GATEWAY_FAULTS } from './catalogue/gateway.ts';
import { MAIL_FAULTS } from './catalogue/mail.ts';
import { MAIL_SERVER_FAULTS } from './catalogue/mail-server.ts';
import { OUTGOING_FAULTS } from './catalogue/outgoing.ts';
import { REQUEST_FAULTS } from './catalogue/request.ts';

export type { CatalogueEntry, ErrorClass } from './catalogue/entry.ts';

/** Every fault that the gateway can name, a file for each room of it. A code, once published, keeps its meaning. */
export const CATALOGUE = {
  ...CONFIGURATION_FAULTS,
  ...MAIL_FAULTS,
  ...ARCHIVE_FAULTS,
  ...DOCUMENT_FAULTS,
  ...APPLICATION_FAULTS,
  ...MAIL_SERVER_FAULTS,
  ...REQUEST_FAULTS,
  ...OUTGOING_FAULTS,
  ...DMP_FAULTS,
  ...FHIR_FAULTS,
  ...GATEWAY_FAULTS,
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

/** The catalogue's entry for a code. */
export function describe(code: ErrorCode): CatalogueEntry {
  return CATALOGUE[code];
}

/** True when a text read back from the journal or another process is one of our codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(CATALOGUE, text);
}
