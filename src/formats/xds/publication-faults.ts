import type { ErrorCode } from '../../errors/catalogue.ts';
import { type ErrorFields, type Fault, GatewayError } from '../../errors/gateway-error.ts';
import { insOf, uniqueIdOf } from '../cda/identity.ts';
import type { Code, InstanceIdentifier } from '../cda/types.ts';
import type { RequestDocument } from '../hl7/request-types.ts';
import { isPublishable } from '../terminology/dmp-types.ts';
import { DMP_CONFIDENTIALITIES } from '../terminology/dmp-value-sets.ts';
import { confidentialityOf } from '../terminology/restrictions.ts';
import { systemIn } from '../terminology/value-set.ts';
import type { DocumentMetadata } from '../xdm/document-types.ts';
import { isOid } from './unique-id.ts';

/** The authorities of real matricules: NIR and NIA. The others are for tests and demonstrations. */
const REAL_INS: ReadonlySet<string> = new Set(['1.2.250.1.213.1.4.8', '1.2.250.1.213.1.4.9']);

/** HL7's levels of confidentiality (TRE_A08). JDV_J58 has some above the normal one, for which the DMP is not. */
const LEVELS = '2.16.840.1.113883.5.25';
const NORMAL = 'N';

/** What a document is refused by, before anything is sent. */
export interface PublicationLimits {
  readonly environment: 'test' | 'production';
  /** Bytes of one document. */
  readonly maxBytes: number;
}

/**
 * Makes sure that the DMP may be spoken to of the patient of the documents, who is one person.
 *
 * @param qualified PID-32 VALI, and the INS of PID-3 stands in every document's header with all its traits.
 * @throws GatewayError DMP-012 without a qualified INS, DMP-013 for an INS that is nobody's on the real DMP
 */
export function assertPatient(
  documents: readonly RequestDocument[],
  qualified: boolean,
  environment: PublicationLimits['environment'],
): void {
  for (const [position, { header }] of documents.entries()) {
    const ins = insOf(header.patient);
    if (!qualified || ins === undefined) throw fault('DMP-012', position);
    if (environment === 'production' && !REAL_INS.has(ins.root)) {
      throw fault('DMP-013', position, { authority: ins.root });
    }
  }
}

/**
 * The uniqueId under which the DMP knows a document: the root of its id, alone.
 *
 * @throws GatewayError DMP-010 for an id with an extension, or whose root is no OID
 */
export function dmpUniqueId({ header }: RequestDocument, position: number): string {
  if (!isPlainOid(header.id)) {
    throw fault('DMP-010', position, { extension: header.id.extension !== undefined });
  }
  return header.id.root;
}

const SEVERAL_REPLACED =
  'Le document dit en remplacer plusieurs (relatedDocument RPLC) : il ne peut en remplacer qu’un.';

/**
 * The uniqueId of the document that one replaces (relatedDocument RPLC).
 *
 * @throws GatewayError DMP-008 for one that the DMP cannot hold, since it takes no such id; DMP-017 where the document
 *   names several, of which none may be chosen, or none but itself, which no request that was accepted does (REQ-015)
 */
export function replacedUniqueId({ header }: RequestDocument, position: number): string {
  const own = uniqueIdOf(header.id);
  const others = header.replaces.filter(each => uniqueIdOf(each) !== own);
  const known = others.find(isPlainOid);
  if (known === undefined) throw fault(others.length === 0 ? 'DMP-017' : 'DMP-008', position);
  if (new Set(others.map(uniqueIdOf)).size > 1)
    throw fault('DMP-017', position, {}, { detail: SEVERAL_REPLACED });
  return known.root;
}

/**
 * Makes sure that a document may be deposited. One that is to be deleted is not asked: a type that the DMP takes no
 * more must still be withdrawn.
 *
 * @throws GatewayError DMP-009 for a type outside JDV_J66, DMP-011 for one of another level of confidentiality than the
 *   normal one, whichever of its codes says so, DMP-014 over the limit
 */
export function assertDepositable(
  { bytes, header }: RequestDocument,
  { typeCode }: Pick<DocumentMetadata, 'typeCode'>,
  position: number,
  maxBytes: number,
): void {
  if (!isPublishable(typeCode.code, typeCode.system)) throw fault('DMP-009', position);
  if (header.confidentiality.some(isOtherLevel)) throw fault('DMP-011', position);
  if (bytes.byteLength > maxBytes) {
    throw fault('DMP-014', position, { size: bytes.byteLength, limit: maxBytes });
  }
}

/**
 * Whether a code is a level other than the normal one: one of JDV_J58 whatever its system, or one that JDV_J58 has not
 * in the levels' own system, or in none. A code that hides is no level.
 */
function isOtherLevel({ code, system }: Code): boolean {
  const [name = ''] = confidentialityOf([code]);
  const known = systemIn(DMP_CONFIDENTIALITIES, name) ?? system ?? LEVELS;
  return known === LEVELS && name !== NORMAL;
}

/** Whether the DMP can know a document by this id (quirk D18). */
export function isPlainOid({ root, extension }: InstanceIdentifier): boolean {
  return extension === undefined && isOid(root);
}

/** `position` of the document in its request, from 0. */
function fault(
  code: ErrorCode,
  position: number,
  fields: ErrorFields = {},
  more: Pick<Fault, 'detail'> = {},
): GatewayError {
  return new GatewayError(code, { ...more, fields: { document: position + 1, ...fields } });
}
