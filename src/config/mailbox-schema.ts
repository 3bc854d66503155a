import { z } from 'zod';
import { isLoopback } from './hosts.ts';
import { duration, size } from './units.ts';
import {
  address,
  besideFaults,
  clientCertificate,
  file,
  name,
  port,
  type Refusal,
  secret,
} from './values.ts';

const tls = {
  tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
  /** File of PEM certificates that are trusted instead of the system's. */
  ca: file.optional(),
  clientCertificate: clientCertificate.optional(),
  allowInsecure: z.boolean().default(false),
};

const mailServer = z
  .strictObject({
    host: z.string().min(1),
    port,
    ...tls,
    auth: z.enum(['password', 'xoauth2', 'external', 'none']).default('password'),
    user: z.string().min(1).optional(),
    password: secret.optional(),
    /** For `xoauth2`: best as a file, read again at every login. */
    accessToken: secret.optional(),
  })
  .superRefine((server, context) => {
    refuseInsecure(server, context);
    if (server.auth === 'password' && (server.user === undefined || server.password === undefined)) {
      context.addIssue({ code: 'custom', message: '`user` et `password` sont requis avec auth: password' });
    }
    if (server.auth === 'xoauth2' && (server.user === undefined || server.accessToken === undefined)) {
      context.addIssue({ code: 'custom', message: '`user` et `accessToken` sont requis avec auth: xoauth2' });
    }
    if (server.auth === 'external' && server.clientCertificate === undefined) {
      context.addIssue({ code: 'custom', message: '`clientCertificate` est requis avec auth: external' });
    }
  }, besideFaults);

const organization = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1).optional(),
  /** Table 0203 (Interop'Santé): UF, ... */
  type: z.string().min(1).optional(),
  authority: z.string().min(1).optional(),
});

const folders = z
  .strictObject({
    inbox: z.string().min(1).default('INBOX'),
    done: z.string().min(1).default('Traites'),
    failed: z.string().min(1).default('Erreurs'),
    other: z.string().min(1).default('Autres'),
  })
  .refine(all => new Set(Object.values(all)).size === Object.values(all).length, {
    error: 'les quatre dossiers doivent être différents',
    ...besideFaults,
  });

const notify = z.strictObject({
  /** MDN of success: when asked for, or never. */
  success: z.enum(['requested', 'never']).default('requested'),
  /** MDN when asked for, else the standard error mail; or only the MDN; or nothing. */
  failure: z.enum(['requested-or-error-mail', 'requested', 'never']).default('requested-or-error-mail'),
  errorMailbox: address.optional(),
  /** RFC 8098 §2.1: no automatic MDN where Disposition-Notification-To is not Return-Path. `off`: a forward breaks it. */
  loopGuard: z.enum(['strict', 'off']).default('strict'),
  /** Over this size the archive and PDFs are not given back. */
  maxSize: size.prefault('20MB'),
  /** `mailbox` for operators that refuse the null envelope sender. */
  envelopeFrom: z.enum(['null', 'mailbox']).default('null'),
});

/** A watched mailbox, its servers, and who is told what. */
export const mailbox = z.strictObject({
  name,
  address,
  imap: mailServer,
  smtp: mailServer,
  folders: folders.prefault({}),
  poll: duration.prefault('60s'),
  application: name,
  organization: organization.optional(),
  /** Where answers to its document mails go where a request names no address: nobody reads an applicative mailbox. */
  replyTo: address.optional(),
  notify: notify.prefault({}),
});

export type MailServerConfig = z.output<typeof mailServer>;

function refuseInsecure(
  server: { host: string; tls: string; allowInsecure: boolean },
  context: { addIssue(issue: Refusal): void },
): void {
  if (server.tls !== 'none' || server.allowInsecure || isLoopback(server.host)) return;
  context.addIssue({
    code: 'custom',
    path: ['tls'],
    message: 'tls: none est refusé hors de cette machine (sauf avec allowInsecure: true)',
  });
}
