import type { CdaSample, SamplePatient } from './cda.ts';
import type { SampleCharset, SampleSeparators } from './er7.ts';

/** Table MetaDMP/MSS, with its labels. */
export const WISH_LABELS = {
  MASQUE_PS: 'Masqué aux professionnels de Santé',
  INVISIBLE_PATIENT: 'Document Non Visible par le patient',
  INVISIBLE_REP_LEGAUX: 'Non visible par les représentants Légaux du patient',
  CONNEXION_SECRETE: 'Connexion Secrete',
  MODIF_CONF_CODE: 'Modification Confidentiality Code',
  DESTDMP: 'Destinataire DMP',
  DESTMSSANTEPS: 'Destinataire (Professionnel de Santé, organisation ou BAL applicative)',
  DESTMSSANTEPAT: 'Destinataire Patient',
  ACK_RECEPTION: 'Accusé de réception',
  ACK_LECTURE_MSS: 'Accusé de lecture',
} as const;

/** A code of it. */
export type SampleWish = keyof typeof WISH_LABELS;

/** A professional, or a patient by the INS. */
export interface SamplePerson {
  readonly id: string;
  readonly family: string;
  readonly given: string;
  /** OID; default: that of the professionals. */
  readonly authority?: string;
  /** XCN-13; default `RPPS`. */
  readonly type?: string;
}

/** Who a PRT names: what is given of it is written. */
export interface SampleParticipant {
  readonly address?: string;
  readonly person?: SamplePerson;
  readonly organization?: { readonly name: string; readonly id: string; readonly type?: string };
  readonly device?: string;
}

/** A request to send documents (ANS, Transmission de documents CDA en HL7v2); the same sample gives the same bytes. */
export interface RequestSample {
  readonly type: 'ORU' | 'MDM';
  /** Of the profile (MSH-21.1); 2.0 replaces by ORC-1 `SC`. */
  readonly version: '2.1' | '2.0';
  readonly action: 'add' | 'replace' | 'delete';
  readonly documents: readonly (CdaSample | Uint8Array)[];
  /** OBR-4, OBX-3 and TXA-2. */
  readonly code: { readonly code: string; readonly display: string; readonly system: string };
  readonly patient: SamplePatient;
  /** PID-32 `VALI`. */
  readonly qualified: boolean;
  /** PV1-2. */
  readonly patientClass: string;
  /** PID-18 and PV1-19. */
  readonly account: string;
  /** Those that are not named are answered N. */
  readonly wishes: Partial<Readonly<Record<SampleWish, 'Y' | 'N'>>>;
  readonly sender: SampleParticipant | undefined;
  readonly recipients: readonly SampleParticipant[];
  readonly replyTo: string | undefined;
  /** NTE-4 `FIN`: the patient shall not answer. */
  readonly noAnswer: boolean;
  /** CORPSMAIL_PS and CORPSMAIL_PATIENT. */
  readonly texts: { readonly professionals?: string; readonly patient?: string };
  readonly controlId: string;
  /** MSH-3/4 and MSH-5/6. */
  readonly from: readonly [application: string, facility: string];
  readonly to: readonly [application: string, facility: string];
  readonly processingId: string;
  readonly charset: SampleCharset;
  readonly separators: SampleSeparators;
  /** Makes the segments wrong where a test needs it. */
  readonly alter: (segments: string[]) => string[];
}

/** The first document that is given as a sample: what the message says of its documents is taken from it. */
export function describedIn(documents: RequestSample['documents']): CdaSample | undefined {
  return documents.find((document): document is CdaSample => !(document instanceof Uint8Array));
}
