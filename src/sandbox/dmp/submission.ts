import type { XmlElement } from 'libxml2-wasm';
import { ENTRY, entryProblems, SET, setProblems } from './object-checks.ts';
import {
  type Association,
  classified,
  identified,
  type RegistryObject,
  readObjects,
  slot,
} from './objects.ts';
import { cdaProblems, contentProblems, signatureProblems } from './document-checks.ts';
import { metadata, mismatch, type RegistryProblem, refuse } from './refusal.ts';
import type { Vihf } from './vihf.ts';
import { elements, onlyElement, valueOf } from './xml.ts';

export interface SubmittedDocument {
  readonly entry: RegistryObject;
  readonly uniqueId: string;
  readonly content: Buffer;
  /** The entryUUID that it takes the place of. */
  readonly replaces: string | undefined;
}

/** A lot as ITI-41 brings it. */
export interface Submission {
  readonly setUniqueId: string;
  readonly submissionTime: string;
  readonly patientId: string;
  readonly documents: readonly SubmittedDocument[];
  readonly signature: SubmittedDocument;
}

const HAS_MEMBER = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
const SIGNS = 'urn:ihe:iti:2007:AssociationType:signs';
const REPLACES = 'urn:ihe:iti:2007:AssociationType:RPLC';
const TYPES = [HAS_MEMBER, SIGNS, REPLACES];
const ENTRY_UUID = /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads a ProvideAndRegisterDocumentSetRequest with its attachments.
 *
 * @returns the lot, or everything that is wrong with it
 * @throws a Fault for attachments that do not fit (XOP)
 */
export function readSubmission(
  request: XmlElement,
  attachments: ReadonlyMap<string, Buffer>,
  vihf: Vihf,
): Submission | readonly RegistryProblem[] {
  const list = onlyElement(request, 'lcm:SubmitObjectsRequest/rim:RegistryObjectList');
  if (list === undefined) refuse(undefined, 'Body: not one RegistryObjectList');
  const contents = documentsOf(request, attachments);
  const { sets, entries, associations, ids, unknown } = readObjects(list);
  const [set] = sets;
  if (set === undefined || sets.length > 1) return [metadata('not one RegistryPackage')];
  const signatureId = associations.find(({ type }) => type === SIGNS)?.source;
  const submitted = entries.map(entry => submittedDocument(entry, contents, associations));
  const signature = submitted.find(({ entry }) => entry.id === signatureId);
  const documents = submitted.filter(document => document !== signature);
  const problems = [
    ...unknown.map(name => metadata(`${name}: not of a submission`)),
    ...(areDistinct(ids) ? [] : [metadata('an id that two objects have')]),
    ...setProblems(set),
    ...entries.flatMap(entryProblems),
    ...patientProblems(set, entries, vihf),
    ...institutionProblems(set, vihf),
    ...associationProblems(set, entries, associations),
    ...contentProblems(entries, contents),
    ...documents.flatMap(cdaProblems),
    ...uniqueIdProblems(set, submitted),
    ...(documents.length === 0 ? [metadata('no document')] : []),
    ...(signature === undefined ? [metadata('no signature: signs')] : signatureProblems(signature.entry)),
  ];
  if (signature === undefined || problems.length > 0) return problems;
  return {
    setUniqueId: identified(set, SET.uniqueId),
    submissionTime: slot(set, 'submissionTime')[0] ?? '',
    patientId: identified(set, SET.patientId),
    documents,
    signature,
  };
}

function documentsOf(request: XmlElement, attachments: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const left = new Set(attachments.keys());
  const contents = elements(request, 'xdsb:Document').map(document => {
    const include = onlyElement(document, '*');
    const href = include === undefined ? '' : valueOf(include, 'self::xop:Include/@href');
    const cid = contentIdOf(href);
    const content = attachments.get(cid);
    if (content === undefined) refuse(undefined, 'MTOM: a Document whose xop:Include has no attachment');
    if (!left.delete(cid)) refuse(undefined, 'MTOM: an attachment that two xop:Include name');
    return [valueOf(document, '@id'), content] as const;
  });
  if (left.size > 0) refuse(undefined, 'MTOM: an attachment that no xop:Include names');
  return new Map(contents);
}

