import type { XmlElement } from 'libxml2-wasm';
import { SET, setProblems } from './object-checks.ts';
import { type Association, identified, type RegistryObject, readObjects, slot } from './objects.ts';
import { type RegistryProblem, refuse } from './refusal.ts';
import { institutionProblems, patientProblems } from './submission.ts';
import type { Vihf } from './vihf.ts';
import { onlyElement } from './xml.ts';

/** A document to delete, and the status that the source believes it to have. */
export interface StatusChange {
  /** entryUUID. */
  readonly target: string;
  readonly from: string;
}

export interface Update {
  readonly setUniqueId: string;
  readonly changes: readonly StatusChange[];
}

const UPDATE_STATUS = 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus';
const ASSOCIATION = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association';
const STATUS = 'urn:oasis:names:tc:ebxml-regrep:StatusType:';
const DELETED = 'urn:asip:ci-sis:2010:StatusType:Deleted';

/**
 * Reads the SubmitObjectsRequest of ITI-57: by indirect authentication it deletes (TD3.3c) and does nothing else.
 *
 * @returns what to delete, or everything that is wrong
 */
export function readUpdate(request: XmlElement, vihf: Vihf): Update | readonly RegistryProblem[] {
  const list = onlyElement(request, 'rim:RegistryObjectList');
  if (list === undefined) refuse(undefined, 'Body: not one RegistryObjectList');
  const { sets, entries, associations, ids, unknown } = readObjects(list);
  const [set] = sets;
  if (set === undefined || sets.length > 1) return [metadata('not one RegistryPackage')];
  const problems = [
    ...(unknown.length + entries.length === 0 ? [] : [metadata('an object that is not of a deletion')]),
    ...(new Set(ids).size === ids.length ? [] : [metadata('an id that two objects have')]),
    ...setProblems(set),
    ...patientProblems(set, [], vihf),
    ...institutionProblems(set, vihf),
    ...(associations.length === 0 ? [metadata('no association')] : []),
    ...(new Set(associations.map(({ target }) => target)).size === associations.length
      ? []
      : [metadata('two associations of one document')]),
    ...associations.flatMap(association => associationProblems(association, set)),
  ];
  if (problems.length > 0) return problems;
  return {
    setUniqueId: identified(set, SET.uniqueId),
    changes: associations.map(association => ({
      target: association.target,
      from: (slot(association, 'OriginalStatus')[0] ?? '').replace(STATUS, ''),
    })),
  };
}

function associationProblems(association: Association, set: RegistryObject): RegistryProblem[] {
  const { type, objectType, source } = association;
  if (type !== UPDATE_STATUS) return [metadata(`association: ${type}`)];
  return [
    ...(source === set.id ? [] : [metadata('association: not from the set')]),
    ...(objectType === ASSOCIATION ? [] : [metadata('association: objectType')]),
    ...(slot(association, 'OriginalStatus').length === 1 ? [] : [metadata('OriginalStatus: not there')]),
    ...(slot(association, 'NewStatus').join() === DELETED
      ? []
      : [{ code: 'LocalPolicyRestrictionError', context: 'NewStatus: not Deleted' }]),
  ];
}

function metadata(context: string): RegistryProblem {
  return { code: 'XDSRegistryMetadataError', context };
}
