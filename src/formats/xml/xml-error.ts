/** Why an XML text was refused; its reader maps this to a code of its own. */
export type XmlReason = 'malformed' | 'doctype' | 'encoding' | 'too-deep' | 'too-large';

/** Bytes that are no XML we read; its text never quotes them. */
export class XmlError extends Error {
  readonly reason: XmlReason;

  constructor(reason: XmlReason, options?: ErrorOptions) {
    super(`XML ${reason}`, options);
    this.name = 'XmlError';
    this.reason = reason;
  }
}