/** RFC 2392: what follows `cid:` is URL-encoded. */
function contentIdOf(href: string): string {
  if (!href.startsWith('cid:')) return '';
  try {
    return decodeURIComponent(href.slice(4));
  } catch {
    return '';
  }
}

function submittedDocument(
  entry: RegistryObject,
  contents: ReadonlyMap<string, Buffer>,
  associations: readonly Association[],
): SubmittedDocument {
  return {
    entry,
    uniqueId: identified(entry, ENTRY.uniqueId),
    content: contents.get(entry.id) ?? Buffer.alloc(0),
    replaces: associations.find(({ type, source }) => type === REPLACES && source === entry.id)?.target,
  };
}

/** One patient: of the VIHF, of the set, of every entry. */
export function patientProblems(
  set: RegistryObject,
  entries: readonly RegistryObject[],
  vihf: Vihf,
): RegistryProblem[] {
  const patientId = identified(set, SET.patientId);
  const others = entries.filter(entry => identified(entry, ENTRY.patientId) !== patientId);
  return [
    ...(patientId === vihf.patientId ? [] : [mismatch('set: not the resource-id of the VIHF')]),
    ...others.map(({ id }) => mismatch(`entry ${id}: not the patient of the set`)),
  ];
}

/** « Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF [indirecte] » */
export function institutionProblems(set: RegistryObject, vihf: Vihf): RegistryProblem[] {
  const institutions = classified(set, SET.author).flatMap(author => slot(author, 'authorInstitution'));
  return institutions.some(institution => institution.split('^')[9] === vihf.structure)
    ? []
    : [metadata('Aucun AuthorInstitution ne correspond à l’utilisateur du VIHF [indirecte]')];
}

function associationProblems(
  set: RegistryObject,
  entries: readonly RegistryObject[],
  associations: readonly Association[],
): RegistryProblem[] {
  const of = (type: string): Association[] => associations.filter(one => one.type === type);
  const members = of(HAS_MEMBER);
  const signs = of(SIGNS);
  const isEntry = (id: string): boolean => entries.some(entry => entry.id === id);
  return [
    ...associations.flatMap(({ type }) => (TYPES.includes(type) ? [] : [metadata(`association: ${type}`)])),
    ...entries.flatMap(({ id }) =>
      members.filter(({ source, target }) => source === set.id && target === id).length === 1
        ? []
        : [metadata(`entry ${id}: not one HasMember of the set`)],
    ),
    ...(members.length === entries.length ? [] : [metadata('HasMember: not as many as entries')]),
    ...(members.every(member => slot(member, 'SubmissionSetStatus').join() === 'Original')
      ? []
      : [metadata('HasMember: SubmissionSetStatus is not Original')]),
    ...(signs.every(({ source, target }) => isEntry(source) && target === set.id) && signs.length < 2
      ? []
      : [metadata('signs: not from an entry to the set, once')]),
    ...(of(REPLACES).every(({ source, target }) => isEntry(source) && ENTRY_UUID.test(target))
      ? []
      : [metadata('RPLC: not from an entry to an entryUUID')]),
    ...(areDistinct(of(REPLACES).map(({ source }) => source)) &&
    areDistinct(of(REPLACES).map(({ target }) => target))
      ? []
      : [metadata('RPLC: one document for two')]),
  ];
}

function uniqueIdProblems(set: RegistryObject, submitted: readonly SubmittedDocument[]): RegistryProblem[] {
  const ids = [identified(set, SET.uniqueId), ...submitted.map(({ uniqueId }) => uniqueId)];
  return areDistinct(ids)
    ? []
    : [{ code: 'XDSRepositoryDuplicateUniqueIdInMessage', context: 'uniqueId: one for two objects' }];
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
