import type { Clock } from '../basics/clock.ts';
import type { FhirConfig } from '../config/schema.ts';
import { readSecret, readTls } from '../config/secrets.ts';
import { createFhirClient, type FhirAuth } from '../peers/fhir/client.ts';
import { probeHook } from '../peers/fhir/probe.ts';
import { hostOf } from '../peers/https-connections.ts';
import type { FhirPeer } from '../peers/interfaces.ts';

type SasConfig = NonNullable<FhirConfig['sas']>;
type ReceiveConfig = NonNullable<NonNullable<FhirConfig['dui']>['receive']>;

/** How an application is reached: what both kinds of hook are configured by. */
type HookTrust = Pick<ReceiveConfig, 'ca' | 'clientCertificate' | 'token'>;

/** Of an application: a line, or what it has made of the Bundle. */
const MAX_BUNDLE_ANSWER = 32 * 1024 * 1024;
/** An account is a page of JSON. */
const MAX_ACCOUNT_ANSWER = 1024 * 1024;

/** The application that received Bundles of the DUI are handed to. @throws GatewayError CFG-003 */
export function receptionHook(receive: ReceiveConfig, parallel: number, clock: Clock): FhirPeer {
  return hookPeer(
    {
      url: receive.hook,
      trust: receive,
      timeoutMs: receive.wait,
      maxAnswerBytes: MAX_BUNDLE_ANSWER,
      parallel,
    },
    clock,
  );
}

/** The agenda software that accounts of the SAS are brought to. @throws GatewayError CFG-003 */
export function agendaHook({ hook, limits }: SasConfig, clock: Clock): FhirPeer {
  return hookPeer(
    {
      url: hook.url,
      trust: hook,
      timeoutMs: limits.timeout,
      maxAnswerBytes: MAX_ACCOUNT_ANSWER,
      parallel: limits.parallel,
    },
    clock,
  );
}

interface HookSettings {
  readonly url: string;
  readonly trust: HookTrust;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly parallel: number;
}

function hookPeer({ url, trust, timeoutMs, maxAnswerBytes, parallel }: HookSettings, clock: Clock): FhirPeer {
  const auth = authOf(trust);
  const { ca, cert, key } = auth;
  const host = hostOf(new URL(url), { ca, cert, key }, timeoutMs);
  return {
    ...createFhirClient({ url, auth, timeoutMs, maxAnswerBytes, parallel, rate: undefined, clock }),
    probe: async () => {
      if (auth.type === 'token') await auth.token();
      return probeHook(host, clock);
    },
  };
}

function authOf({ ca, clientCertificate, token }: HookTrust): FhirAuth {
  const { mode: _, ...trust } = readTls({ tls: 'implicit', ca, clientCertificate });
  const { cert, key } = trust;
  if (token !== undefined) return { ...trust, type: 'token', token: async () => readSecret(token) };
  if (cert !== undefined && key !== undefined) return { ...trust, type: 'mtls', cert, key };
  return { ...trust, type: 'none' };
}
