import { cutTo } from '../xdm/hl7-text.ts';
import { decodeXml } from '../xml/decode.ts';
import { at, childOf, parseXml, textOf, type XmlElement } from '../xml/element.ts';
import { XmlError, type XmlReason } from '../xml/xml-error.ts';

/** What a SOAP Fault says. */
export interface SoapFault {
  readonly kind: 'fault';
  /** The most precise code, without its prefix: `DMPInvalidCertificate`; '' where there is none. */
  readonly code: string;
  /** Whose fault it is: 'sender' (SOAP 1.1 `Client`), 'receiver' (`Server`), or neither. */
  readonly side: 'sender' | 'receiver' | 'other';
  /** What the DMP says of it, for people: it may be about the patient. */
  readonly reason: string | undefined;
}

/** What is no answer to our message. */
export interface Unreadable {
  readonly kind: 'unreadable';
  /** `content`: XML, yet not what was asked for · `other-message`: it answers another message (WS-Addressing RelatesTo). */
  readonly because: XmlReason | 'content' | 'other-message';
}

/** An answer of a registry weighs 2 kB. */
const MAX_BYTES = 1024 * 1024;
/** Codes and texts are cut: ours go on to people and into HL7 messages. */
const MAX_CODE = 200;
const MAX_TEXT = 1000;
/** Subcodes within subcodes (SOAP 1.2 part 1 §5.4.1.3). */
const MAX_SUBCODES = 8;

const SOAP_1_1 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_1_2 = 'http://www.w3.org/2003/05/soap-envelope';

const WSA = 'http://www.w3.org/2005/08/addressing';

const SIDES: ReadonlyMap<string, SoapFault['side']> = new Map([
  ['Sender', 'sender'],
  ['Client', 'sender'],
  ['Receiver', 'receiver'],
  ['Server', 'receiver'],
]);

/**
 * What the body of a SOAP message holds, 1.1 or 1.2: its one element, or the fault that it is.
 *
 * @param xml the envelope as received. Nothing is believed of it: at most 1 MiB, no DOCTYPE, no entities.
 * @param messageId of the message that it should answer: a proxy that mixes answers up is not believed. An answer that
 *   does not say which message it is to is accepted.
 */
export function readEnvelope(xml: Uint8Array, messageId: string): XmlElement | SoapFault | Unreadable {
  const envelope = parse(xml);
  if ('kind' in envelope) return envelope;
  const header = childOf(envelope, 'Header')?.children ?? [];
  const relatesTo = textOf(header.find(({ name, namespace }) => name === 'RelatesTo' && namespace === WSA));
  if (relatesTo !== undefined && relatesTo !== messageId) return OTHER_MESSAGE;
  const body = childOf(envelope, 'Body');
  const [content, another] = body?.children ?? [];
  const isSoap = envelope.name === 'Envelope' && [SOAP_1_1, SOAP_1_2].includes(envelope.namespace);
  if (!isSoap || content === undefined || another !== undefined) return UNEXPECTED;
  if (content.name !== 'Fault' || content.namespace !== envelope.namespace) return content;
  return envelope.namespace === SOAP_1_1 ? fault11(content) : fault12(content);
}

/** XML, yet not what was asked for. */
export const UNEXPECTED: Unreadable = { kind: 'unreadable', because: 'content' };

const OTHER_MESSAGE: Unreadable = { kind: 'unreadable', because: 'other-message' };

/** A code as it is written, without the blanks around it; '' where there is none. */
export function codeText(value: string | undefined): string {
  return cutTo(value ?? '', MAX_CODE);
}

/** What a peer says for people; undefined where it says nothing. */
export function peerText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : cutTo(value, MAX_TEXT);
}

function parse(xml: Uint8Array): XmlElement | Unreadable {
  if (xml.byteLength > MAX_BYTES) return { kind: 'unreadable', because: 'too-large' };
  try {
    return parseXml(decodeXml(xml));
  } catch (thrown) {
    if (!(thrown instanceof XmlError)) throw thrown;
    return { kind: 'unreadable', because: thrown.reason };
  }
}

/** `faultcode` and `faultstring` are in no namespace (SOAP 1.1 §4.4). */
function fault11({ children }: XmlElement): SoapFault {
  const code = localPart(textOf(children.find(({ name }) => name === 'faultcode')));
  // `Client.Authentication`: a dot begins what is more precise.
  const [general = ''] = code.split('.', 1);
  return {
    kind: 'fault',
    code,
    side: SIDES.get(general) ?? 'other',
    reason: peerText(textOf(children.find(({ name }) => name === 'faultstring'))),
  };
}

function fault12(element: XmlElement): SoapFault {
  const codes: string[] = [];
  let here = childOf(element, 'Code');
  while (here !== undefined && codes.length < MAX_SUBCODES) {
    codes.push(localPart(textOf(childOf(here, 'Value'))));
    here = childOf(here, 'Subcode');
  }
  return {
    kind: 'fault',
    code: codes.findLast(code => code !== '') ?? '',
    side: SIDES.get(codes[0] ?? '') ?? 'other',
    reason: peerText(textOf(at(element, 'Reason/Text'))),
  };
}

/** What the prefix of a qualified name stands for says nothing to anybody here. */
function localPart(name: string | undefined): string {
  return codeText(name?.slice(name.indexOf(':') + 1));
}
