import { classCodeOf } from './class-codes.ts';
import { DMP_CLASS_OF_TYPE } from './data/dmp-classes-of-types.ts';
import { DMP_CLASSES, DMP_TYPES } from './dmp-value-sets.ts';
import { type CodedValue, systemIn, valueSet } from './value-set.ts';

const CLASS_OF_TYPE = valueSet(DMP_CLASS_OF_TYPE);

/** TRE_A03, the system of the classes. */
const CLASS_SYSTEM = '1.2.250.1.213.1.1.4.1';

/** The only type of this system, E1762, is that of a submission's signature: no document may pass for one. */
const SIGNATURES = 'ASTM';

/**
 * The class of a document type in the DMP (classCode): by ASS_X16, else by ASS_X04, for ASS_X16 is older than
 * JDV_J66 and lacks six of its types.
 *
 * @param system the OID of the type's code system; without it, the type is looked up in every system.
 * @returns undefined for a type that neither correspondence knows.
 */
export function classCodeForDmp(type: string, system?: string): CodedValue | undefined {
  const code = CLASS_OF_TYPE.get(system ?? systemIn(CLASS_OF_TYPE, type) ?? '')?.get(type);
  if (code === undefined) return classCodeOf(type, system);
  return { code, system: CLASS_SYSTEM, display: DMP_CLASSES.get(CLASS_SYSTEM)?.get(code) ?? code };
}

/**
 * Whether documents of a type may be deposited in the DMP (JDV_J66).
 *
 * @param system the OID of the type's code system; without it, the type is looked up in every system.
 */
export function isPublishable(type: string, system?: string): boolean {
  const known = system ?? systemIn(DMP_TYPES, type);
  return known !== undefined && known !== SIGNATURES && DMP_TYPES.get(known)?.has(type) === true;
}
