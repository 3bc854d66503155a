import type { DocumentResult, NotificationInput, OpenedMail } from '../../src/formats/mail/types.ts';

export const UNKNOWN_PATIENT = { code: '902', label: 'Identifiant patient inconnu' } as const;

export const refusedDocument: DocumentResult = {
  label: 'CR d’examens biologiques',
  uniqueId: '1.2.250.1.999.1.1',
  action: 'add',
  outcome: 'refused',
  uncertain: false,
  error: UNKNOWN_PATIENT,
  reason: undefined,
};

export const acceptedDocument: DocumentResult = {
  ...refusedDocument,
  label: 'Lettre de liaison',
  outcome: 'accepted',
  error: undefined,
};

/** The notification about a mail: what the gateway of CHU X answers to a laboratory. */
export function notificationInput(
  mail: OpenedMail,
  change: Partial<NotificationInput> = {},
): NotificationInput {
  return {
    messageId: '<notification-1@chu-x.mssante.fr>',
    date: new Date('2026-11-20T09:00:00Z'),
    from: { address: 'dpi.urologie@chu-x.mssante.fr', name: 'CHU X – Urologie' },
    to: 'labo@tilleuls.mssante.fr',
    audience: 'sender',
    nil: 'DEV000000',
    product: 'pfi-gateway',
    original: {
      messageId: mail.messageId ?? '',
      subject: mail.subject,
      from: mail.from?.address,
      date: mail.date,
      headerBlock: mail.headerBlock,
      text: mail.text,
      finalRecipient: 'dpi.urologie@chu-x.mssante.fr',
      originalRecipient: 'urologie@chu-x.mssante.fr',
      attachments: mail.attachments,
      attachmentsLeftOut: false,
    },
    documents: [acceptedDocument, refusedDocument],
    error: undefined,
    documentSubject: 'XDM/1.0/DDM+CR d’examens biologiques MARCHETTI Lucie 14/02/1971',
    ...change,
  };
}
