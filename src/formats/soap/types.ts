/** A SOAP message as it goes into the body of an HTTP POST. */
export interface SoapRequest {
  /** The whole Content-Type of the POST. */
  readonly contentType: string;
  /** The body in pieces, in order. Documents stand in it as they were given, never copied. */
  readonly chunks: readonly Uint8Array[];
}
