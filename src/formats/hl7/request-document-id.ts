import type { CdaHeader, InstanceIdentifier } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';
import type { Hl7Segment } from './message.ts';
import {
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  requiredValue,
  subvalueOf,
  valueOf,
} from './request-fields.ts';

/** TXA-17: authenticated, legally authenticated. Anything else is a document that nobody has validated. */
const VALIDATED: ReadonlySet<string> = new Set(['AU', 'LA']);

/**
 * Checks TXA against the document that it announces: its identifier (TXA-12), that of the one it replaces (TXA-13),
 * and that it has been validated (TXA-17).
 *
 * @throws GatewayError REQ-008 for what version 2.1 asks for, REQ-009 for a document that is not validated, REQ-017
 */
export function assertTxa(
  txa: Hl7Segment,
  header: CdaHeader,
  action: DocumentAction,
  version: ProfileVersion,
): void {
  if (version === '2.1') for (const field of [1, 3, 17]) requiredValue(txa, field);
  const completion = valueOf(txa, 17).toUpperCase();
  if (completion !== '' && !VALIDATED.has(completion)) throw requestFault('REQ-009', locate(txa, 17));
  assertNames(txa, 12, [header.id], version);
  if (action === 'replace') assertNames(txa, 13, header.replaces, version);
}

/** The field must name one of the identifiers; version 2.0 may leave it out. */
function assertNames(
  txa: Hl7Segment,
  field: number,
  identifiers: readonly InstanceIdentifier[],
  version: ProfileVersion,
): void {
  if (valueOf(txa, field) === '' && valueOf(txa, field, 3) === '') {
    if (version === '2.0') return;
    throw missingField(txa, field);
  }
  if (!identifiers.some(identifier => names(txa, field, identifier))) {
    throw requestFault('REQ-017', locate(txa, field));
  }
}

/**
 * Whether an EI names a document, in whichever way it is spelt: `extension^^root^ISO` or the root alone, as the rule
 * has it; `root.extension`, as its table has it; an organisation in the second component, as the official examples
 * have it, is passed over.
 */
function names(txa: Hl7Segment, field: number, { root, extension }: InstanceIdentifier): boolean {
  const value = valueOf(txa, field);
  const universal = subvalueOf(txa, field, 3, 1);
  const joined = extension === undefined ? root : `${root}.${extension}`;
  if (universal === '' || universal === value) {
    return value === joined || (extension !== undefined && value === `${root}^${extension}`);
  }
  if (value === '') return universal === joined;
  return (value === extension && universal === root) || `${universal}.${value}` === joined;
}
