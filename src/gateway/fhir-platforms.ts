import type { Clock } from '../basics/clock.ts';
import type { FhirAuthConfig, FhirConfig } from '../config/schema.ts';
import { readBytes, readSecret } from '../config/secrets.ts';
import { dmiFlow } from '../flows/fhir/dmi-flow.ts';
import { duiFlow } from '../flows/fhir/dui-flow.ts';
import type { PlatformFlow } from '../flows/fhir/platform-flow.ts';
import { renacotFlow } from '../flows/fhir/renacot-flow.ts';
import type { FlowRules } from '../formats/fhir/rules/read-rules.ts';
import type { FhirFlow } from '../formats/fhir/rules/rules-for.ts';
import type { RetryPolicy, Target } from '../journal/dispatcher.ts';
import { createFhirClient, type FhirAuth } from '../peers/fhir/client.ts';
import type { FhirPeer } from '../peers/interfaces.ts';

/** What of a flow's configuration its target and its peer need; times in ms. */
export interface PlatformSettings {
  readonly url: string;
  readonly auth: FhirAuthConfig;
  readonly rate?: NonNullable<FhirConfig['dmi']>['rate'] | undefined;
  readonly validation: 'refuse' | 'warn';
  readonly limits: NonNullable<FhirConfig['dmi']>['limits'];
  readonly pairing: { readonly everyMs: number; readonly giveUpAfterMs: number };
}

export interface Platform {
  readonly flow: PlatformFlow;
  readonly rules: FlowRules;
  readonly settings: PlatformSettings;
}

/** Of a flow that knows no pairing: nothing ever waits for one. */
const NO_PAIRING = { everyMs: 0, giveUpAfterMs: 0 };
/** Answers hold the resources as created: as large as what was sent, and more. */
const MAX_ANSWER = 32 * 1024 * 1024;
/** Below the platform's address, where the configuration says no other (reference §3.1). */
const OPERATIONS = {
  registre: '/$associer-implants-registre',
  procedure: '/Procedure/$associer-implants-procedure',
} as const;

/** The flows whose platform the configuration names. */
export function fhirFlows({ dmi, dui, renacot }: FhirConfig, clock: Clock): Platform[] {
  const platforms: Platform[] = [];
  if (dmi !== undefined) {
    platforms.push({
      flow: dmiFlow({ clock, base: dmi.url, path: dmi.path }),
      rules: rulesOf('dmi', dmi.rules),
      settings: { ...dmi, pairing: NO_PAIRING },
    });
  }
  if (dui?.url !== undefined && dui.auth !== undefined) {
    const { url, auth, path } = dui;
    platforms.push({
      flow: duiFlow({ base: url, path }),
      rules: rulesOf('dui', dui.rules),
      settings: { ...dui, url, auth, pairing: NO_PAIRING },
    });
  }
  if (renacot !== undefined) {
    const { operation, path = OPERATIONS[operation], pairingRetry } = renacot;
    const pairing = { everyMs: pairingRetry.every, giveUpAfterMs: pairingRetry.giveUpAfter };
    platforms.push({
      flow: renacotFlow({ contract: operation, path }),
      rules: rulesOf('renacot', renacot.rules),
      settings: { ...renacot, pairing },
    });
  }
  return platforms;
}

/**
 * @param maxAnswerBytes of one answer
 * @throws GatewayError CFG-003 when a file of the authentication has become unreadable
 */
export function fhirPeer(
  { url, auth, rate, limits }: PlatformSettings,
  clock: Clock,
  maxAnswerBytes = MAX_ANSWER,
): FhirPeer {
  return createFhirClient({
    url,
    auth: authOf(auth),
    timeoutMs: limits.timeout,
    maxAnswerBytes,
    parallel: limits.parallel,
    rate,
    clock,
  });
}

function authOf(auth: FhirAuthConfig): FhirAuth {
  const trust = { ca: textOf(auth.ca), cert: textOf(auth.cert), key: textOf(auth.key) };
  const { tokenUrl, clientId, clientSecret, secretIn, scope } = auth;
  if (auth.type === 'mtls' && trust.cert !== undefined && trust.key !== undefined) {
    return { ...trust, type: 'mtls', cert: trust.cert, key: trust.key };
  }
  if (auth.type === 'oauth2' && tokenUrl !== undefined && clientId !== undefined) {
    const secret = clientSecret === undefined ? undefined : async () => readSecret(clientSecret);
    return { ...trust, type: 'oauth2', tokenUrl, clientId, clientSecret: secret, secretIn, scope };
  }
  return { ...trust, type: 'none' };
}

function textOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readBytes(file).toString('utf8');
}

/** The rules of a flow: the gateway's own, or those that an administrator has distilled. @throws GatewayError CFG-003 */
export function rulesOf(flow: FhirFlow, file: string | undefined): FlowRules {
  return { flow, file: file === undefined ? undefined : readBytes(file) };
}

/** How the deliveries of a FHIR target are tried. What fails again and again holds up none that was never tried. */
export function tryingOf(
  { parallel, giveUpAfter }: { readonly parallel: number; readonly giveUpAfter: number },
  pauses: Omit<RetryPolicy, 'giveUpAfterMs'>,
): Pick<Target, 'parallel' | 'retriesAtOnce' | 'retry' | 'givenUp'> {
  return {
    parallel,
    retriesAtOnce: Math.max(1, parallel - 1),
    retry: { ...pauses, giveUpAfterMs: giveUpAfter },
    givenUp: error => ({ code: 'FHIR-012', detail: error.publicText, fields: { last: error.code } }),
  };
}
