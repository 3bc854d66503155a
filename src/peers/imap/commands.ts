import type { FetchMessageObject, FetchQueryObject, ImapFlow } from 'imapflow';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MailPlace } from '../interfaces.ts';
import { offers, withLiteralsUpTo } from './connection.ts';
import { noBody, refused } from './faults.ts';

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
  const asked = new Set(uids);
  const sizes = new Map<number, number>();
  for await (const mail of client.fetch(uids.join(','), { uid: true, size: true }, { uid: true })) {
    if (mail.size !== undefined && asked.has(mail.uid)) sizes.set(mail.uid, mail.size);
  }
  return sizes;
}

/**
 * RFC822.SIZE of one mail; undefined when it is not there.
 *
 * @throws GatewayError IMAP-009 when the server names the mail and gives nothing of it
 */
export async function fetchSize(client: ImapFlow, uid: number): Promise<number | undefined> {
  return (await fetchSizes(client, [uid])).get(uid) ?? (await goneOrNoBody(client, uid));
}

/**
 * A whole mail; undefined when it is not there. The line is closed when the server sends more than
 * `maxBytes`.
 *
 * @throws GatewayError IMAP-009 when the server names the mail and gives nothing of it
 */
export async function fetchMail(
  client: ImapFlow,
  uid: number,
  maxBytes: number,
): Promise<FetchedMail | undefined> {
  const query = { uid: true, size: true, source: true };
  const mail = await withLiteralsUpTo(client, maxBytes, async () => await fetchOne(client, uid, query));
  const { source, size } = mail ?? {};
  if (source === undefined || size === undefined || (source.length === 0 && size > 0)) {
    return await goneOrNoBody(client, uid);
  }
  return { bytes: source, size };
}

/**
 * The first 64 KiB of a mail; undefined when it is not there.
 *
 * @throws GatewayError IMAP-009 when the server names the mail and gives nothing of it
 */
export async function fetchHead(client: ImapFlow, uid: number): Promise<Uint8Array | undefined> {
  const mail = await fetchOne(client, uid, { uid: true, source: { maxLength: HEAD_BYTES } });
  const { source } = mail ?? {};
  return source === undefined || source.length === 0 ? await goneOrNoBody(client, uid) : source;
}

/**
 * The answer may also hold FETCH data about other mails that the server chose to tell, and the mail itself
 * without end: one is kept.
 */
async function fetchOne(
  client: ImapFlow,
  uid: number,
  query: FetchQueryObject,
): Promise<FetchMessageObject | undefined> {
  let found: FetchMessageObject | undefined;
  for await (const mail of client.fetch(String(uid), query, { uid: true })) {
    // imapflow gives something else than bytes for NIL.
    if (mail.uid === uid && Buffer.isBuffer(mail.source)) found ??= mail;
  }
  return found;
}

/** An answer without the mail does not say that it is gone: the search does. */
async function goneOrNoBody(client: ImapFlow, uid: number): Promise<undefined> {
  if (await isThere(client, uid)) throw noBody();
}

async function isThere(client: ImapFlow, uid: number): Promise<boolean> {
  return (await search(client, { uid: String(uid) })).includes(uid);
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
  if (!(await isThere(client, uid))) return undefined;
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
  // An OK alone is not believed.
  if (await isThere(client, uid)) throw new GatewayError('IMAP-007', { fields: { reason: 'not-moved' } });
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
