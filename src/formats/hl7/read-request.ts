import type { Hl7Message } from './message.ts';
import { readAction } from './request-action.ts';
import { parseRequest } from './request-charset.ts';
import { assertCodeOf, readCode } from './request-code.ts';
import { assertTxa } from './request-document-id.ts';
import {
  assertDocumentCount,
  assertReplaces,
  type PlacedDocument,
  readDocuments,
} from './request-document.ts';
import { type RequestHeader, readHead } from './request-head.ts';
import { readParticipants } from './request-participants.ts';
import { assertSamePatient, qualifiedMatricule, readPatient, readPatientClass } from './request-patient.ts';
import { assertWishes, chooseRecipients, wishesOf } from './request-rules.ts';
import { type RequestStructure, readStructure } from './request-structure.ts';
import { readMailText } from './request-text.ts';
import type { Audience, DocumentRequest, RequestRules } from './request-types.ts';
import { patientMayAnswer, readWishes, type SortedObservations, sortObservations } from './request-wishes.ts';

/**
 * Reads a request to send, replace or delete a document (ANS, Transmission de documents CDA en HL7v2 v2.1; version 2.0
 * as far as it carries what is needed) and checks everything that can be checked of it alone: structure, agreement of
 * its parts with each other and with the document, the sending rules. Strict where a document could reach the wrong
 * record or person, lenient in spelling.
 *
 * Of a message of 50 MB it takes about a tenth of a second.
 *
 * @param bytes the message without its MLLP frame; the document is decoded from it once
 * @throws GatewayError REQ-001 … REQ-026, REQ-031 for the first fault; its field `location` is ERR-2
 */
export function readRequest(bytes: Uint8Array, rules: RequestRules): DocumentRequest {
  const message = parseRequest(bytes);
  const header = readHead(message, bytes);
  const structure = readStructure(message, header.head.event);
  const sorted = sortObservations(structure.observations);
  assertDocumentCount(sorted, header.head.event);
  const asked = readWishes(sorted, header.version);
  const patient = readPatient(structure.pid, header.version);
  const patientClass = readPatientClass(structure.pv1, header.version);
  const { action, documents } = readContent(message, header, structure, sorted);
  assertSamePatient(structure.pid, patient, documents);

  const wishes = wishesOf({ asked, sorted, documents });
  assertWishes(wishes, { asked, sorted, documents }, rules.matrix);
  const participants = readParticipants(sorted, {
    maxRecipients: rules.maxRecipients,
    patient: patient.identifiers,
  });
  const matricule = qualifiedMatricule(patient, documents);
  const addressing = { pid: structure.pid, participants, wishes, rules, matricule, version: header.version };
  return {
    head: header.head,
    action,
    documents: documents.map(({ bytes, header, obx }) => ({ bytes, header, sequence: obx.sequence })),
    patient: { identifiers: patient.identifiers, qualified: matricule !== undefined },
    patientClass,
    sender: participants.sender?.sender,
    ...chooseRecipients(addressing),
    wishes,
    patientMayAnswer: patientMayAnswer(sorted),
    text: readTexts(message, sorted),
  };
}

/** What is asked, and for which documents: everything that must say the same of them does. */
function readContent(
  message: Hl7Message,
  { head, version }: RequestHeader,
  structure: RequestStructure,
  sorted: SortedObservations,
): Pick<DocumentRequest, 'action'> & { readonly documents: readonly PlacedDocument[] } {
  const action = readAction(structure, sorted, head.event, version);
  const code = readCode(structure, sorted, version);
  const documents = readDocuments(sorted, { version, escape: message.separators.escape });
  for (const document of documents) {
    assertCodeOf(code, document.header, document.obx);
    assertReplaces(document, action);
    if (structure.txa !== undefined) assertTxa(structure.txa, document.header, action, version);
  }
  return { action, documents };
}

function readTexts(message: Hl7Message, { texts }: SortedObservations): DocumentRequest['text'] {
  function read(audience: Audience): string | undefined {
    const obx = texts.get(audience);
    return obx === undefined ? undefined : readMailText(obx, message.separators);
  }
  return { professionals: read('professionals'), patient: read('patient') };
}
