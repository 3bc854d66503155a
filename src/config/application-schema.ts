import { z } from 'zod';
import { duration } from './units.ts';
import { besideFaults, clientCertificate, file, mark, name, port, secret } from './values.ts';

const SECOND_MS = 1_000;

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

/** What it sends us: requests to send documents. */
const accept = z.strictObject({
  mllp: z.strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port,
    /** Encrypts from the first byte; with `clientCa` the application must show a certificate of it. */
    tls: z.strictObject({ cert: file, key: file, clientCa: file.optional() }).optional(),
    connections: z.int().min(1).max(1_000).default(64),
    /** Silence in the middle of a message. */
    idle: duration.refine(ms => ms >= SECOND_MS, 'au moins 1s attendu').prefault('30s'),
  }),
  /** The sending rules: what the published matrix means, or its rows to the letter. */
  matrix: z.enum(['meaning', 'literal']).default('meaning'),
  /** For how long a message that comes again is known by its MSH-10. */
  window: duration.prefault('7d'),
});

const retry = z.strictObject({
  first: duration.prefault('1s'),
  factor: z.number().min(1).max(10).default(2),
  max: duration.prefault('5m'),
  giveUpAfter: duration.prefault('72h'),
});

/** An application, the way to it, and how its answers are taken. */
export const application = z.strictObject({
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
  accept: accept.optional(),
  /** The mailbox that its mails leave from. */
  mailbox: name.optional(),
});
