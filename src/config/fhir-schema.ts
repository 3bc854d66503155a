import { z } from 'zod';
import {
  FLOWS,
  refuseCallers,
  refuseFacade,
  refuseInsecure,
  refuseInsecurePlatform,
  refuseSameClients,
} from './fhir-checks.ts';
import { duration, size } from './units.ts';
import { besideFaults, clientCertificate, file, name, port, secret } from './values.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const KIBIBYTE = 1_024;
const PERIODS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: 60 * MINUTE_MS };

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'adresse http:// ou https:// attendue' })
  .refine(url => !/[?#@]/.test(url), 'adresse sans mot de passe, `?` ni `#` attendue')
  .transform(url => url.replace(/\/+$/, ''));
const httpsUrl = httpUrl.refine(url => url.startsWith('https:'), 'adresse https:// attendue');
const path = z.string().regex(/^\/[^?#\s]*$/, 'chemin attendu, par exemple /Bundle');
const atLeastASecond = duration.refine(ms => ms >= SECOND_MS, 'au moins 1s attendu');

/** `5/s`, as so many in so many ms. */
const rate = z
  .string('cadence attendue, par exemple 5/s')
  .regex(/^[1-9]\d{0,3}\/[smh]$/, 'cadence attendue, par exemple 5/s')
  .transform(text => {
    const [count = '', period = ''] = text.split('/');
    return { count: Number(count), perMs: PERIODS[period] ?? SECOND_MS };
  });

/** Which keys each way of authentication takes beside `ca`. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  none: [],
  mtls: ['cert', 'key'],
  oauth2: ['cert', 'key', 'tokenUrl', 'clientId', 'clientSecret', 'scope'],
};

const auth = z
  .strictObject({
    type: z.enum(['none', 'mtls', 'oauth2']),
    /** Authorities that servers are trusted by instead of the system's: the platform's and the authorization server's. */
    ca: file.optional(),
    /** Our certificate and its key, PEM; with oauth2 both servers are shown it where they ask. */
    cert: file.optional(),
    key: file.optional(),
    tokenUrl: httpUrl.optional(),
    clientId: z.string().min(1).optional(),
    clientSecret: secret.optional(),
    secretIn: z.enum(['post', 'basic']).default('post'),
    scope: z.string().min(1).optional(),
  })
  .superRefine((given, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    const taken = TAKEN[given.type];
    if (taken === undefined) return;
    const required = given.type === 'mtls' ? ['cert', 'key'] : [];
    if (given.type === 'oauth2') required.push('tokenUrl', 'clientId');
    for (const key of TAKEN['oauth2'] ?? []) {
      const isGiven = Reflect.get(given, key) !== undefined;
      if (isGiven && !taken.includes(key)) refuse(key, `sans effet avec type: ${given.type}`);
      if (!isGiven && required.includes(key)) refuse(key, `\`${key}\` est requis avec type: ${given.type}`);
    }
    if (given.type !== 'oauth2') return;
    if ((given.cert === undefined) !== (given.key === undefined)) {
      refuse(given.cert === undefined ? 'cert' : 'key', '`cert` et `key` vont ensemble');
    } else if (given.clientSecret === undefined && given.cert === undefined) {
      refuse('clientSecret', '`clientSecret`, ou `cert` et `key`, est requis avec type: oauth2');
    }
  }, besideFaults);

const limits = z
  .strictObject({
    timeout: atLeastASecond.prefault('30s'),
    parallel: z.int().min(1).max(64).default(4),
    giveUpAfter: duration.prefault('72h'),
  })
  .prefault({});

const validation = {
  /** What becomes of a resource that does not follow its profile. */
  validation: z.enum(['refuse', 'warn']).default('refuse'),
  /** Rules distilled from a newer package, instead of the project's own. */
  rules: file.optional(),
};

const allowInsecure = z.boolean().default(false);

const dmi = z
  .strictObject({
    url: httpUrl,
    path: path.default('/Bundle'),
    auth,
    allowInsecure,
    rate: rate.optional(),
    ...validation,
    limits,
  })
  .superRefine(refuseInsecurePlatform, besideFaults);

/** How an application is reached that is handed what came. */
const hookTrust = {
  ca: file.optional(),
  clientCertificate: clientCertificate.optional(),
  /** Authorization: Bearer. */
  token: secret.optional(),
  allowInsecure,
};

const receive = z
  .strictObject({ hook: httpUrl, wait: atLeastASecond.prefault('20s'), ...hookTrust })
  .superRefine((block, context) => refuseInsecure(block, ['hook'], context), besideFaults);

const dui = z
  .strictObject({
    /** Absent where the gateway only receives. */
    url: httpUrl.optional(),
    path: path.default('/'),
    /** Of the guide: from 2.0.0 on a success is 200, before it 201. */
    contract: z
      .string()
      .regex(/^\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/, 'version du guide attendue, par exemple 2.0.0-ballot')
      .default('2.0.0-ballot'),
    auth: auth.optional(),
    allowInsecure,
    rate: rate.optional(),
    ...validation,
    limits,
    receive: receive.optional(),
  })
  .superRefine((block, context) => {
    refuseInsecurePlatform(block, context);
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (block.url === undefined && block.receive === undefined)
      refuse('url', '`url` ou `receive` est requis');
    if (block.url !== undefined && block.auth === undefined) refuse('auth', '`auth` est requis avec `url`');
    if (block.url === undefined && block.auth !== undefined) refuse('auth', 'sans effet sans `url`');
  }, besideFaults);

const renacot = z
  .strictObject({
    url: httpUrl,
    /** Which contract the platform speaks: today's, or that of the beginning. */
    operation: z.enum(['registre', 'procedure']).default('registre'),
    /** The operation's own where it is absent. */
    path: path.optional(),
    auth,
    allowInsecure,
    /** Calls of the establishment: beyond it the platform answers 429. */
    rate: rate.prefault('5/s'),
    /** How an intervention that the registry does not have yet is tried again (422). */
    pairingRetry: z
      .strictObject({
        every: duration.refine(ms => ms >= MINUTE_MS, 'au moins 1m attendu').prefault('24h'),
        giveUpAfter: duration.prefault('30d'),
      })
      .prefault({}),
    ...validation,
    limits,
  })
  .superRefine(refuseInsecurePlatform, besideFaults);

const listen = { host: z.string().min(1).default('127.0.0.1'), port };

const sas = z.strictObject({
  listen: z.strictObject({ ...listen, tls: z.strictObject({ cert: file, key: file, clientCa: file }) }),
  /** What the platform calls us by: Location begins so. */
  publicUrl: httpsUrl,
  /** Whose certificates are admitted. */
  clients: z
    .array(z.strictObject({ cn: z.string().min(1), ou: z.string().min(1) }))
    .min(1)
    .superRefine(refuseSameClients, besideFaults),
  hook: z
    .strictObject({ url: httpUrl, wait: atLeastASecond.prefault('5s'), ...hookTrust })
    .superRefine((block, context) => refuseInsecure(block, ['url'], context), besideFaults),
  ...validation,
  limits,
});

const facade = z.strictObject({
  ...listen,
  /** What callers call us by: addresses that they are told begin so. Where it is absent, as each of them writes it. */
  publicUrl: httpsUrl.refine(url => new URL(url).pathname === '/', 'adresse sans chemin attendue').optional(),
  tls: z.strictObject({ cert: file, key: file, clientCa: file.optional() }),
  /** How long a caller waits for the platform's answer; then 202, and the outcome at an address of its own. */
  wait: atLeastASecond.prefault('20s'),
  /** The largest body. */
  body: size.refine(bytes => bytes >= 64 * KIBIBYTE, 'au moins 64KB attendu').prefault('10MB'),
});

const caller = z
  .strictObject({
    name,
    certificate: z.strictObject({ cn: z.string().min(1) }).optional(),
    token: secret.optional(),
    flows: z.array(z.enum(FLOWS)).min(1),
  })
  .refine(({ certificate, token }) => (certificate === undefined) !== (token === undefined), {
    error: '`certificate` ou `token` : l’un ou l’autre est attendu',
    ...besideFaults,
  });

/** The four national FHIR flows, and the façade that the hospital's software uses them by. */
export const fhir = z
  .strictObject({
    facade: facade.optional(),
    callers: z.array(caller).default([]),
    dmi: dmi.optional(),
    dui: dui.optional(),
    renacot: renacot.optional(),
    sas: sas.optional(),
  })
  .superRefine((given, context) => {
    refuseCallers(given, context);
    refuseFacade(given, context);
  }, besideFaults);

export type FhirConfig = z.output<typeof fhir>;
export type FhirAuthConfig = z.output<typeof auth>;
export type FhirFlow = (typeof FLOWS)[number];
