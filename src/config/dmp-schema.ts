import { z } from 'zod';
import { duration, size } from './units.ts';
import { besideFaults, file, type Refusal, secret } from './values.ts';

const SECOND_MS = 1_000;
const MAX_OID = 64;
/** What we add to the root is a dot and 19 digits at least, so that no two ids are the same. */
const MAX_OID_ROOT = 44;

/** JDV_J61; a test holds it against the distilled table, which lies where the configuration may not look. */
const SECTOR = /^(?:SA(?:0[1-9]|[1-5]\d|6[013-589])|SNR|EXP_PATIENT)$/;

const oid = (most: number): z.ZodString =>
  z
    .string()
    .regex(/^[0-2](?:\.(?:0|[1-9]\d*))+$/, 'OID attendu, par exemple 1.2.250.1.999.1')
    .max(most, `OID de ${most} caractères au plus attendu`);

/** A PKCS#12 file with its password, or PEM files; `password` opens an encrypted key too. */
const certificate = z
  .strictObject({
    p12: file.optional(),
    cert: file.optional(),
    key: file.optional(),
    password: secret.optional(),
  })
  .superRefine(({ p12, cert, key, password }, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
    const isPem = cert !== undefined || key !== undefined;
    if (p12 !== undefined && isPem) refuse('`p12`, ou `cert` et `key` : l’un ou l’autre est attendu');
    else if (p12 === undefined && (cert === undefined || key === undefined)) {
      refuse(
        isPem ? '`cert` et `key` vont ensemble' : '`p12` et `password`, ou `cert` et `key`, sont requis',
      );
    } else if (p12 !== undefined && password === undefined) refuse('`password` est requis avec `p12`');
  }, besideFaults);

const structure = z.strictObject({
  /** Struct_IdNat. */
  id: z.string().regex(/^[0-9][0-9A-Z]{3,}$/, 'Struct_IdNat attendu, par exemple 1120456789'),
  name: z.string().min(1),
  sector: z.string().regex(SECTOR, 'secteur d’activité attendu (JDV_J61), par exemple SA01'),
});

const vihf = z.strictObject({
  version: z.string().min(1).default('4.0'),
  /** Sources differ in the case of its second word. */
  modeAttribute: z.enum(['Authentification_Mode', 'Authentification_mode']).default('Authentification_Mode'),
  /** The order of the signing certificate's name in Issuer. */
  issuer: z.enum(['rfc2253', 'reverse']).default('rfc2253'),
  authnContext: z
    .string()
    .regex(/^urn:\S+$/, 'URN attendue, par exemple urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified')
    .default('urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified'),
  /** No public text has it: where it is absent, a request for a secret connection is refused. */
  secretConnection: z.string().regex(/\S/, 'texte vide').optional(),
});

/** The DMP, and who the gateway is to it. Absent: the DMP part of a request goes to the worklist. */
export const dmp = z.strictObject({
  /** Of the services: `/repository` and `/registry` are below it. */
  url: z
    .url({ protocol: /^https$/, error: 'adresse https:// attendue' })
    .refine(url => !/[?#@]/.test(url), 'adresse sans mot de passe, `?` ni `#` attendue')
    .transform(url => url.replace(/\/+$/, '')),
  /** `production` refuses the INS of tests. */
  environment: z.enum(['test', 'production']),
  /** Mutual TLS: the DMP's authorities, our ORG AUTH_CLI. */
  tls: z.strictObject({ ca: file, certificate }),
  /** ORG SIGN: VIHF and XAdES. */
  sign: z.strictObject({ certificate }),
  /** LPS_Nom, LPS_Version, LPS_ID_HOMOLOGATION_DMP. */
  software: z.strictObject({
    name: z.string().min(1),
    version: z.string().min(1),
    approval: z.string().default(''),
  }),
  /** The source of submissions, and what the uniqueIds that we make are below. */
  oid: z.strictObject({ source: oid(MAX_OID), root: oid(MAX_OID_ROOT) }),
  structures: z.array(structure).min(1).superRefine(refuseRepeatedIds),
  /** CSV: identifier;profession;speciality. */
  professionals: file.optional(),
  /** Who answers for what is sent where no professional is known, and “software, model, service”. */
  automate: z.strictObject({ responsible: z.string().min(1), name: z.string().min(1) }),
  vihf: vihf.prefault({}),
  xades: z.strictObject({ digest: z.enum(['sha1', 'sha256']).default('sha1') }).prefault({}),
  limits: z
    .strictObject({
      /** The largest document. */
      document: size.refine(bytes => bytes > 0, 'au moins 1B attendu').prefault('20MB'),
      timeout: duration.refine(ms => ms >= SECOND_MS, 'au moins 1s attendu').prefault('60s'),
      parallel: z.int().min(1).max(64).default(4),
      giveUpAfter: duration.prefault('72h'),
    })
    .prefault({}),
});

export type DmpConfig = z.output<typeof dmp>;
export type DmpCertificateConfig = z.output<typeof certificate>;

function refuseRepeatedIds(
  structures: readonly { readonly id: string }[],
  context: { addIssue(issue: Refusal): void },
): void {
  for (const [index, { id }] of structures.entries()) {
    if (structures.findIndex(other => other.id === id) === index) continue;
    context.addIssue({ code: 'custom', path: [index, 'id'], message: 'valeur déjà utilisée plus haut' });
  }
}
