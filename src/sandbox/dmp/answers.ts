import { randomUUID } from 'node:crypto';
import type { RegistryProblem, SoapFault } from './refusal.ts';
import { TRANSACTIONS, type Transaction } from './transactions.ts';
import { NS } from './xml.ts';

const EBXML = 'urn:oasis:names:tc:ebxml-regrep';
const RS = `${EBXML}:xsd:rs:3.0`;
const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';
const FAULT_ACTION = 'http://www.w3.org/2005/08/addressing/fault';

/** What the DMP has come to. */
export interface RegistryOutcome {
  readonly status: 'Success' | 'Failure';
  /** Errors of a Failure, warnings of a Success. */
  readonly problems: readonly RegistryProblem[];
  /** entryUUIDs that a query has found. */
  readonly found?: readonly string[];
}

/** The SOAP message that answers a request. */
export function registryAnswer(
  transaction: Transaction,
  relatesTo: string,
  outcome: RegistryOutcome,
): string {
  const { status, problems, found = [] } = outcome;
  const severity = status === 'Success' ? 'Warning' : 'Error';
  const errors = problems.map(
    ({ code, context }) =>
      `<rs:RegistryError errorCode="${escaped(code)}" codeContext="${escaped(context)}" severity="${EBXML}:ErrorSeverityType:${severity}" location=""/>`,
  );
  const list = errors.length === 0 ? '' : `<rs:RegistryErrorList>${errors.join('')}</rs:RegistryErrorList>`;
  const name = transaction === 'query' ? 'query:AdhocQueryResponse' : 'rs:RegistryResponse';
  const refs = found.map(id => `<rim:ObjectRef id="${escaped(id)}"/>`).join('');
  const objects = transaction === 'query' ? `<rim:RegistryObjectList>${refs}</rim:RegistryObjectList>` : '';
  return envelope(
    TRANSACTIONS[transaction].answer,
    relatesTo,
    `<${name} xmlns:rs="${RS}" xmlns:query="${NS.query}" xmlns:rim="${NS.rim}" status="${EBXML}:ResponseStatusType:${status}">${list}${objects}</${name}>`,
  );
}

/** A SOAP 1.2 Fault: of the sender, whose request it is, or of the receiver, who may do it another time. */
export function faultAnswer(
  relatesTo: string | undefined,
  { code, reason }: SoapFault,
  of: 'Sender' | 'Receiver' = 'Sender',
): string {
  const value = code?.includes(':') === false ? `soap:${code}` : code;
  const subcode =
    value === undefined ? '' : `<soap:Subcode><soap:Value>${escaped(value)}</soap:Value></soap:Subcode>`;
  return envelope(
    FAULT_ACTION,
    relatesTo,
    `<soap:Fault><soap:Code><soap:Value>soap:${of}</soap:Value>${subcode}</soap:Code>` +
      `<soap:Reason><soap:Text xml:lang="fr">${escaped(reason)}</soap:Text></soap:Reason></soap:Fault>`,
  );
}

/** The same answer as an MTOM endpoint gives it: one part, XOP without attachment. */
export function asMultipart(envelopeXml: string, boundary: string): string {
  return [
    `--${boundary}`,
    'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"',
    'Content-Transfer-Encoding: binary',
    'Content-ID: <root.message@dmp.sandbox>',
    '',
    envelopeXml,
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

function envelope(action: string, relatesTo: string | undefined, body: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="${NS.soap}" xmlns:wsa="${NS.wsa}" xmlns:wsse="${NS.wsse}"><soap:Header>` +
    wsa('Action', action) +
    wsa('MessageID', `urn:uuid:${randomUUID()}`) +
    wsa('To', ANONYMOUS) +
    (relatesTo === undefined ? '' : wsa('RelatesTo', relatesTo)) +
    `</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

function wsa(name: string, text: string): string {
  return `<${name} xmlns="${NS.wsa}">${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"\t\r\n]/g, character => `&#${character.charCodeAt(0)};`);
}
