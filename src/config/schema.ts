import { z } from 'zod';
import { application } from './application-schema.ts';
import { dmp } from './dmp-schema.ts';
import { fhir } from './fhir-schema.ts';
import { mailbox } from './mailbox-schema.ts';
import { refuseSharedAddresses } from './own-addresses.ts';
import { duration, size } from './units.ts';
import { besideFaults, mark, port, type Refusal, secret } from './values.ts';

/**
 * The configuration file's shape (docs/design.md §5). Unknown keys are faults; the defaults of its keys stand
 * here and beside.
 */

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KIBIBYTE = 1_024;

/** `retry` needs what was received, and a repeated mail is recognised by its history. */
const retention = z
  .strictObject({
    payloads: duration.refine(ms => ms >= HOUR_MS, 'au moins 1h attendu').prefault('7d'),
    history: duration.refine(ms => ms >= DAY_MS, 'au moins 1d attendu').prefault('1095d'),
  })
  .refine(({ payloads, history }) => history >= payloads, {
    path: ['history'],
    error: 'pas moins que `payloads` attendu',
  });

const limits = z.strictObject({
  /** The largest mail that is fetched. */
  mail: size.prefault('50MB'),
  /** How long one reading of a mail may take. */
  reading: duration.prefault('30s'),
  /** The largest request of an application. */
  request: size.refine(bytes => bytes >= 64 * KIBIBYTE, 'au moins 64KB attendu').prefault('50MB'),
  /** How long the preparation of a request's mails may take. */
  preparing: duration.prefault('60s'),
  archive: z
    .strictObject({
      entries: z.int().min(10).default(500),
      /** In base64 this fills an MDM of 50 MB, the largest that applications are told to expect. */
      member: size.prefault('37MB'),
      total: size.prefault('80MB'),
      ratio: z.int().min(20).default(200),
    })
    .prefault({}),
});

/** What holds for every document that is sent out. */
const outgoing = z.strictObject({
  /** The domains that mails may go to; any where it is absent. */
  domains: z
    .array(
      z
        .string()
        .regex(
          /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i,
          'domaine attendu, par exemple chu-x.mssante.fr ou *.mssante.fr',
        ),
    )
    .min(1)
    .optional(),
  /** The most recipients of one request. */
  recipients: z.int().min(1).max(1_000).default(50),
  /** When a report (DSN) that has not come is taken for a failure. */
  report: duration.refine(ms => ms >= SECOND_MS, 'au moins 1s attendu').prefault('72h'),
});

export const configSchema = z
  .strictObject({
    establishment: z.strictObject({
      name: z.string().min(1),
      /** Of README.TXT in the archives. */
      address: z.string().min(1).optional(),
      phone: z.string().min(1).optional(),
      finess: z.string().regex(/^[0-9AB]{9}$/, 'FINESS de neuf caractères attendu'),
      /**
       * Struct_IdNat, which archives and the DMP name the establishment by: nothing that is received needs
       * it.
       */
      structureId: z
        .string()
        .regex(/^[0-9][0-9A-Z]{3,}$/, 'Struct_IdNat attendu, par exemple 1120456789')
        .optional(),
    }),
    product: z.strictObject({
      nil: z.string().min(1),
      name: z.string().min(1).default('pfi-gateway'),
      vendor: z.string().min(1).optional(),
    }),
    journal: z.strictObject({
      url: z
        .string()
        .regex(/^sqlite:(?!:memory:$).+/, 'adresse attendue : sqlite:CHEMIN')
        .meta(mark('sqlite')),
      /** 32 bytes in base64; seals the payloads at rest when given. */
      key: secret.optional(),
    }),
    retention: retention.prefault({}),
    limits: limits.prefault({}),
    mailboxes: z.array(mailbox).min(1),
    applications: z.array(application).min(1),
    outgoing: outgoing.prefault({}),
    gateway: z.strictObject({ application: z.string().min(1), facility: z.string().min(1) }),
    admin: z
      .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.default(8080) })
      .prefault({}),
    dmp: dmp.optional(),
    fhir: fhir.optional(),
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
    refuseUnsendable(config, applications, mailboxes, context);
    refuseForgottenRequests(config, applications, context);
    refuseSharedAddresses({ admin: config.admin, applications, fhir: config.fhir }, context);
  }, besideFaults);

export type Config = z.output<typeof configSchema>;
export type MailboxConfig = Config['mailboxes'][number];
export type ApplicationConfig = Config['applications'][number];

export type { DmpCertificateConfig, DmpConfig } from './dmp-schema.ts';
export type { FhirAuthConfig, FhirConfig, FhirFlow } from './fhir-schema.ts';
export type { MailServerConfig } from './mailbox-schema.ts';
export type { Mark, Secret } from './values.ts';

/** What an application that sends documents needs: a mailbox to send from, and the establishment's own identifier. */
function refuseUnsendable(
  { establishment }: Partial<Pick<Config, 'establishment'>>,
  applications: readonly Partial<ApplicationConfig>[],
  mailboxes: readonly Partial<MailboxConfig>[],
  context: { addIssue(issue: Refusal): void },
): void {
  const refuse = (path: Refusal['path'], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  for (const [index, { accept, mailbox }] of applications.entries()) {
    const path = ['applications', index, 'mailbox'];
    if (typeof mailbox === 'string' && !mailboxes.some(({ name }) => name === mailbox)) {
      refuse(path, `la boîte « ${mailbox} » n’est pas décrite dans \`mailboxes\``);
    }
    if (accept === undefined) continue;
    if (mailbox === undefined)
      refuse(path, '`mailbox` est requis avec `accept` : la boîte d’où partent les courriels');
    if (typeof establishment === 'object' && establishment?.structureId === undefined) {
      refuse(
        ['establishment', 'structureId'],
        '`structureId` est requis dès qu’une application envoie des documents (`accept`)',
      );
    }
  }
}

/** A request that comes again is known by its history. */
function refuseForgottenRequests(
  { retention: kept }: Partial<Pick<Config, 'retention'>>,
  applications: readonly Partial<ApplicationConfig>[],
  context: { addIssue(issue: Refusal): void },
): void {
  for (const [index, { accept }] of applications.entries()) {
    if (typeof accept?.window !== 'number' || typeof kept?.history !== 'number') continue;
    if (accept.window <= kept.history) continue;
    const path = ['applications', index, 'accept', 'window'];
    context.addIssue({ code: 'custom', path, message: 'pas plus que `retention.history` attendu' });
  }
}

/**
 * The items of a list that have the shape of objects: beside faults, a list may be missing or hold anything.
 */
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
