import { attribute, textOf, type XmlElement } from '../xml/element.ts';
import {
  codeText,
  peerText,
  readEnvelope,
  type SoapFault,
  UNEXPECTED,
  type Unreadable,
} from './answer-envelope.ts';

export type { SoapFault, Unreadable } from './answer-envelope.ts';

/** What a registry has against a submission, or notes of it. */
export interface RegistryError {
  /** As the registry writes it, `XDSRegistryMetadataError`; '' where it gives none. */
  readonly code: string;
  /** What it says of it, for people: it may be about the patient. */
  readonly context: string | undefined;
  readonly severity: 'error' | 'warning';
}

/** The submission is kept. */
export interface RegistrySuccess {
  readonly kind: 'success';
  readonly warnings: readonly RegistryError[];
}

/** The submission is refused, or a part of it. */
export interface RegistryFailure {
  readonly kind: 'failure';
  /** Whether it says that a part was taken (PartialSuccess). */
  readonly partial: boolean;
  /** The first of the highest severity; undefined where it gives none. */
  readonly error: RegistryError | undefined;
  /** The first hundred. */
  readonly errors: readonly RegistryError[];
}

/** An answer to TD2.1 or TD3.3c. */
export type RegistryAnswer = RegistrySuccess | RegistryFailure | SoapFault | Unreadable;

/** An answer to TD3.1b: the entryUUIDs (`urn:uuid:…`), each once; none for a document that is not known. */
export type LookupAnswer =
  | { readonly kind: 'found'; readonly entryUuids: readonly string[] }
  | RegistryFailure
  | SoapFault
  | Unreadable;

const EBXML = 'urn:oasis:names:tc:ebxml-regrep:xsd';
const RS = `${EBXML}:rs:3.0`;
const QUERY = `${EBXML}:query:3.0`;
const RIM = `${EBXML}:rim:3.0`;

const MAX_ERRORS = 100;

/**
 * Reads the answer to a submission (ebXML RegistryResponse in SOAP 1.1 or 1.2; IHE ITI TF-3 §4.2.4). Never throws:
 * whatever comes is one of the four.
 *
 * @param xml the SOAP envelope, of at most 1 MiB
 * @param messageId of the message that was sent
 */
export function readRegistryAnswer(xml: Uint8Array, messageId: string): RegistryAnswer {
  const content = readEnvelope(xml, messageId);
  if ('kind' in content) return content;
  return isNamed(content, RS, 'RegistryResponse') ? outcomeOf(content) : UNEXPECTED;
}

/**
 * Reads the answer to a query for references (TD3.1b). An answer that lists anything but references to entries is
 * unreadable: what it means must not be guessed, for a document is deleted or replaced by it.
 *
 * @param xml the SOAP envelope, of at most 1 MiB
 * @param messageId of the message that was sent
 */
export function readObjectRefs(xml: Uint8Array, messageId: string): LookupAnswer {
  const content = readEnvelope(xml, messageId);
  if ('kind' in content) return content;
  const isAnswer = isNamed(content, QUERY, 'AdhocQueryResponse');
  // A registry that cannot even begin the query may answer it as a submission.
  if (!isAnswer && !isNamed(content, RS, 'RegistryResponse')) return UNEXPECTED;
  const outcome = outcomeOf(content);
  if (outcome.kind !== 'success') return outcome;
  const list = childNamed(content, RIM, 'RegistryObjectList');
  return isAnswer && list !== undefined ? found(list) : UNEXPECTED;
}

function found({ children }: XmlElement): LookupAnswer {
  const ids = children.map(child =>
    isNamed(child, RIM, 'ObjectRef') ? entryUuid(attribute(child, 'id')) : undefined,
  );
  const entryUuids = ids.filter(id => id !== undefined);
  if (entryUuids.length < ids.length) return UNEXPECTED;
  return { kind: 'found', entryUuids: [...new Set(entryUuids)] };
}

function entryUuid(id: string | undefined): string | undefined {
  return /^urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id ?? '') ? id : undefined;
}

/** By its status: ebXML has Success and Failure, IHE adds PartialSuccess in a name space of its own. */
function outcomeOf(response: XmlElement): RegistrySuccess | RegistryFailure | Unreadable {
  const errors = errorsOf(response);
  const status = lastPart(attribute(response, 'status'));
  if (status === 'Success') return { kind: 'success', warnings: errors };
  if (status !== 'Failure' && status !== 'PartialSuccess') return UNEXPECTED;
  const error = errors.find(({ severity }) => severity === 'error') ?? errors[0];
  return { kind: 'failure', partial: status === 'PartialSuccess', error, errors };
}

function errorsOf(response: XmlElement): RegistryError[] {
  const list = childNamed(response, RS, 'RegistryErrorList');
  return (list?.children ?? [])
    .filter(child => isNamed(child, RS, 'RegistryError'))
    .slice(0, MAX_ERRORS)
    .map(toError);
}

/** Without a severity it is an error (rs.xsd), and so is one of a severity that is not known. */
function toError(element: XmlElement): RegistryError {
  return {
    code: codeText(attribute(element, 'errorCode')),
    context: peerText(attribute(element, 'codeContext') ?? textOf(element)),
    severity: lastPart(attribute(element, 'severity')) === 'Warning' ? 'warning' : 'error',
  };
}

function lastPart(urn: string | undefined): string | undefined {
  return urn?.slice(urn.lastIndexOf(':') + 1);
}

function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name;
}

function childNamed(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return element.children.find(child => isNamed(child, namespace, name));
}
