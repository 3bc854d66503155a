/** Why bytes were refused as an HL7 message; `charset`: its separators are no characters of what it is read in. */
export type Hl7Reason = 'no-header' | 'separators' | 'charset' | 'too-many-segments';

/** Bytes that are no HL7 message; the reader maps it to a code of its own. */
export class Hl7Error extends Error {
  readonly reason: Hl7Reason;

  constructor(reason: Hl7Reason) {
    super(`HL7 ${reason}`);
    this.name = 'Hl7Error';
    this.reason = reason;
  }
}
