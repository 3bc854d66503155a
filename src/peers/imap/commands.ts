import type { FetchMessageObject, FetchQueryObject, ImapFlow } from 'imapflow';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MailPlace } from '../interfaces.ts';
import { offers } from './connection.ts';
import { refused } from './faults.ts';

/** imapflow's commands without its traps. The folder is open; what is thrown is the caller's to name. */

const HEAD_BYTES = 64 * 1024;
/** Enough of the mails that carry one Message-ID. */
const MOST_FOUND = 50;

/** A mail as the server gave it. */
export interface FetchedMail {
  readonly bytes: Uint8Array;
  /** RFC822.SIZE. */
  readonly size: number;
}

/** Those of the folders that the mailbox does not have. */
export async function missingFolders(client: ImapFlow, folders: readonly string[]): Promise<string[]> {
  const known = new Set((await client.list()).map(folder => folder.path));
  // imapflow puts the personal namespace in front of a name by itself.
  const prefix = client.namespace?.prefix ?? '';
  return folders.filter(
    folder => folder.toUpperCase() !== 'INBOX' && !known.has(folder) && !known.has(prefix + folder),
  );
}

/**
 * Creates those of the folders that the mailbox does not have.
 *
 * @throws imapflow's error when the server refuses one
 */
export async function createMissing(client: ImapFlow, folders: readonly string[]): Promise<void> {
  for (const folder of await missingFolders(client, folders)) await client.mailboxCreate(folder);
}

/** The uids that match, ascending. */
export async function search(
  client: ImapFlow,
  query: { readonly all: true } | { readonly uid: string } | { readonly header: Record<string, string> },
): Promise<number[]> {
  const found = await client.search(query, { uid: true });
  // imapflow answers false where the server said NO.
  if (!Array.isArray(found)) throw refused('search');
  return found;
}

/** RFC822.SIZE by uid. */
export async function fetchSizes(
  client: ImapFlow,
  uids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const mails = await client.fetchAll(uids.join(','), { uid: true, size: true }, { uid: true });
  return new Map(mails.flatMap(mail => (mail.size === undefined ? [] : [[mail.uid, mail.size]])));
}

/** A whole mail; undefined when it is not there. */
export async function fetchMail(client: ImapFlow, uid: number): Promise<FetchedMail | undefined> {
  const mail = await fetchOne(client, uid, { uid: true, size: true, source: true });
  if (mail?.source === undefined || mail.size === undefined) return undefined;
  return { bytes: mail.source, size: mail.size };
}

/** The first 64 KiB of a mail; undefined when it is not there. */
export async function fetchHead(client: ImapFlow, uid: number): Promise<Uint8Array | undefined> {
  const mail = await fetchOne(client, uid, { uid: true, source: { maxLength: HEAD_BYTES } });
  return mail?.source;
}

/** The answer may also hold FETCH data about other mails that the server chose to tell. */
async function fetchOne(
  client: ImapFlow,
  uid: number,
  query: FetchQueryObject,
): Promise<FetchMessageObject | undefined> {
  const mails = await client.fetchAll(String(uid), query, { uid: true });
  return mails.find(mail => mail.uid === uid && mail.source !== undefined);
}

/**
 * Moves by MOVE, else by COPY and UID EXPUNGE; undefined when the mail is not there.
 *
 * @throws GatewayError IMAP-007
 */
export async function moveMail(
  client: ImapFlow,
  uid: number,
  folder: string,
): Promise<MailPlace | 'moved' | undefined> {
  const isThere = (await search(client, { uid: String(uid) })).length > 0;
  if (!isThere) return undefined;
  let moved = await client.messageMove(String(uid), folder, { uid: true });
  if (moved === false && !client.isClosed) {
    // The folder may have been deleted since we created it.
    await createMissing(client, [folder]).catch(cause => {
      throw new GatewayError('IMAP-007', { cause });
    });
    moved = await client.messageMove(String(uid), folder, { uid: true });
  }
  // imapflow answers false where the server said NO, and where the line was cut, which the session tells by
  // itself.
  if (moved === false) throw new GatewayError('IMAP-007');
  const target = moved.uidMap?.get(uid);
  if (target !== undefined && moved.uidValidity !== undefined) {
    return { folder, uidValidity: moved.uidValidity, uid: target };
  }
  // With UIDPLUS a move that moved something says where to.
  return offers(client, 'UIDPLUS') ? undefined : 'moved';
}

/** The uids of the mails whose Message-ID is this one, ascending. */
export async function findExactly(client: ImapFlow, messageId: string): Promise<number[]> {
  const wanted = bareId(messageId);
  // An empty text is found in every field; a control character cannot be asked for.
  if (wanted === '' || /[\x00-\x1f\x7f]/.test(wanted)) return [];
  const hits = await search(client, { header: { 'Message-ID': wanted } });
  if (hits.length === 0) return [];
  const newest = hits.slice(-MOST_FOUND).join(',');
  const mails = await client.fetchAll(newest, { uid: true, headers: ['message-id'] }, { uid: true });
  // SEARCH HEADER finds any part of the field (RFC 3501 §6.4.4).
  return mails
    .filter(mail => {
      const field = /^message-id:([\s\S]*)/i.exec(mail.headers?.toString('latin1') ?? '')?.[1];
      return field !== undefined && bareId(field) === wanted;
    })
    .map(mail => mail.uid)
    .sort((a, b) => a - b);
}

function bareId(messageId: string): string {
  return messageId.replace(/[\s<>]/g, '');
}
