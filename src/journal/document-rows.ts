import type { Statements } from './engine.ts';
import type { NewDocument } from './journal.ts';
import * as sql from './sql.ts';

/** Writes what is remembered of a document. */
export async function addDocument(
  statements: Statements,
  owner: { exchangeId: string; application: string },
  position: number,
  document: NewDocument,
): Promise<void> {
  await statements.run(
    sql.DOCUMENT_ADD,
    document.id,
    owner.exchangeId,
    owner.application,
    position,
    document.uniqueId ?? null,
    document.setId ?? null,
    document.version ?? null,
    JSON.stringify(document.parentIds),
    document.sha1 ?? null,
    document.action ?? null,
    document.typeCode ?? null,
    document.typeLabel ?? null,
    JSON.stringify(document.confidentiality),
    document.patientKey ?? null,
  );
}
