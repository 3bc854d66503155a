import type { CodedValue } from '../terminology/value-set.ts';
import type { DocumentAction } from './types.ts';

/** An author of a document or submission. HL7 v2 texts; one of the first two is given at least. */
export interface AuthorMetadata {
  /** XCN. */
  readonly person?: string | undefined;
  /** XON. */
  readonly institution?: string | undefined;
  /** What the author was to the patient, as HL7 text. */
  readonly role?: string | undefined;
  /** `code^label^system`. */
  readonly specialty?: string | undefined;
}

/**
 * What METADATA.XML is to say of one document, in the formats of the French XDS profile; plain data. What the
 * archive's making decides (hash, size, URI, entryUUID) is not in it.
 */
export interface DocumentMetadata {
  readonly uniqueId: string;
  readonly action: DocumentAction;
  readonly mimeType: 'text/xml' | 'application/xslt+xml';
  readonly title: string;
  /** CX: the document's own. The entries of a submission share one, by submissionPatientId. */
  readonly patientId: string;
  readonly sourcePatientId: string;
  /** Lines such as `PID-7|19790328`. */
  readonly sourcePatientInfo: readonly string[];
  /** One at least. */
  readonly authors: readonly AuthorMetadata[];
  /** XCN. */
  readonly legalAuthenticator: string;
  /** UTC, 4 to 14 digits, as the other times. */
  readonly creationTime: string;
  readonly serviceStartTime: string;
  readonly serviceStopTime?: string | undefined;
  readonly languageCode: string;
  readonly classCode: CodedValue;
  readonly typeCode: CodedValue;
  readonly formatCode: CodedValue;
  readonly healthcareFacilityTypeCode: CodedValue;
  readonly practiceSettingCode: CodedValue;
  /** One to four, the document's own first. */
  readonly confidentialityCodes: readonly CodedValue[];
  readonly eventCodes: readonly CodedValue[];
}
