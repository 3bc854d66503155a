import type { Code } from '../cda/types.ts';
import { systemIn } from './value-set.ts';
import { TYPES } from './value-sets.ts';

/** The code systems of OBR-4.3 and OBX-3.3, by OID. */
const HL7_SYSTEMS: ReadonlyMap<string, Hl7CodingSystem> = new Map([
  ['2.16.840.1.113883.6.1', 'LN'],
  ['1.2.250.1.213.1.1.4.12', 'TRE_A05'],
]);

/**
 * What OBR-4.3 may hold (ANS, Transmission au LPS v1.1, “Le segment OBR”): LOINC, or the CI-SIS's own
 * document types.
 */
export type Hl7CodingSystem = 'LN' | 'TRE_A05';

/**
 * The display name of a document type in JDV_J07.
 *
 * @param system the OID of the code system; without it, the code is looked up in every system.
 * @returns undefined for a type outside the value set.
 */
export function typeCodeLabel(code: string, system?: string): string | undefined {
  return TYPES.get(system ?? systemIn(TYPES, code) ?? '')?.get(code);
}

/** What a document calls its type, else the value set's name for it; undefined where neither has one. */
export function typeNameOf({ code, system, display }: Code): string | undefined {
  return display ?? typeCodeLabel(code, system);
}

/**
 * The name that HL7 gives to the code system of a document type; without an OID, the system is that of
 * JDV_J07 where the code is. Of the third system of JDV_J07, ASTM, the only code (E1762) types the signature
 * of a DMP submission, never a CDA, and the profile has no name for it.
 *
 * @returns undefined when the profile has no name for the system.
 */
export function hl7CodingSystem(code: string, system: string | undefined): Hl7CodingSystem | undefined {
  const known = system ?? systemIn(TYPES, code);
  return HL7_SYSTEMS.get(known ?? '');
}
