import type { MailboxSettings } from '../../src/flows/settings.ts';

/** The settings of a mailbox, as the flows are given them. */
export const MAILBOX: MailboxSettings = {
  name: 'urologie',
  address: 'dpi.urologie@chu-x.mssante.fr',
  displayName: 'CHU X',
  replyTo: undefined,
  folders: { inbox: 'INBOX', done: 'Traites', failed: 'Erreurs', other: 'Autres' },
  organization: undefined,
  notify: {
    success: 'requested',
    failure: 'requested-or-error-mail',
    loopGuard: 'strict',
    maxSize: 20_000_000,
    envelopeFrom: 'null',
  },
  maxMail: 50_000_000,
};
