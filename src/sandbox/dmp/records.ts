import { randomUUID } from 'node:crypto';
import { codesOf, ENTRY } from './object-checks.ts';
import type { RegistryProblem } from './refusal.ts';
import type { Submission, SubmittedDocument } from './submission.ts';
import type { StatusChange } from './update.ts';
import type { Vihf } from './vihf.ts';

export type DocumentStatus = 'Approved' | 'Deprecated' | 'Deleted';

/** A document of somebody's DMP. */
export interface DmpDocument {
  readonly uniqueId: string;
  /** `urn:uuid:…` */
  readonly entryUuid: string;
  readonly status: DocumentStatus;
  /** CX. */
  readonly patientId: string;
  /** Identifiant_Structure of the VIHF that it came with. */
  readonly structure: string;
  readonly setUniqueId: string;
  readonly title: string;
  readonly mimeType: string;
  /** `code^scheme`. */
  readonly typeCode: string;
  readonly classCode: string;
  readonly confidentialityCodes: readonly string[];
  /** The entryUUID that it has taken the place of. */
  readonly replaces: string | undefined;
  readonly content: Buffer;
}

/** What lies in the DMP. Each change is made whole or not at all. */
export interface Records {
  /** Registers a lot whose form is right. */
  submit(submission: Submission, vihf: Vihf): RegistryProblem[];
  /** Deletes; only what the structure has put there. */
  update(setUniqueId: string, changes: readonly StatusChange[], vihf: Vihf): RegistryProblem[];
  /** entryUUIDs of what is not deleted, of the patient of the VIHF. */
  find(key: 'uniqueId' | 'entryUuid', ids: readonly string[], vihf: Vihf): string[];
  documents(): DmpDocument[];
}

/** @param closed INS of patients without an open DMP */
export function createRecords(closed: readonly string[]): Records {
  const documents = new Map<string, DmpDocument>();
  /** Of sets, documents and signatures: none is ever used again. */
  const usedIds = new Set<string>();

  function submissionProblems({
    setUniqueId,
    patientId,
    documents: added,
    signature,
  }: Submission): RegistryProblem[] {
    const ids = [setUniqueId, signature.uniqueId, ...added.map(({ uniqueId }) => uniqueId)];
    return [
      ...closedProblems(patientId),
      ...ids.flatMap(id =>
        usedIds.has(id) ? [{ code: 'XDSDuplicateUniqueIdInRegistry', context: `uniqueId ${id}` }] : [],
      ),
      ...added.flatMap(document => replaceProblems(document, patientId)),
    ];
  }

  function closedProblems(patientId: string): RegistryProblem[] {
    return closed.includes(patientId.split('^')[0] ?? '')
      ? [{ code: 'DMPClosed', context: 'Le DMP du patient est fermé' }]
      : [];
  }

  function replaceProblems({ replaces }: SubmittedDocument, patientId: string): RegistryProblem[] {
    if (replaces === undefined) return [];
    const original = documents.get(replaces);
    if (original === undefined || original.patientId !== patientId)
      return [{ code: 'UnresolvedReferenceException', context: `RPLC: ${replaces}: unknown` }];
    return original.status === 'Approved'
      ? []
      : [{ code: 'XDSReplaceFailed', context: `RPLC: ${replaces}: ${original.status}` }];
  }

  function changeProblems(change: StatusChange, vihf: Vihf): RegistryProblem[] {
    const document = documents.get(change.target);
    if (document === undefined || document.patientId !== vihf.patientId)
      return [{ code: 'UnresolvedReferenceException', context: `${change.target}: unknown` }];
    if (document.structure !== vihf.structure)
      return [{ code: 'LocalPolicyRestrictionError', context: `${change.target}: of another structure` }];
    return document.status === change.from
      ? []
      : [{ code: 'XDSMetadataUpdateError', context: `${change.target}: OriginalStatus: ${document.status}` }];
  }

  function setStatus(entryUuid: string, status: DocumentStatus): void {
    const document = documents.get(entryUuid);
    if (document !== undefined) documents.set(entryUuid, { ...document, status });
  }

  return {
    submit(submission, vihf) {
      const problems = submissionProblems(submission);
      if (problems.length > 0) return problems;
      usedIds.add(submission.setUniqueId).add(submission.signature.uniqueId);
      for (const document of submission.documents) {
        usedIds.add(document.uniqueId);
        const kept = keptDocument(document, submission, vihf);
        documents.set(kept.entryUuid, kept);
        if (kept.replaces !== undefined) setStatus(kept.replaces, 'Deprecated');
      }
      return [];
    },
    update(setUniqueId, changes, vihf) {
      const problems = [
        ...closedProblems(vihf.patientId),
        ...(usedIds.has(setUniqueId)
          ? [{ code: 'XDSDuplicateUniqueIdInRegistry', context: `uniqueId ${setUniqueId}` }]
          : []),
        ...changes.flatMap(change => changeProblems(change, vihf)),
      ];
      if (problems.length > 0) return problems;
      usedIds.add(setUniqueId);
      for (const { target } of changes) setStatus(target, 'Deleted');
      return [];
    },
    find: (key, ids, vihf) =>
      [...documents.values()].flatMap(document =>
        ids.includes(document[key]) && document.patientId === vihf.patientId && document.status !== 'Deleted'
          ? [document.entryUuid]
          : [],
      ),
    documents: () => [...documents.values()],
  };
}

function keptDocument(
  { entry, uniqueId, content, replaces }: SubmittedDocument,
  submission: Submission,
  vihf: Vihf,
): DmpDocument {
  return {
    uniqueId,
    // An entryUUID that the source gives is kept; a symbolic id gets one (ITI TF-3 §4.2.5.1.1).
    entryUuid: entry.id.startsWith('urn:uuid:') ? entry.id : `urn:uuid:${randomUUID()}`,
    status: 'Approved',
    patientId: submission.patientId,
    structure: vihf.structure,
    setUniqueId: submission.setUniqueId,
    title: entry.name,
    mimeType: entry.mimeType,
    typeCode: codesOf(entry, ENTRY.typeCode)[0] ?? '',
    classCode: codesOf(entry, ENTRY.classCode)[0] ?? '',
    confidentialityCodes: codesOf(entry, ENTRY.confidentialityCode),
    replaces,
    content: Buffer.from(content),
  };
}
