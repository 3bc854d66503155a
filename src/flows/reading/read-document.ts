import { GatewayError, type Fault } from '../../errors/gateway-error.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { readCdaHeader } from '../../formats/cda/read-header.ts';
import { announcesAnother } from '../../formats/cda/announced-patient.ts';
import { samePerson, uniqueIdOf } from '../../formats/cda/identity.ts';
import type { CdaHeader } from '../../formats/cda/types.ts';
import { actionOf } from '../../formats/xdm/action.ts';
import type { DocumentAction, XdmDocument } from '../../formats/xdm/types.ts';
import type { ReadDocument } from './reading.ts';

/** A person may still decide that these documents go out; every other fault is the sender's to mend. */
const FOR_A_PERSON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CDA-010',
  'XDM-015',
  'XDM-016',
  'XDM-017',
  'XDM-018',
  'XDM-019',
]);

/**
 * Reads one document of an archive. The CDA header wins over METADATA.XML for identity; where the two name
 * another patient or another document nothing is decided here: a person looks (docs/design.md §3; quirk X11).
 */
export function readDocument(found: XdmDocument): ReadDocument {
  const { entry, submission } = found;
  const announced = {
    announcedId: entry.uniqueId,
    typeCode: entry.typeCode,
    confidentialityCodes: entry.confidentialityCodes,
    submissionAuthor: submission.authors[0],
  };
  const action = actionOf(entry);
  const known = {
    ...announced,
    header: undefined,
    bytes: found.bytes,
    sha1: found.fault === undefined ? found.sha1 : undefined,
    integrity: found.fault === undefined ? found.integrity : undefined,
    action: typeof action === 'string' ? action : undefined,
    refusal: undefined,
    hold: undefined,
  };
  if (found.fault !== undefined) return { ...known, ...refusedOrHeld(found.fault) };
  try {
    const header = readCdaHeader(found.bytes);
    const fault = typeof action === 'string' ? conflict(found, header, action) : action;
    return { ...known, header, ...(fault === undefined ? {} : refusedOrHeld(fault)) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { ...known, ...refusedOrHeld(error.fault) };
  }
}

function refusedOrHeld(fault: Fault): Pick<ReadDocument, 'refusal' | 'hold'> {
  return FOR_A_PERSON.has(fault.code)
    ? { refusal: undefined, hold: fault }
    : { refusal: fault, hold: undefined };
}

/** What the header and METADATA.XML disagree on, or what the asked action lacks. */
function conflict(
  { entry, submission }: XdmDocument,
  header: CdaHeader,
  action: DocumentAction,
): Fault | undefined {
  const identifiers = [entry.patientId, entry.sourcePatientId, submission.patientId].filter(
    cx => cx !== undefined,
  );
  if (announcesAnother({ identifiers, info: entry.sourcePatientInfo }, header.patient))
    return { code: 'XDM-017' };
  // The published mapping table writes the root alone where the id has an extension: both are the same
  // document.
  const { root } = header.id;
  if (entry.uniqueId !== undefined && entry.uniqueId !== uniqueIdOf(header.id) && entry.uniqueId !== root) {
    return { code: 'XDM-018' };
  }
  return action === 'replace' && header.replaces.length === 0 ? { code: 'XDM-016' } : undefined;
}

/**
 * MSSanté Référentiel #2, ECO.2.1.1, one patient a mail: where two documents are not surely of one person,
 * all wait for somebody to look (quirk X12).
 */
export function onePatient(documents: readonly ReadDocument[]): ReadDocument[] {
  const patients = documents.flatMap(({ header }) => (header === undefined ? [] : [header.patient]));
  const surelyOne = patients.every((left, at) =>
    patients.slice(at + 1).every(right => samePerson(left, right)),
  );
  if (surelyOne) return [...documents];
  return documents.map(document =>
    document.refusal === undefined && document.hold === undefined
      ? { ...document, hold: { code: 'XDM-019' } }
      : document,
  );
}
