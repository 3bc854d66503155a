import type { XmlDocument, XmlElement } from 'libxml2-wasm';
import { refuse } from './refusal.ts';
import { type Service, TRANSACTIONS, type Transaction, transactionOf } from './transactions.ts';
import { elements, nameOf, onlyElement, valueOf } from './xml.ts';

/** What the header blocks say; `assertion` and `body` are nodes of the document that was read. */
export interface Envelope {
  readonly messageId: string;
  readonly transaction: Transaction;
  readonly assertion: XmlElement;
  /** The one element in soap:Body. */
  readonly body: XmlElement;
}

const HEADERS = ['wsa:MessageID', 'wsa:To', 'wsa:ReplyTo', 'wsa:Action', 'wsse:Security'] as const;
const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';
const UUID_URN = /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The envelope that every transaction has: SOAP 1.2, WS-Addressing in the order of the published examples, a Security that
 * holds the VIHF alone.
 *
 * @throws a Fault that names the header
 */
export function readEnvelope(
  document: XmlDocument,
  from: { readonly service: Service; readonly action: string | undefined },
): Envelope {
  const root = document.root;
  if (nameOf(root) !== 'soap:Envelope') refuse(undefined, `not a SOAP 1.2 envelope: ${nameOf(root)}`);
  const [header, body, ...others] = elements(root, '*');
  if (header === undefined || body === undefined || others.length > 0)
    refuse(undefined, 'not a Header and a Body');
  if (nameOf(header) !== 'soap:Header' || nameOf(body) !== 'soap:Body')
    refuse(undefined, 'not a Header and a Body');
  checkHeaders(header);
  const action = valueOf(header, 'wsa:Action');
  const transaction = transactionOf(action);
  if (transaction === undefined || TRANSACTIONS[transaction].service !== from.service)
    refuse('wsa:ActionNotSupported', 'Action: not one of this service');
  if (from.action !== action) refuse('wsa:ActionMismatch', 'Action: not the action of the Content-Type');
  const assertion = onlyElement(header, 'wsse:Security/*');
  if (assertion === undefined || nameOf(assertion) !== 'saml:Assertion')
    refuse('wsse:InvalidSecurity', 'Security: not one VIHF, and nothing else');
  const content = onlyElement(body, '*');
  if (content === undefined || nameOf(content) !== TRANSACTIONS[transaction].body)
    refuse(undefined, `Body: not one ${TRANSACTIONS[transaction].body}`);
  return { messageId: valueOf(header, 'wsa:MessageID'), transaction, assertion, body: content };
}

function checkHeaders(header: XmlElement): void {
  const names = elements(header, '*').map(nameOf);
  for (const name of HEADERS) {
    const count = names.filter(other => other === name).length;
    if (count === 0 && name === 'wsse:Security')
      refuse('wsse:InvalidSecurity', 'A required header is not present: wsse:Security');
    if (count === 0)
      refuse(
        'wsa:MessageAddressingHeaderRequired',
        `A required header representing a Message Addressing Property is not present: ${name}`,
      );
    if (count > 1) invalid(`${name}: more than once`);
  }
  const unknown = names.find(name => !(HEADERS as readonly string[]).includes(name));
  if (unknown !== undefined) invalid(`a header that the DMP does not have: ${unknown}`);
  if (names.join() !== HEADERS.join()) invalid(`not in the order ${HEADERS.join(', ')}`);
  if (!UUID_URN.test(valueOf(header, 'wsa:MessageID'))) invalid('wsa:MessageID: not a urn:uuid');
  if (valueOf(header, 'wsa:To') !== '') invalid('wsa:To: not empty');
  if (valueOf(header, 'wsa:ReplyTo/wsa:Address') !== ANONYMOUS) invalid('wsa:ReplyTo: not anonymous');
  for (const name of ['wsa:ReplyTo', 'wsa:Action']) {
    // Without prefix in the published examples, with that of SOAP in its specification (§5.2.3).
    const said = valueOf(header, `${name}/@soap:mustUnderstand | ${name}/@mustUnderstand`);
    if (!['1', 'true'].includes(said)) invalid(`${name}: no mustUnderstand`);
  }
}

function invalid(reason: string): never {
  refuse('wsa:InvalidAddressingHeader', reason);
}
