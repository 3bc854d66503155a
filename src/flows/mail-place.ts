import type { Place } from '../journal/journal.ts';
import type { MailPlace } from '../peers/interfaces.ts';

/** The mailbox's place, for the journal: UIDVALIDITY has 32 bits (RFC 9051 §2.3.1.1), a number holds it. */
export function fromMailPlace({ folder, uidValidity, uid }: MailPlace): Place {
  return { folder, uidValidity: Number(uidValidity), uid };
}

/** A place of the journal, for the mailbox. */
export function toMailPlace({ folder, uidValidity, uid }: Place): MailPlace {
  return { folder, uidValidity: BigInt(uidValidity), uid };
}
