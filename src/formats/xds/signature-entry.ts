import type { AuthorMetadata } from '../xdm/document-types.ts';
import type { EntryMetadata } from './registry-objects.ts';

const CONFIDENTIALITY = '2.16.840.1.113883.5.25';
/** TRE_A07. */
const VISIBILITY = '1.2.250.1.213.1.1.4.13';

/** What the entry of a submission's signature takes from the submission. */
export interface SignedSubmission {
  /** OID of the signature itself. */
  readonly uniqueId: string;
  /** UTC, 14 digits. */
  readonly submissionTime: string;
  /** CX. */
  readonly patientId: string;
  readonly author: AuthorMetadata;
  /** XCN. */
  readonly legalAuthenticator: string;
  /** That of a document of the submission: sector and setting are those of its care. */
  readonly document: Pick<EntryMetadata, 'healthcareFacilityTypeCode' | 'practiceSettingCode'>;
}

/**
 * The entry of the signature of a submission set, which the DMP keeps as one more document (IHE DSG, ITI TF-3 §5.5;
 * codes of JDV_J57, JDV_J60 and JDV_J66). It is hidden from everybody: it is nothing to read.
 */
export function signatureEntry({
  uniqueId,
  submissionTime,
  patientId,
  author,
  legalAuthenticator,
  document,
}: SignedSubmission): EntryMetadata {
  return {
    uniqueId,
    mimeType: 'text/xml',
    title: 'Source',
    patientId,
    sourcePatientId: patientId,
    sourcePatientInfo: [],
    authors: [author],
    legalAuthenticator,
    creationTime: submissionTime,
    serviceStartTime: submissionTime,
    serviceStopTime: submissionTime,
    // ISO 639-2: an artificial language.
    languageCode: 'art',
    classCode: {
      code: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1',
      system: 'URN',
      display: 'Digital Signature',
    },
    typeCode: { code: 'E1762', system: 'ASTM', display: 'Full Document' },
    formatCode: {
      code: 'http://www.w3.org/2000/09/xmldsig#',
      system: 'URN',
      display: 'Default Signature Style',
    },
    healthcareFacilityTypeCode: document.healthcareFacilityTypeCode,
    practiceSettingCode: document.practiceSettingCode,
    confidentialityCodes: [
      { code: 'N', system: CONFIDENTIALITY, display: 'Normal' },
      { code: 'MASQUE_PS', system: VISIBILITY, display: 'Masqué aux professionnels de santé' },
      { code: 'INVISIBLE_PATIENT', system: VISIBILITY, display: 'Non visible par le patient' },
    ],
    eventCodes: [{ code: '1.2.840.10065.1.12.1.14', system: '1.2.840.10065.1.12', display: 'Source' }],
  };
}
