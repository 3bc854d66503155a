import { CLASS_LABELS, CLASS_OF_TYPE } from './data/class-codes.ts';
import { type CodedValue, systemIn, valueSet } from './value-set.ts';

const CLASSES = valueSet(CLASS_OF_TYPE);
const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(CLASS_LABELS));

/** TRE_A03, the system of the classes. */
const SYSTEM = '1.2.250.1.213.1.1.4.1';

/**
 * The class of a document type (XDS classCode) by ASS_X04.
 *
 * @param system the OID of the type's code system; without it, the type is looked up in every system.
 * @returns undefined for a type that the correspondence does not know.
 */
export function classCodeOf(type: string, system?: string): CodedValue | undefined {
  const code = CLASSES.get(system ?? systemIn(CLASSES, type) ?? '')?.get(type);
  if (code === undefined) return undefined;
  return { code, system: SYSTEM, display: LABELS.get(code) ?? code };
}
