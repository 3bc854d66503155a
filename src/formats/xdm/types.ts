import type { Fault } from '../../errors/gateway-error.ts';

/** Bounds of what an archive may inflate to. Sizes are bytes. */
export interface ArchiveLimits {
  readonly entries: number;
  readonly memberBytes: number;
  readonly totalBytes: number;
  /** Inflated over deflated, looked at only for members over 1 MiB inflated. */
  readonly ratio: number;
}

/** What is asked for a document: slot `urn:action:extraMetadataSlot` (quirk X8); absent is add. */
export type DocumentAction = 'add' | 'replace' | 'delete';

/** A code classification of METADATA.XML. */
export interface XdsCode {
  readonly code: string;
  readonly system: string | undefined;
  readonly display: string | undefined;
}

/** An author classification: HL7 v2 texts as written, `&amp;` undone (XCN, XON). */
export interface XdsAuthor {
  readonly person: string | undefined;
  readonly institutions: readonly string[];
}

/** What METADATA.XML says of one document (an ExtrinsicObject), read by nesting and scheme UUID. */
export interface DocumentEntry {
  readonly uniqueId: string | undefined;
  readonly uri: string | undefined;
  /** SHA-1, lower-case hexadecimal. */
  readonly hash: string | undefined;
  readonly size: number | undefined;
  /** The action slot as written, trimmed and upper-cased; undefined when absent. */
  readonly actionSlot: string | undefined;
  /** CX text, `&amp;` undone. */
  readonly patientId: string | undefined;
  readonly sourcePatientId: string | undefined;
  /** Lines such as `PID-7|19790328`, `&amp;` undone. */
  readonly sourcePatientInfo: readonly string[];
  readonly typeCode: XdsCode | undefined;
  readonly confidentialityCodes: readonly XdsCode[];
}

/** A RegistryPackage and its documents. */
export interface Submission {
  readonly patientId: string | undefined;
  readonly authors: readonly XdsAuthor[];
  readonly documents: readonly DocumentEntry[];
}

/** A document of an archive: its entry and its bytes, or the fault that keeps it from being used. */
export type XdmDocument = {
  /** METADATA.XML's directory in the archive, e.g. `IHE_XDM/SUBSET01`. */
  readonly subset: string;
  readonly submission: Submission;
  readonly entry: DocumentEntry;
} & (
  | {
      readonly bytes: Uint8Array;
      readonly sha1: string;
      readonly integrity: 'verified' | 'not-given';
      readonly fault?: undefined;
    }
  | { readonly fault: Fault; readonly bytes?: undefined }
);

/** An archive that has been read. */
export interface XdmArchive {
  readonly documents: readonly XdmDocument[];
  /**
   * Files of the subsets' directories that no entry describes: ignored, as IHE says, and counted for the
   * history.
   */
  readonly orphans: number;
}
