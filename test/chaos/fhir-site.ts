import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../../src/sandbox/certificates.ts';
import { type FhirHook, type HookBehaviour, startFhirHook } from '../../src/sandbox/fhir-hook.ts';
import {
  type FhirBehaviour,
  type FhirPlatform,
  type KnownIntervention,
  startFhirPlatform,
} from '../../src/sandbox/fhir-platform.ts';
import { certificates } from '../kit/certificates.ts';
import { CLIENT } from '../kit/fhir.ts';
import { PUBLIC_URL } from '../kit/fhir-sas.ts';
import { freePort } from '../kit/free-port.ts';
import { seededRandom } from '../kit/random.ts';

/** One answer in so many is not what one would hope for, and one in so many of those does not come at all. */
const TROUBLE = 7;
const SILENCE = 8;

const PLATFORM_TROUBLES: readonly FhirBehaviour[] = [
  'drop-before',
  'drop-after',
  { status: 503 },
  { status: 500, issue: 'transient' },
];
const HOOK_TROUBLES: readonly HookBehaviour[] = [
  'drop',
  'drop-after',
  { status: 503 },
  {
    status: 500,
    body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'transient' }] },
  },
];

/** Of the hospital's software at the façade. */
export const TOKEN = 'jeton-des-logiciels';
const igc = createAuthority('IGC-Santé des essais');
const SAS = { cn: 'sas.example', ou: '318751275100020' };
/** Of the SAS platform. */
export const sasCertificate = igc.issueOrganisation({
  profile: 'AUTH_CLI',
  structure: SAS.ou,
  name: SAS.cn,
  organisation: 'Plateforme SAS',
});

/** All that a gateway has to do with: three platforms and two applications, each of which fails one time in seven. */
export interface ChaosSite {
  readonly dmi: FhirPlatform;
  readonly renacot: FhirPlatform;
  readonly dui: FhirPlatform;
  /** What received Bundles of the DUI are handed to. */
  readonly application: FhirHook;
  /** What accounts of the SAS are brought to. */
  readonly agenda: FhirHook;
  readonly facadePort: number;
  readonly sasPort: number;
  /** The gateway's. */
  readonly configuration: object;
  /** From now on nothing fails. */
  calm(): void;
  stop(): Promise<void>;
}

/** @param folder where files of the configuration are written @param interventions that the registry knows */
export async function startChaosSite(
  folder: string,
  { seed, interventions }: { readonly seed: number; readonly interventions: readonly KnownIntervention[] },
): Promise<ChaosSite> {
  const dmi = await startFhirPlatform({ flow: 'dmi', trusted: [certificates.ca] });
  const renacot = await startFhirPlatform({ flow: 'renacot', client: CLIENT, interventions });
  const dui = await startFhirPlatform({ flow: 'dui', trusted: [certificates.ca] });
  const application = await startFhirHook();
  const agenda = await startFhirHook();
  for (const [index, platform] of [dmi, renacot, dui].entries())
    platform.behave(troubled(seed + index, PLATFORM_TROUBLES, ['silent-before', 'silent-after']));
  for (const [index, hook] of [application, agenda].entries())
    hook.behave(troubled(seed + 3 + index, HOOK_TROUBLES, ['silent', 'silent-after']));
  const ports = { facade: await freePort(), sas: await freePort(), admin: await freePort() };
  return {
    dmi,
    renacot,
    dui,
    application,
    agenda,
    facadePort: ports.facade,
    sasPort: ports.sas,
    configuration: configuration(folder, { dmi, renacot, dui, application, agenda, ports }),
    calm: () => {
      for (const peer of [dmi, renacot, dui, application, agenda]) peer.behave('answer');
    },
    stop: async () => {
      await Promise.all([dmi, renacot, dui, application, agenda].map(peer => peer.stop()));
    },
  };
}

/** Whose n-th answer is the same for the same seed. */
function troubled<Behaviour>(
  seed: number,
  troubles: readonly Behaviour[],
  silences: readonly Behaviour[],
): () => Behaviour | 'answer' {
  const random = seededRandom(seed);
  return () => {
    if (random() >= 1 / TROUBLE) return 'answer';
    const those = random() < 1 / SILENCE ? silences : troubles;
    return those[Math.floor(random() * those.length)] ?? 'answer';
  };
}

/** The configuration file's content; the mail side of the gateway finds nobody. */
function configuration(
  folder: string,
  site: Pick<ChaosSite, 'dmi' | 'renacot' | 'dui' | 'application' | 'agenda'> & {
    readonly ports: Readonly<Record<'facade' | 'sas' | 'admin', number>>;
  },
): object {
  const { dmi, renacot, dui, application, agenda, ports } = site;
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const nobody = { host: '127.0.0.1', port: 1 };
  const account = { ...nobody, user: 'x', password: 'x' };
  const server = {
    cert: file('server.pem', certificates.server.cert),
    key: file('server.key', certificates.server.key),
  };
  const client = {
    cert: file('client.pem', certificates.client.cert),
    key: file('client.key', certificates.client.key),
  };
  const { id: clientId, secret: clientSecret, scope } = CLIENT;
  const { tokenUrl } = renacot;
  const limits = { timeout: '1s' };
  return {
    establishment: { name: 'CHU X', finess: '999900001' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${join(folder, 'journal.db')}` },
    gateway: { application: 'PFI', facility: 'CHUX' },
    admin: { port: ports.admin },
    mailboxes: [
      { name: 'bal', address: 'bal@x.mssante.fr', imap: account, smtp: account, application: 'dpi' },
    ],
    applications: [{ name: 'dpi', hl7: { application: 'DPI', facility: 'CHUX' }, deliver: { mllp: nobody } }],
    fhir: {
      facade: { port: ports.facade, tls: server, wait: '1s' },
      callers: [{ name: 'logiciels', token: TOKEN, flows: ['dmi', 'renacot', 'dui', 'dui-consommateur'] }],
      dmi: { url: dmi.url, auth: { type: 'mtls', ca: file('dmi-ca.pem', dmi.ca), ...client }, limits },
      renacot: {
        url: renacot.url,
        auth: {
          type: 'oauth2',
          ca: file('renacot-ca.pem', renacot.ca),
          tokenUrl,
          clientId,
          clientSecret,
          scope,
        },
        limits,
      },
      dui: {
        url: dui.url,
        auth: { type: 'mtls', ca: file('dui-ca.pem', dui.ca), ...client },
        limits,
        receive: { hook: application.url, wait: '1s', ca: file('application-ca.pem', application.ca) },
      },
      sas: {
        listen: { port: ports.sas, tls: { ...server, clientCa: file('igc.pem', igc.certificate) } },
        publicUrl: PUBLIC_URL,
        clients: [SAS],
        hook: { url: agenda.url, wait: '1s', ca: file('agenda-ca.pem', agenda.ca), token: 'jeton-agenda' },
        limits,
      },
    },
  };
}
