import { GatewayError } from '../../errors/gateway-error.ts';
import type { InboxMail, MailPlace } from '../interfaces.ts';
import type { ImapSession } from './session.ts';

/** A mail of the inbox as the flow gets it. `size` is RFC822.SIZE, undefined when the mail is gone. */
export function inboxMail(session: ImapSession, place: MailPlace, size: number | undefined): InboxMail {
  return {
    uidValidity: place.uidValidity,
    uid: place.uid,
    // Gone since it was begun: `fetch` will say so.
    size: size ?? 0,
    fetch: async maxBytes => await fetchWhole(session, place, size ?? 0, maxBytes),
    fetchHead: async () => await session.fetchHead(place),
  };
}

/**
 * imapflow #65, #401: a large mail could come truncated. Some servers only estimate RFC822.SIZE: bytes of
 * another number are believed when a second fetch brings the same.
 */
export async function fetchWhole(
  session: ImapSession,
  place: MailPlace,
  size: number,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (size > maxBytes) throw new GatewayError('MAIL-001', { fields: { size } });
  const mail = await session.fetch(place, maxBytes);
  if (mail !== undefined && mail.bytes.length > maxBytes) {
    throw new GatewayError('MAIL-001', { fields: { size: mail.bytes.length } });
  }
  if (mail === undefined || mail.bytes.length === mail.size) return mail?.bytes;
  const again = await session.fetch(place, maxBytes);
  if (again !== undefined && Buffer.compare(again.bytes, mail.bytes) !== 0) {
    throw new GatewayError('IMAP-008', { fields: { announced: mail.size, read: mail.bytes.length } });
  }
  return again?.bytes;
}
