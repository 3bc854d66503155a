import { sameAddress } from './addresses.ts';
import type { MailHead, OpenedHead } from './types.ts';

/** The mailbox's `notify` settings that the decision needs (config/schema.ts has their meaning). */
export interface NotifyRules {
  readonly success: 'requested' | 'never';
  readonly failure: 'requested-or-error-mail' | 'requested' | 'never';
  readonly loopGuard: 'strict' | 'off';
  readonly errorMailbox?: string | undefined;
}

/** Why nobody is told. */
export type Silence =
  | 'report'
  | 'automatic'
  | 'null-return-path'
  | 'ourselves'
  | 'never'
  | 'not-requested'
  | 'several-requesters'
  | 'loop-guard'
  | 'no-sender';

/** Who is told, and how; or why nobody is. */
export type NotificationDecision =
  | { readonly kind: 'mdn'; readonly to: string }
  | { readonly kind: 'error-mail'; readonly to: string }
  | { readonly kind: 'none'; readonly because: Silence };

/** What the decision rests on. */
export interface NotificationQuestion {
  /**
   * The outermost mail. An OpenedMail or OpenedHead is best: its `report` and `errorSubject` are looked at
   * when given.
   */
  readonly mail: MailHead & Partial<Pick<OpenedHead, 'report' | 'errorSubject'>>;
  readonly outcome: 'accepted' | 'refused';
  readonly notify: NotifyRules;
  /** The mailbox that answers. */
  readonly ownAddress: string;
}

/**
 * Who is told, and how, once every document of a mail has ended (docs/design.md §3). One rule stands above
 * all others: what a machine sent, what has no return path and what is itself a report is never answered.
 */
export function notificationFor(question: NotificationQuestion): NotificationDecision {
  const { mail, outcome, notify, ownAddress } = question;
  const silence = neverAnswered(mail, ownAddress);
  if (silence !== undefined) return none(silence);

  const rule = outcome === 'accepted' ? notify.success : notify.failure;
  if (rule === 'never') return none('never');
  const mdn = mdnFor(mail, notify, ownAddress);
  if (mdn.kind === 'mdn' || rule !== 'requested-or-error-mail') return mdn;

  const to = notify.errorMailbox ?? mail.from?.address;
  if (to === undefined) return none('no-sender');
  return sameAddress(to, ownAddress) ? none('ourselves') : { kind: 'error-mail', to };
}

function neverAnswered(mail: NotificationQuestion['mail'], ownAddress: string): Silence | undefined {
  // A [KO …] mail of another gateway may lack Auto-Submitted (the published sample does): two gateways would
  // loop.
  if (mail.report !== undefined || mail.errorSubject === true) return 'report';
  if (mail.automatic) return 'automatic';
  if (mail.returnPath === '') return 'null-return-path';
  if (mail.from !== undefined && sameAddress(mail.from.address, ownAddress)) return 'ourselves';
  return undefined;
}

/**
 * RFC 8098 §2.1: no automatic MDN to several requesters, nor where the requester is not the return path
 * (quirk M5).
 */
function mdnFor(mail: MailHead, notify: NotifyRules, ownAddress: string): NotificationDecision {
  const [requester, ...others] = mail.dispositionNotificationTo;
  if (requester === undefined) return none('not-requested');
  const to = requester.address;
  if (others.some(other => !sameAddress(other.address, to))) return none('several-requesters');
  if (sameAddress(to, ownAddress)) return none('ourselves');
  const returnsThere = mail.returnPath !== undefined && sameAddress(mail.returnPath, to);
  return notify.loopGuard === 'strict' && !returnsThere ? none('loop-guard') : { kind: 'mdn', to };
}

function none(because: Silence): NotificationDecision {
  return { kind: 'none', because };
}
