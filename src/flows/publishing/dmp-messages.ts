import type { Clock } from '../../basics/clock.ts';
import { mtomMessage } from '../../formats/soap/mtom.ts';
import { readSoapAnswer } from '../../formats/soap/read-soap-answer.ts';
import { plainMessage, soapMessage } from '../../formats/soap/soap-message.ts';
import { secretConnectionOf } from '../../formats/vihf/secret-connection.ts';
import { buildVihf } from '../../formats/vihf/vihf.ts';
import { updateDocumentSet } from '../../formats/xds/delete-document.ts';
import { getDocuments } from '../../formats/xds/find-document.ts';
import type { DeletedDocument, Deletion, Deposit } from '../../formats/xds/publication.ts';
import {
  type LookupAnswer,
  readObjectRefs,
  readRegistryAnswer,
  type RegistryAnswer,
} from '../../formats/xds/registry-answer.ts';
import { provideAndRegister } from '../../formats/xds/submit-objects.ts';
import { signVihf } from '../../formats/xmldsig/sign-vihf.ts';
import type { DmpAnswer, DmpPeer } from '../../peers/interfaces.ts';
import type { DmpSettings } from './dmp-settings.ts';
import type { PublicationRecord } from './publication-record.ts';

/** WS-Addressing actions of the transactions that documents need. */
const ACTIONS = {
  deposit: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
  find: 'urn:ihe:iti:2007:RegistryStoredQuery',
  delete: 'urn:ihe:iti:2010:UpdateDocumentSet',
} as const;

export interface MessageContext {
  readonly clock: Clock;
  readonly newUuid: () => string;
  readonly settings: DmpSettings;
  readonly peer: DmpPeer;
}

/** The DMP, spoken to on behalf of one request. Everything throws DMP-001 to DMP-005 of the peer. */
export interface DmpConversation {
  /** TD2.1. @param replaced entryUUIDs of the documents that are replaced, by their uniqueIds */
  deposit(
    deposit: Deposit,
    documents: readonly Uint8Array[],
    replaced: ReadonlyMap<string, string>,
  ): Promise<RegistryAnswer | HttpRefusal>;
  /** TD3.1b. */
  find(uniqueId: string): Promise<LookupAnswer | HttpRefusal>;
  /** TD3.3c. */
  remove(
    deletion: Deletion,
    document: DeletedDocument,
    entryUuid: string,
  ): Promise<RegistryAnswer | HttpRefusal>;
}

/** @throws GatewayError DMP-016 for a secret connection that is not configured: nothing is sent openly */
export function startConversation(
  { publication, subject, structure }: PublicationRecord,
  secret: boolean,
  { clock, newUuid, settings, peer }: MessageContext,
): DmpConversation {
  const secretConnection = secretConnectionOf(secret, settings.vihf.secretConnection);
  /** A VIHF and a MessageID are of one message. */
  const envelope = (action: string, body: string): { readonly messageId: string; readonly text: string } => {
    const vihf = buildVihf({
      ...settings.vihf,
      id: `_${newUuid()}`,
      time: clock.now(),
      issuer: settings.issuer,
      subject,
      structure,
      patientId: publication.patientId,
      software: settings.software,
      secretConnection,
    });
    const assertion = signVihf(vihf, settings.signer);
    const messageId = `urn:uuid:${newUuid()}`;
    return { messageId, text: soapMessage({ action, messageId, assertion, body }) };
  };
  async function ask<Answer>(
    action: string,
    body: string,
    read: (xml: Uint8Array, messageId: string) => Answer,
  ): Promise<Answer | HttpRefusal> {
    const { messageId, text } = envelope(action, body);
    const answer = await peer.post('registry', plainMessage({ action, envelope: text }));
    return httpRefusal(answer) ?? read(readSoapAnswer(answer.contentType, answer.body), messageId);
  }
  return {
    async deposit(deposit, documents, replaced) {
      const { body, parts } = provideAndRegister(deposit, { replaced });
      const action = ACTIONS.deposit;
      const { messageId, text } = envelope(action, body);
      const message = mtomMessage({
        action,
        envelope: text,
        parts: parts.map(({ cid, contentType, document }) => ({
          cid,
          contentType,
          name: document === 'signature' ? 'signature.xml' : `document${document + 1}.xml`,
          bytes:
            document === 'signature'
              ? Buffer.from(deposit.signature.xml)
              : (documents[document] ?? new Uint8Array()),
        })),
        boundary: `pfi-${newUuid()}`,
      });
      const answer = await peer.post('repository', message);
      return (
        httpRefusal(answer) ?? readRegistryAnswer(readSoapAnswer(answer.contentType, answer.body), messageId)
      );
    },
    find: uniqueId => ask(ACTIONS.find, getDocuments(uniqueId), readObjectRefs),
    remove: (deletion, document, entryUuid) =>
      ask(ACTIONS.delete, updateDocumentSet(deletion, document, entryUuid), readRegistryAnswer),
  };
}

/** HTTP's own no: of the DMP's server, or of a proxy before it. */
export interface HttpRefusal {
  readonly kind: 'http';
  readonly status: number;
}

/** @returns undefined for what may hold an envelope, a fault's among them */
function httpRefusal({ status, contentType }: DmpAnswer): HttpRefusal | undefined {
  const isSoap = /xml|multipart/i.test(contentType);
  return !isSoap && status >= 400 && status < 500 ? { kind: 'http', status } : undefined;
}
