import { escapeXml } from '../xml/escape-xml.ts';
import type { SoapRequest } from './types.ts';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';
const SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** What an envelope is made of. */
export interface SoapMessageInput {
  /** The operation, as `wsa:Action`. */
  readonly action: string;
  /** `urn:uuid:…`, another one for each message. */
  readonly messageId: string;
  /** The signed VIHF: one `saml2:Assertion`, without XML declaration. */
  readonly assertion: string;
  /** The content of `soap:Body`: one element. */
  readonly body: string;
}

/**
 * The SOAP 1.2 envelope of a message to the DMP, with the header that all its services ask for: MessageID, an empty
 * To, ReplyTo (anonymous), Action, and a Security that holds nothing but the assertion. The DMP's examples write
 * `mustUnderstand` without prefix, which SOAP 1.2 (part 1 §5.2.3) does not know: it is written with.
 *
 * The assertion stands in it character for character, and no element around it declares a default namespace or a
 * prefix of SAML: its exclusive canonical form, and so its signature, is the one that it was given alone.
 *
 * @returns the XML, to be written in UTF-8
 */
export function soapMessage({ action, messageId, assertion, body }: SoapMessageInput): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<soap:Envelope xmlns:soap="${SOAP}"><soap:Header>`,
    `<MessageID xmlns="${ADDRESSING}">${escapeXml(messageId)}</MessageID>`,
    `<To xmlns="${ADDRESSING}"/>`,
    `<ReplyTo xmlns="${ADDRESSING}" soap:mustUnderstand="true"><Address>${ANONYMOUS}</Address></ReplyTo>`,
    `<Action xmlns="${ADDRESSING}" soap:mustUnderstand="true">${escapeXml(action)}</Action>`,
    `<wsse:Security xmlns:wsse="${SECURITY}">${assertion}</wsse:Security>`,
    `</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`,
  ].join('');
}

/** An envelope sent without attachments: SOAP 1.2 over HTTP, the action in the Content-Type (RFC 3902). */
export function plainMessage(input: { readonly action: string; readonly envelope: string }): SoapRequest {
  return {
    contentType: `application/soap+xml; charset=utf-8; action="${input.action}"`,
    chunks: [Buffer.from(input.envelope)],
  };
}
