import type { Clock } from '../../basics/clock.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { readCdaHeader } from '../../formats/cda/read-header.ts';
import type { RequestDocument } from '../../formats/hl7/request-types.ts';
import { structureOf } from '../../formats/vihf/vihf-structure.ts';
import { vihfSubject } from '../../formats/vihf/vihf-subject.ts';
import { preparePublication } from '../../formats/xds/publication.ts';
import { signSubmission } from '../../formats/xmldsig/submission-signature.ts';
import type { DocumentAction } from '../../formats/xdm/types.ts';
import type { KeptRequest } from '../kept-request.ts';
import type { Digester } from './digester.ts';
import type { DmpSettings } from './dmp-settings.ts';
import type { PublicationRecord } from './publication-record.ts';

export interface MakeContext {
  readonly clock: Clock;
  /** A new UUID of version 4 at each call: ids of submissions, of which nobody may read when they were made. */
  readonly newUuid: () => string;
  readonly digester: Digester;
  readonly settings: DmpSettings;
}

export interface MakeOptions {
  /** A person wants a replacement deposited as a new document where the DMP does not know what it replaces. */
  readonly newWhereUnknown: boolean;
}

/**
 * Makes what the DMP is told because of a request: its uniqueIds, times and signature are fixed here, for every attempt.
 *
 * @throws GatewayError DMP-008 to DMP-017 for what the DMP would never take, DMP-018 when the digests were not made,
 *   REQ-018 and CDA-001 to CDA-004 for a document that lacks what the DMP must be told, GEN-002
 */
export async function makePublication(
  request: KeptRequest,
  bytes: readonly Uint8Array[],
  { clock, newUuid, digester, settings, newWhereUnknown }: MakeContext & MakeOptions,
): Promise<Pick<PublicationRecord, 'publication' | 'subject' | 'structure'>> {
  const { sender } = request;
  const structure = structureOf(sender, settings.structures);
  const name = settings.structures.find(({ id }) => id === structure.id)?.name ?? '';
  const documents = bytes.map((each): RequestDocument => ({ bytes: each, header: readCdaHeader(each) }));
  const digests = request.action === 'delete' ? [] : await digestsOf(bytes, settings, digester);
  const digestOf = (document: Uint8Array): string => {
    const digest = digests[bytes.indexOf(document)];
    if (digest === undefined) throw new Error('a document was not digested');
    return digest;
  };
  const publication = preparePublication({
    documents,
    action: actionOf(request, documents, newWhereUnknown),
    newWhereUnknown,
    restrictions: request.restrictions,
    qualified: request.qualified,
    patientClass: request.patientClass,
    sender,
    structure: { id: structure.id, name },
    oid: settings.oid,
    environment: settings.environment,
    maxBytes: settings.maxDocument,
    time: clock.now(),
    newId: newUuid,
    signing: {
      digest: settings.digest,
      canonicalDigest: document => digestOf(document),
      signSubmission: lot => signSubmission({ ...lot, signer: settings.signer }),
    },
  });
  const { professionals, automate } = settings;
  const headers = documents.map(({ header }) => header);
  return {
    publication,
    subject: vihfSubject({ sender, headers, professionals, automate }),
    structure,
  };
}

const NO_ORIGINAL = 'La demande change la confidentialité d’un document, et ne dit pas duquel.';

/**
 * A change of confidentiality alone is a replacement too: by indirect authentication the DMP knows no other (PDT-INF-526).
 *
 * @throws GatewayError DMP-008 for one that does not say of what, which would leave the visible version where it is
 */
function actionOf(
  { action, changesVisibility }: KeptRequest,
  documents: readonly RequestDocument[],
  newWhereUnknown: boolean,
): DocumentAction {
  if (action !== 'add' || !changesVisibility) return action;
  const isComplete = documents.every(({ header }) => header.replaces.length > 0);
  if (!isComplete && !newWhereUnknown) throw new GatewayError('DMP-008', { detail: NO_ORIGINAL });
  return 'replace';
}

/** Documents over the limit are refused before they are digested. */
async function digestsOf(
  documents: readonly Uint8Array[],
  { digest, maxDocument }: DmpSettings,
  digester: Digester,
): Promise<readonly string[]> {
  if (documents.some(({ byteLength }) => byteLength > maxDocument)) throw new GatewayError('DMP-014');
  const outcome = await digester.digest({ documents, algorithm: digest });
  if ('result' in outcome) return outcome.result;
  if ('fault' in outcome) throw new GatewayError('DMP-017', { fields: { cause: outcome.fault.code } });
  throw new GatewayError('DMP-018', { fields: { because: outcome.unfinished } });
}
