import type { CdaHeader, InstanceIdentifier } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';
import type { Hl7Charset, Hl7Organization } from './types.ts';

/** PV1-2, as far as the profile knows it. */
export type PatientClass = 'E' | 'I' | 'N' | 'O' | 'R';

/** Who a recipient's address reaches. */
export type Audience = 'professionals' | 'patient';

/** MSH-3 and -4, or MSH-5 and -6: each an HD as its components (name, OID, `ISO`), none after the last that is given. */
export interface RequestParty {
  readonly application: readonly string[];
  readonly facility: readonly string[];
}

/** What the answer to a request and the receipts that come of it repeat. */
export interface RequestHead {
  /** MSH-3/4: who asks. */
  readonly sender: RequestParty;
  /** MSH-5/6: who is asked. */
  readonly receiver: RequestParty;
  /** MSH-9.2. */
  readonly event: 'R01' | 'T02' | 'T04' | 'T10';
  /** MSH-10. */
  readonly controlId: string;
  /** MSH-11. */
  readonly processingId: string;
  readonly charset: Hl7Charset;
}

/** One document of a request: its bytes exactly as they came, and what its header says. */
export interface RequestDocument {
  readonly bytes: Uint8Array;
  readonly header: CdaHeader;
}

/** A document, and where in the message it stands. */
export interface NumberedDocument extends RequestDocument {
  /** Of its OBX among the message's, from 1 (ERL-2). */
  readonly sequence: number;
}

/** PRT `SB`: who asks for the sending. */
export interface RequestSender {
  /** PRT-5 as XCN components, unescaped; undefined where there is none. */
  readonly person: readonly string[] | undefined;
  /** PRT-8. */
  readonly organization: Hl7Organization | undefined;
  /** PRT-10.1. */
  readonly device: string | undefined;
}

/** PRT `RCT`. */
export interface RequestRecipient {
  readonly address: string;
  /** PRT-5.1, PRT-8.10 or PRT-10.1: what a ZAM names the recipient by; undefined where there is none. */
  readonly identifier: string | undefined;
  readonly audience: Audience;
}

/**
 * Table MetaDMP/MSS, each answered Y or N. In a request that was read a restriction is Y where a document's own header
 * makes it, too.
 */
export interface RequestWishes {
  readonly masquePs: boolean;
  readonly invisiblePatient: boolean;
  readonly invisibleRepLegaux: boolean;
  readonly connexionSecrete: boolean;
  readonly modifConfCode: boolean;
  readonly dmp: boolean;
  readonly mailProfessionals: boolean;
  readonly mailPatient: boolean;
  readonly ackReception: boolean;
  readonly ackReading: boolean;
}

/** A request to send, replace or delete one document, in one form or two (profile CISIS_CDA_HL7_V2). */
export interface DocumentRequest {
  readonly head: RequestHead;
  readonly action: DocumentAction;
  readonly documents: readonly NumberedDocument[];
  readonly patient: {
    /** PID-3; the authority's OID as root, its local name where it has no OID. */
    readonly identifiers: readonly InstanceIdentifier[];
    /** PID-32 VALI, and the INS of PID-3 stands in the document's header with all its traits. */
    readonly qualified: boolean;
  };
  readonly patientClass: PatientClass;
  readonly sender: RequestSender | undefined;
  /** Those that are written to: of an audience that the wishes name. */
  readonly recipients: readonly RequestRecipient[];
  /** Recipients of an audience that was not asked for: nothing goes to them. */
  readonly passedOver: number;
  readonly replyTo: string | undefined;
  readonly wishes: RequestWishes;
  /** False where NTE-4 `FIN` stands under DESTMSSANTEPAT. */
  readonly patientMayAnswer: boolean;
  /** CORPSMAIL_PS and CORPSMAIL_PATIENT. */
  readonly text: Readonly<Record<Audience, string | undefined>>;
}

/** What a site decides about the requests that it takes. */
export interface RequestRules {
  /** `meaning`: what the published matrix means; `literal`: its three rows and nothing else (quirk H13). */
  readonly matrix: 'meaning' | 'literal';
  /** Domains that mails may go to, `*.` before one for those below it; undefined: any. */
  readonly domains: readonly string[] | undefined;
  readonly maxRecipients: number;
}
