import type { ExpectedRequest } from '../../samples/requests.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { ExchangeView } from '../journal/journal.ts';
import type { Dmp, DmpDocument, DmpRequest, DocumentStatus, Transaction } from '../sandbox/dmp.ts';

// What the DMP of the demonstration was asked because of a request, and what lies in it then.

/** What the DMP heard of a request, up to the moment when nothing of it was left to do there. */
export interface HeardByDmp {
  readonly requests: readonly DmpRequest[];
  /** Everybody's. */
  readonly documents: readonly DmpDocument[];
}

/** Listens from now on. @returns what was heard up to its call */
export function listenToDmp(dmp: Dmp): () => HeardByDmp {
  const before = dmp.requests().length;
  return () => ({ requests: dmp.requests().slice(before), documents: dmp.documents() });
}

/** What became of the DMP part of a request; undefined where there was none. */
export function becameAtDmp(
  { requests, documents }: HeardByDmp,
  view: ExchangeView | undefined,
): ExpectedRequest['dmp'] {
  const hold = view?.deliveries.find(({ kind }) => kind === 'dmp')?.hold?.code;
  const [first] = requests;
  if (first === undefined) return undefined;
  const lying = documents.filter(({ patientId }) => patientId === first.patientId);
  return {
    asked: requests.map(({ transaction }) => transaction),
    documents: lying.map(({ status }) => status),
    ...(hold === undefined ? {} : { hold }),
  };
}

const TRANSACTIONS: Readonly<Record<Transaction, string>> = {
  query: 'recherche du document (TD3.1b)',
  submit: 'dépôt (TD2.1)',
  update: 'suppression (TD3.3c)',
};

const STATUSES: Readonly<Record<DocumentStatus, string>> = {
  Approved: 'en vigueur',
  Deprecated: 'remplacé',
  Deleted: 'supprimé',
};

/** The same as a French sentence. */
export function dmpText({ asked, documents, hold }: NonNullable<ExpectedRequest['dmp']>): string {
  const spoken = asked.map(transaction => TRANSACTIONS[transaction]).join(', ');
  return `DMP : ${spoken} · ${hold === undefined ? contentText(documents) : refusedText(hold)}`;
}

function contentText(documents: readonly DocumentStatus[]): string {
  const lying = documents.map((status, position) => `document ${position + 1} ${STATUSES[status]}`);
  return `au dossier : ${lying.join(', ') || 'rien'}`;
}

function refusedText(hold: ErrorCode): string {
  return `refusé, rien n’y est déposé · à traiter par une personne (${hold})`;
}

/** IHE's names of the transactions, for files. */
const FILES: Readonly<Record<Transaction, string>> = {
  query: 'ITI-18',
  submit: 'ITI-41',
  update: 'ITI-57',
};

/** What the gateway said to the DMP: each SOAP envelope, and the signature of a submission after it. */
export function dmpFiles({ requests }: HeardByDmp): (readonly [name: string, bytes: Uint8Array])[] {
  return requests.flatMap(({ transaction, envelope, signature }) => [
    [`${FILES[transaction]}.xml`, Buffer.from(envelope)] as const,
    ...(signature === undefined ? [] : [['XAdES.xml', signature] as const]),
  ]);
}
