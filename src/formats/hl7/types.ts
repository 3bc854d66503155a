import type { CdaHeader } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';

/** MSH-18 values of the profile. */
export type Hl7Charset = 'UNICODE UTF-8' | '8859/15';

/** MSH-11: production, test, debug. */
export type ProcessingId = 'P' | 'T' | 'D';

/** MSH-3 and -4, or MSH-5 and -6: plain texts. */
export interface Hl7Party {
  readonly application: string;
  readonly facility: string;
}

/** An organisation in an XON field: PRT-8.1, .10, .7 and .6. */
export interface Hl7Organization {
  readonly name: string;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly authority: string | undefined;
}

/**
 * A participant of the mail: PRT-15 address and what is known of who it is (XCN text split on `^`, or an
 * organisation).
 */
export interface MailParticipant {
  readonly address: string;
  /** PRT-5 as XCN components, unescaped, taken from METADATA's submission author; undefined when unknown. */
  readonly person?: readonly string[] | undefined;
  readonly organization?: Hl7Organization | undefined;
}

/** The restriction metadata, table MetaDMP/MSS. */
export interface Restrictions {
  readonly masquePs: boolean;
  readonly invisiblePatient: boolean;
  readonly invisibleRepLegaux: boolean;
  readonly modifConfCode: boolean;
}

/** Everything that an MDM message of profile CISIS_CDA_HL7_LPS 1.1 is made of. */
export interface MdmInput {
  readonly sender: Hl7Party;
  readonly receiver: Hl7Party;
  readonly controlId: string;
  readonly time: Date;
  readonly processingId: ProcessingId;
  readonly charset: Hl7Charset;
  /** What to do with a character that `charset` lacks. */
  readonly unmappable: 'escape' | 'refuse';
  readonly action: DocumentAction;
  readonly header: CdaHeader;
  /** The CDA document's bytes exactly as received. */
  readonly document: Uint8Array;
  readonly from: MailParticipant;
  readonly recipients: readonly MailParticipant[];
  readonly replyTo: readonly MailParticipant[];
  readonly mail: { readonly messageId: string; readonly subject: string; readonly text: string };
  readonly restrictions: Restrictions;
}

/** An error of an ACK (one ERR segment). Codes and labels as sent. */
export interface AckError {
  /** ERR-2, as written. */
  readonly location: string | undefined;
  /** ERR-3, table messageErrorCondition. */
  readonly condition: { readonly code: string; readonly label: string } | undefined;
  /** ERR-4: E, W, I, F. */
  readonly severity: string | undefined;
  /** ERR-5, table applicationErrorCondition: 900–906 and others. */
  readonly application: { readonly code: string; readonly label: string } | undefined;
  /** ERR-8: a sentence for people. */
  readonly message?: string | undefined;
}

/** MSA-1, in the original (A.) and the enhanced mode (C.). */
export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

/** An acknowledgment that has been read. */
export interface Ack {
  readonly code: AckCode;
  /** MSA-2: the control id of the message answered. */
  readonly controlId: string;
  readonly errors: readonly AckError[];
}
