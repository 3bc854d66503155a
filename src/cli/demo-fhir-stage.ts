import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallerName, KNOWN_INTERVENTIONS } from '../../samples/fhir/calls.ts';
import { systemClock } from '../basics/clock.ts';
import { createFhirClient, type FhirAuth } from '../peers/fhir/client.ts';
import type { FhirPeer } from '../peers/interfaces.ts';
import { type FhirHook, startFhirHook } from '../sandbox/fhir-hook.ts';
import { type FhirPlatform, startFhirPlatform } from '../sandbox/fhir-platform.ts';
import { writeFhirCertificates } from './demo-certificates.ts';
import { createDemoRunning } from './demo-running.ts';

/** Whom the hospital's gateway calls in FHIR, and who calls it. */
export interface FhirStage {
  readonly platforms: Readonly<Record<'dmi' | 'dui' | 'renacot', FhirPlatform>>;
  /** The applications that are handed what comes: records of the DUI, and accounts of the SAS. */
  readonly hooks: Readonly<Record<'application' | 'agenda', FhirHook>>;
  readonly callers: Readonly<Record<CallerName, FhirPeer>>;
  /** What the gateway's configuration takes from the environment. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Starts the platforms and applications, and readies those who call, as the configuration of the hospital's gateway knows
 * them; nothing is left running where one cannot start. All certificates and secrets are of this time alone.
 *
 * @param output where the certificates are left
 * @param ports where the gateway will listen
 */
export async function startFhirStage(
  output: string,
  ports: { readonly facade: number; readonly sas: number },
): Promise<FhirStage> {
  const { ca, callers: certificates, sas } = writeFhirCertificates(output);
  const secrets = { pui: newSecret(), dui: newSecret(), renacot: newSecret() };
  const { begun, stop } = createDemoRunning();
  try {
    const client = { id: 'chu-x', secret: secrets.renacot, scope: 'implant' };
    const platforms = {
      dmi: await begun(startFhirPlatform({ flow: 'dmi', trusted: [ca] })),
      dui: await begun(startFhirPlatform({ flow: 'dui', trusted: [ca] })),
      renacot: await begun(
        startFhirPlatform({ flow: 'renacot', client, interventions: KNOWN_INTERVENTIONS }),
      ),
    };
    const hooks = { application: await begun(startFhirHook()), agenda: await begun(startFhirHook()) };
    const pems = [...Object.values(platforms), ...Object.values(hooks)].map(peer => peer.ca);
    writeFileSync(join(output, 'fhir-pairs-ca.pem'), pems.join(''));
    const facade = (auth: FhirAuth): FhirPeer => callerAt(ports.facade, auth);
    const callers = {
      bloc: facade({ type: 'mtls', ca, ...certificates.bloc }),
      pui: facade({ type: 'token', ca, token: async () => secrets.pui }),
      dui: facade({ type: 'token', ca, token: async () => secrets.dui }),
      genets: facade({ type: 'mtls', ca, ...certificates.genets }),
      sas: callerAt(ports.sas, { type: 'mtls', ca, ...sas }),
    };
    return {
      platforms,
      hooks,
      callers,
      settings: {
        PFI_DEMO_FACADE: String(ports.facade),
        PFI_DEMO_SAS: String(ports.sas),
        PFI_DEMO_PUI: secrets.pui,
        PFI_DEMO_DUI: secrets.dui,
        PFI_DEMO_RENACOT: secrets.renacot,
        PFI_DEMO_DMI_URL: platforms.dmi.url,
        PFI_DEMO_DUI_URL: platforms.dui.url,
        PFI_DEMO_RENACOT_URL: platforms.renacot.url,
        PFI_DEMO_RENACOT_TOKENS: platforms.renacot.tokenUrl,
        PFI_DEMO_APPLICATION_URL: hooks.application.url,
        PFI_DEMO_AGENDA_URL: hooks.agenda.url,
      },
      stop: async () => {
        await Promise.all(Object.values(callers).map(caller => caller.close()));
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Software that calls the gateway, one request at a time. */
function callerAt(port: number, auth: FhirAuth): FhirPeer {
  return createFhirClient({
    url: `https://localhost:${port}`,
    auth,
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    parallel: 1,
    rate: undefined,
    clock: systemClock,
  });
}
