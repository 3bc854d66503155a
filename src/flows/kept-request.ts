import { toGatewayError } from '../errors/gateway-error.ts';
import type {
  Audience,
  DocumentRequest,
  PatientClass,
  RequestHead,
  RequestSender,
} from '../formats/hl7/request-types.ts';
import type { DocumentAction } from '../formats/xdm/types.ts';
import type { Journal, NewPayload, Recipient } from '../journal/journal.ts';
import { keptJson } from './kept-json.ts';

/** What the receipts of a request need for as long as they may come; stands in the journal in clear. */
export interface RequestFacts {
  readonly head: RequestHead;
  readonly ackReception: boolean;
  readonly ackReading: boolean;
}

/** One mail that a request asks for: its delivery's id was fixed when the request was accepted. */
export interface PlannedMail {
  readonly id: string;
  readonly audience: Audience;
  readonly recipients: readonly { readonly id: string; readonly address: string }[];
  /** CORPSMAIL of that audience. */
  readonly text: string | undefined;
}

/** What is kept of a request until nothing is owed because of it, beside its documents; sealed and purged as payloads. */
export interface KeptRequest {
  /** Who asked. */
  readonly application: string;
  readonly action: DocumentAction;
  readonly documents: number;
  readonly restrictions: Pick<
    DocumentRequest['wishes'],
    'masquePs' | 'invisiblePatient' | 'invisibleRepLegaux'
  >;
  /** MODIF_CONF_CODE. */
  readonly changesVisibility: boolean;
  /** CONNEXION_SECRETE. */
  readonly secretConnection: boolean;
  readonly patientClass: PatientClass;
  readonly qualified: boolean;
  readonly sender: RequestSender | undefined;
  readonly replyTo: string | undefined;
  readonly asksReading: boolean;
  readonly patientMayAnswer: boolean;
  readonly mails: readonly PlannedMail[];
}

const HEAD = 'request';
const documentName = (position: number): string => `document:${position}`;

/** The payloads that keep a request. */
export function keepRequest(kept: KeptRequest, documents: readonly Uint8Array[]): NewPayload[] {
  return [
    { name: HEAD, bytes: Buffer.from(JSON.stringify(kept)) },
    ...documents.map((bytes, position) => ({ name: documentName(position), bytes })),
  ];
}

/** The request as kept, without its documents; undefined once purged. @throws GatewayError JRN-004 */
export async function keptRequest(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
): Promise<KeptRequest | undefined> {
  return (await keptJson(journal, exchangeId, HEAD)) as KeptRequest | undefined;
}

/** Its documents, exactly as they came; undefined once purged. @throws GatewayError JRN-004 */
export async function keptDocuments(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
  { documents }: KeptRequest,
): Promise<Uint8Array[] | undefined> {
  const kept: Uint8Array[] = [];
  for (let position = 0; position < documents; position += 1) {
    const bytes = await journal.payload(exchangeId, documentName(position));
    if (bytes === undefined) return undefined;
    kept.push(bytes);
  }
  return kept;
}

/**
 * The request, for the addresses of recipients that stand nowhere else: undefined where there is no such recipient, and
 * once it is kept no more or can never be unsealed. A lost key keeps nobody from being told who is known without it.
 */
export async function keptForAddresses(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
  recipients: readonly Recipient[],
): Promise<KeptRequest | undefined> {
  if (recipients.every(({ address }) => address !== undefined)) return undefined;
  try {
    return await keptRequest(journal, exchangeId);
  } catch (thrown) {
    if (toGatewayError(thrown).class !== 'permanent') throw thrown;
    return undefined;
  }
}

/** Where a recipient is reached: the patient's address is known to the kept request alone. */
export function addressOf(recipient: Recipient, kept: KeptRequest | undefined): string | undefined {
  return (
    recipient.address ??
    kept?.mails.flatMap(({ recipients }) => recipients).find(({ id }) => id === recipient.id)?.address
  );
}

export function readFacts(json: string): RequestFacts {
  return JSON.parse(json) as RequestFacts;
}
