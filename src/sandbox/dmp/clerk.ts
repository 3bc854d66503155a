import type { X509Certificate } from 'node:crypto';
import type { RegistryOutcome } from './answers.ts';
import { certificateFault, structuresOf } from './certificate.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { readMessage, type SoapMessage } from './message.ts';
import type { Records } from './records.ts';
import { type RegistryProblem, refuse } from './refusal.ts';
import { readStoredQuery } from './stored-query.ts';
import { readSubmission } from './submission.ts';
import { type Service, TRANSACTIONS, type Transaction } from './transactions.ts';
import { readUpdate } from './update.ts';
import { readVihf, type Vihf, type VihfRules } from './vihf.ts';
import { isUnreadable, withXml } from './xml.ts';
import { xadesProblems } from './xades.ts';

/** A request that has come through the door: TLS, SOAP, VIHF and MTOM are right. */
export interface DmpRequest {
  readonly transaction: Transaction;
  readonly messageId: string;
  /** Assertion/@ID of the VIHF. */
  readonly assertionId: string;
  /** Identifiant_Structure. */
  readonly structure: string;
  /** CX. */
  readonly patientId: string;
  /** « Connexion secrète ». */
  readonly isSecret: boolean;
  /** Undefined for a query, and for a lot that cannot be read. */
  readonly setUniqueId: string | undefined;
  /** Of ITI-41: UTC, 14 digits. */
  readonly submissionTime: string | undefined;
  /** uniqueIds of a lot, entryUUIDs of a deletion, what a query asks for. */
  readonly ids: readonly string[];
  /** The XAdES that came with a lot. */
  readonly signature: Buffer | undefined;
  /** The SOAP envelope as it came. */
  readonly envelope: string;
}

/** A request, what is wrong with what it asks for, and how to do it. */
export interface ReadRequest {
  readonly request: DmpRequest;
  readonly problems: readonly RegistryProblem[];
  /** Does it; to be called when there are no problems. */
  readonly apply: () => RegistryOutcome;
}

export interface HttpRequest {
  readonly service: Service;
  readonly contentType: string;
  readonly body: Buffer;
  readonly certificate: X509Certificate;
}

export interface ClerkRules {
  readonly trusted: readonly X509Certificate[];
  readonly structures: readonly string[];
  readonly clock: () => Date;
}

/** Reads and judges requests. */
export interface Clerk {
  /**
   * @param named is told the MessageID as soon as it is known: a Fault relates to it
   * @throws a Fault (refusal.ts) when the request does not come through the door
   */
  read(http: HttpRequest, named: (messageId: string) => void): ReadRequest;
}

/** What a transaction has been read to: all that differs between the three. */
type Content = Pick<DmpRequest, 'setUniqueId' | 'submissionTime' | 'ids' | 'signature'> &
  Pick<ReadRequest, 'problems' | 'apply'>;

export function createClerk(rules: ClerkRules, records: Records): Clerk {
  /** MessageIDs and Assertion/@IDs: new for every message. */
  const used = new Set<string>();

  function once(id: string, code: string, what: string): void {
    if (used.has(id)) refuse(code, `${what}: used already`);
    used.add(id);
  }

  return {
    read({ service, contentType, body, certificate }, named) {
      const now = rules.clock();
      const unfit = certificateFault(certificate, 'AUTH_CLI', { trusted: rules.trusted, others: [] }, now);
      // TLS has verified the chain, with whatever intermediates were sent.
      if (unfit !== undefined && !unfit.startsWith('not issued'))
        refuse('DMPInvalidCertificate', `Le certificat d’authentification est invalide : ${unfit}`);
      const [structure = ''] = structuresOf(certificate);
      const vihfRules = { trusted: rules.trusted, structures: rules.structures, structure, now };
      const message = readMessage(contentType, body);
      return wellFormed(() =>
        withXml(message.envelope, document => {
          const envelope = readEnvelope(document, { service, action: message.action });
          named(envelope.messageId);
          requireMtom(envelope, message);
          once(envelope.messageId, 'wsa:InvalidAddressingHeader', 'MessageID');
          const vihf = withXml(message.envelope, again => readVihf(envelope.assertion, again, vihfRules));
          once(vihf.id, 'wsse:FailedCheck', 'VIHF');
          const { problems, apply, ...content } = read(envelope, message, vihf, vihfRules);
          return { request: { ...requestOf(envelope, message, vihf), ...content }, problems, apply };
        }),
      );
    },
  };

  function read(envelope: Envelope, message: SoapMessage, vihf: Vihf, vihfRules: VihfRules): Content {
    switch (envelope.transaction) {
      case 'submit':
        return readLot(envelope, message, vihf, vihfRules);
      case 'query':
        return readQuery(envelope, vihf);
      case 'update':
        return readDeletion(envelope, vihf);
    }
  }

  function readLot(envelope: Envelope, message: SoapMessage, vihf: Vihf, vihfRules: VihfRules): Content {
    const lot = readSubmission(envelope.body, message.attachments, vihf);
    if (!('documents' in lot)) return nothing(lot);
    return {
      setUniqueId: lot.setUniqueId,
      submissionTime: lot.submissionTime,
      ids: lot.documents.map(({ uniqueId }) => uniqueId),
      signature: Buffer.from(lot.signature.content),
      problems: xadesProblems(lot, vihfRules),
      apply: () => outcome(records.submit(lot, vihf)),
    };
  }

  function readQuery(envelope: Envelope, vihf: Vihf): Content {
    const query = readStoredQuery(envelope.body);
    if (!('key' in query)) return nothing(query);
    return {
      ...nothing([]),
      ids: query.ids,
      apply: () => ({ ...outcome([]), found: records.find(query.key, query.ids, vihf) }),
    };
  }

  function readDeletion(envelope: Envelope, vihf: Vihf): Content {
    const update = readUpdate(envelope.body, vihf);
    if (!('changes' in update)) return nothing(update);
    return {
      ...nothing([]),
      setUniqueId: update.setUniqueId,
      ids: update.changes.map(({ target }) => target),
      apply: () => outcome(records.update(update.setUniqueId, update.changes, vihf)),
    };
  }
}

function requestOf(envelope: Envelope, message: SoapMessage, vihf: Vihf): Omit<DmpRequest, keyof Content> {
  return {
    transaction: envelope.transaction,
    messageId: envelope.messageId,
    assertionId: vihf.id,
    structure: vihf.structure,
    patientId: vihf.patientId,
    isSecret: vihf.isSecret,
    envelope: message.envelope.toString('utf8'),
  };
}

/** Documents travel by MTOM; the registry has none. */
function requireMtom({ transaction }: Envelope, { isMtom }: SoapMessage): void {
  if ((TRANSACTIONS[transaction].service === 'repository') !== isMtom)
    refuse(undefined, isMtom ? 'Content-Type: MTOM for the registry' : 'Content-Type: not MTOM');
}

function nothing(problems: readonly RegistryProblem[]): Content {
  return {
    setUniqueId: undefined,
    submissionTime: undefined,
    ids: [],
    signature: undefined,
    problems,
    apply: () => outcome(problems),
  };
}

function outcome(problems: readonly RegistryProblem[]): RegistryOutcome {
  return { status: problems.length === 0 ? 'Success' : 'Failure', problems };
}

/** What libxml2 does not read is a Fault as well. */
function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) refuse(undefined, 'the envelope is not XML');
    throw error;
  }
}
