import { z } from 'zod';
import { duration, size } from './units.ts';

/** The configuration file's shape (design §5). Unknown keys are faults; every default stands here and nowhere else. */

/** A number, or digits that came from the environment (`${IMAP_PORT}`). */
const port = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
    ],
    'port attendu : un nombre de 1 à 65535',
  )
  .pipe(z.int().min(1).max(65_535));
const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'adresse de messagerie attendue');
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'nom attendu : lettres, chiffres, point, tiret, souligné');

/** What a value stands for beside its type; `shape.ts` reads the marks to resolve paths and to hide secrets. */
export type Mark = 'file' | 'folder' | 'sqlite' | 'secret';

const mark = (kind: Mark): { mark: Mark } => ({ mark: kind });

/** A file that must be readable when the configuration is loaded; relative to the configuration's own folder. */
const file = z.string().min(1).meta(mark('file'));

/** A secret: the text itself (after `${ENV}` is replaced) or a file that holds it, read when it is needed. */
export const secret = z
  .union(
    [z.string().min(1), z.strictObject({ file })],
    'texte (entre guillemets) ou { file: CHEMIN } attendu',
  )
  .meta(mark('secret'));

const clientCertificate = z.strictObject({ cert: file, key: file });

/** Checks between keys run even where a key beside them is wrong: every fault is told at once. */
const besideFaults = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

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

const mailbox = z.strictObject({
  name,
  address,
  imap: mailServer,
  smtp: mailServer,
  folders: folders.prefault({}),
  poll: duration.prefault('60s'),
  application: name,
  organization: organization.optional(),
  notify: notify.prefault({}),
});

const mllpTls = {
  tls: z.enum(['implicit', 'none']).default('none'),
  ca: file.optional(),
  clientCertificate: clientCertificate.optional(),
};

const deliver = z
  .strictObject({
    mllp: z.strictObject({ host: z.string().min(1), port, ...mllpTls }).optional(),
    http: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: 'adresse http:// ou https:// attendue' })
          .refine(
            url => !/^https?:\/\/[^/]*@/i.test(url),
            'pas de mot de passe dans l’adresse : utilisez `token`',
          ),
        ca: file.optional(),
        clientCertificate: clientCertificate.optional(),
        token: secret.optional(),
      })
      .optional(),
    /** Messages are written to `path` as `<MSH-10>.hl7`; the application answers with `<MSH-10>.ack` there. */
    directory: z.strictObject({ path: z.string().min(1).meta(mark('folder')) }).optional(),
    parallel: z.int().min(1).max(64).default(4),
    timeout: duration.prefault('30s'),
  })
  .refine(way => [way.mllp, way.http, way.directory].filter(given => given !== undefined).length === 1, {
    error: 'un seul de `mllp`, `http` ou `directory` est attendu',
    ...besideFaults,
  });

const retry = z.strictObject({
  first: duration.prefault('1s'),
  factor: z.number().min(1).max(10).default(2),
  max: duration.prefault('5m'),
  giveUpAfter: duration.prefault('72h'),
});

const application = z.strictObject({
  name,
  hl7: z.strictObject({
    application: z.string().min(1),
    facility: z.string().min(1),
    charset: z.enum(['UNICODE UTF-8', '8859/15']).default('UNICODE UTF-8'),
    unmappable: z.enum(['escape', 'refuse']).default('escape'),
    processing: z.enum(['P', 'T', 'D']).default('P'),
  }),
  deliver,
  retry: retry.prefault({}),
  ack: z
    .strictObject({
      /** Also take CA (commit accept) as the final answer. */
      commitAccept: z.boolean().default(false),
      /** AE with a technical ERR-3: a fault between us and the application. */
      technicalError: z.enum(['hold', 'refuse']).default('hold'),
    })
    .prefault({}),
  /** What to do with a document masked to professionals (MASQUE_PS). */
  masked: z.enum(['hold', 'send']).default('hold'),
});

const retention = z.strictObject({
  payloads: duration.prefault('7d'),
  history: duration.prefault('1095d'),
});

const limits = z.strictObject({
  /** The largest mail that is fetched. */
  mail: size.prefault('50MB'),
  /** How long one reading of a mail may take. */
  reading: duration.prefault('30s'),
  archive: z
    .strictObject({
      entries: z.int().min(10).default(500),
      member: size.prefault('100MB'),
      total: size.prefault('200MB'),
      ratio: z.int().min(20).default(200),
    })
    .prefault({}),
});

export const configSchema = z
  .strictObject({
    establishment: z.strictObject({
      name: z.string().min(1),
      finess: z.string().regex(/^[0-9AB]{9}$/, 'FINESS de neuf caractères attendu'),
      structureId: z.string().regex(/^[0-9][0-9A-Z]{3,}$/, 'Struct_IdNat attendu, par exemple 1120456789'),
    }),
    product: z.strictObject({ nil: z.string().min(1), name: z.string().min(1).default('pfi-gateway') }),
    journal: z.strictObject({
      url: z
        .string()
        .regex(/^sqlite:.+/, 'adresse attendue : sqlite:CHEMIN')
        .meta(mark('sqlite')),
      /** 32 bytes in base64; seals the payloads at rest when given. */
      key: secret.optional(),
    }),
    retention: retention.prefault({}),
    limits: limits.prefault({}),
    mailboxes: z.array(mailbox).min(1),
    applications: z.array(application).min(1),
    gateway: z.strictObject({ application: z.string().min(1), facility: z.string().min(1) }),
    admin: z
      .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.default(8080) })
      .prefault({}),
    log: z
      .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info') })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const mailboxes = listed(config.mailboxes);
    const applications = listed(config.applications);
    refuseRepeats(mailboxes, 'mailboxes', 'name', context);
    refuseRepeats(mailboxes, 'mailboxes', 'address', context);
    refuseRepeats(applications, 'applications', 'name', context);
    for (const [index, box] of mailboxes.entries()) {
      const target = box.application;
      if (typeof target !== 'string' || applications.some(known => known.name === target)) continue;
      context.addIssue({
        code: 'custom',
        path: ['mailboxes', index, 'application'],
        message: `l’application « ${target} » n’est pas décrite dans \`applications\``,
      });
    }
  }, besideFaults);

export type Config = z.output<typeof configSchema>;
export type MailboxConfig = Config['mailboxes'][number];
export type ApplicationConfig = Config['applications'][number];
export type MailServerConfig = z.output<typeof mailServer>;
export type DeliverConfig = ApplicationConfig['deliver'];
export type Secret = z.output<typeof secret>;

type Refusal = { code: 'custom'; path: (string | number)[]; message: string };

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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The items of a list that have the shape of objects: beside faults, a list may be missing or hold anything. */
function listed<Item extends object>(list: readonly Item[] | undefined): Partial<Item>[] {
  return Array.isArray(list) ? list.map((item: Item | undefined) => item ?? {}) : [];
}

function refuseRepeats<K extends string>(
  items: readonly Partial<Record<K, unknown>>[],
  list: string,
  key: K,
  context: { addIssue(issue: Refusal): void },
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const value = item[key];
    if (typeof value !== 'string') continue;
    if (seen.has(value.toLowerCase())) {
      context.addIssue({
        code: 'custom',
        path: [list, index, key],
        message: 'valeur déjà utilisée plus haut',
      });
    }
    seen.add(value.toLowerCase());
  }
}
