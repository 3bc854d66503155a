import type { CdaHeader } from '../cda/types.ts';
import type { Hl7Segment } from './message.ts';
import { locate, type ProfileVersion, requestFault, requiredValue, valueOf } from './request-fields.ts';
import type { RequestStructure } from './request-structure.ts';
import type { SortedObservations } from './request-wishes.ts';

const LOINC = '2.16.840.1.113883.6.1';
const TRE_A05 = '1.2.250.1.213.1.1.4.12';

/** A type of document; the system is undefined where its name is one that only its sender knows. */
export interface RequestedCode {
  readonly code: string;
  readonly system: string | undefined;
}

/**
 * The type of the documents: OBR-4, OBX-3 of each document and TXA-2 must say the same (ANS, Transmission de
 * documents CDA en HL7v2 v2.1, “Composition du groupe OBSERVATION/OBXNTE”: OBX-3 = OBR-4).
 *
 * @throws GatewayError REQ-008 for one that is missing; REQ-009 for a system that version 2.1 does not know; REQ-013
 */
export function readCode(
  { obr, txa }: RequestStructure,
  { documents }: SortedObservations,
  version: ProfileVersion,
): RequestedCode {
  const ordered = codeOf(obr, 4, version);
  for (const { obx } of documents) {
    if (differs(ordered, codeOf(obx, 3, version))) throw requestFault('REQ-013', locate(obx, 3));
  }
  if (txa !== undefined) {
    const type = version === '2.1' ? requiredValue(txa, 2) : valueOf(txa, 2);
    if (type !== '' && type !== ordered.code) throw requestFault('REQ-013', locate(txa, 2));
  }
  return ordered;
}

/**
 * Compares with the type that the document itself has.
 *
 * @throws GatewayError REQ-013
 */
export function assertCodeOf(requested: RequestedCode, header: CdaHeader, obx: Hl7Segment): void {
  if (differs(requested, header.code)) throw requestFault('REQ-013', locate(obx, 3));
}

/** A system that is not known agrees with any: the code is what tells. */
function differs(left: RequestedCode, right: RequestedCode): boolean {
  const known = left.system !== undefined && right.system !== undefined;
  return left.code !== right.code || (known && left.system !== right.system);
}

function codeOf(segment: Hl7Segment, field: number, version: ProfileVersion): RequestedCode {
  const code = requiredValue(segment, field, 1);
  const name = version === '2.1' ? requiredValue(segment, field, 3) : valueOf(segment, field, 3);
  const system = systemOf(name);
  if (system === undefined && version === '2.1') throw requestFault('REQ-009', locate(segment, field, 3));
  return { code, system };
}

/** LN and TRE_A05 by the names that are in use for them. */
function systemOf(name: string): string | undefined {
  const plain = name.toUpperCase().replaceAll(/[^A-Z0-9.]/g, '');
  if (plain === 'LN' || plain === 'LOINC' || plain === LOINC) return LOINC;
  return plain.startsWith('TREA05') || plain === TRE_A05 ? TRE_A05 : undefined;
}
