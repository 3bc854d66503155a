import type { Clock } from '../basics/clock.ts';
import type { FhirConfig } from '../config/schema.ts';
import { readBytes, readSecret } from '../config/secrets.ts';
import { fhirTarget } from '../flows/fhir/accept-call.ts';
import { type ReceptionContext, receptionRoute } from '../flows/fhir/dui-reception.ts';
import { handOverBundle } from '../flows/fhir/hand-over-bundle.ts';
import { RECEPTION } from '../flows/fhir/received-bundle.ts';
import type { Target } from '../journal/dispatcher.ts';
import { createFhirClient, type FhirAuth } from '../peers/fhir/client.ts';
import type { FhirPeer, FhirRoute } from '../peers/interfaces.ts';
import { rulesOf } from './fhir-platforms.ts';
import { MAIL_RETRY } from './settings.ts';

/** What of an application's hook is configured; time in ms. */
type HookConfig = Omit<NonNullable<NonNullable<FhirConfig['dui']>['receive']>, 'allowInsecure'>;

/** The reception of DUI: the façade's route, and the application that what came is handed to. */
export interface AssembledReception {
  readonly route: FhirRoute;
  readonly target: Target;
  close(): Promise<void>;
}

/** Of an application: a line, or what it has made of the Bundle. */
const MAX_ANSWER = 32 * 1024 * 1024;

/**
 * @returns undefined where nothing is received
 * @throws GatewayError CFG-003 for a file that has become unreadable, FHIR-… for rules that cannot be read
 */
export function assembleReception(
  { dui }: FhirConfig,
  deps: Pick<ReceptionContext, 'journal' | 'clock' | 'newId' | 'log' | 'wake'>,
): AssembledReception | undefined {
  if (dui?.receive === undefined) return undefined;
  const { receive, limits, validation, contract } = dui;
  const hook = hookPeer(receive, limits.parallel, deps.clock);
  const name = fhirTarget(RECEPTION);
  return {
    route: receptionRoute({ ...deps, rules: rulesOf('dui', dui.rules), validation, contract }),
    target: {
      name,
      logged: { target: name },
      parallel: limits.parallel,
      retriesAtOnce: Math.max(1, limits.parallel - 1),
      retry: { ...MAIL_RETRY, giveUpAfterMs: limits.giveUpAfter },
      attempt: delivery => handOverBundle(delivery, { journal: deps.journal, hook }),
      givenUp: error => ({ code: 'FHIR-012', detail: error.publicText, fields: { last: error.code } }),
      ended: async () => undefined,
    },
    close: () => hook.close(),
  };
}

/** @throws GatewayError CFG-003 */
function hookPeer({ hook, wait, ...trust }: HookConfig, parallel: number, clock: Clock): FhirPeer {
  return createFhirClient({
    url: hook,
    auth: authOf(trust),
    timeoutMs: wait,
    maxAnswerBytes: MAX_ANSWER,
    parallel,
    rate: undefined,
    clock,
  });
}

function authOf({ ca, clientCertificate, token }: Omit<HookConfig, 'hook' | 'wait'>): FhirAuth {
  const own = clientCertificate && { cert: pem(clientCertificate.cert), key: pem(clientCertificate.key) };
  const trust = { ca: ca === undefined ? undefined : pem(ca), ...own };
  if (token !== undefined) return { ...trust, type: 'token', token: async () => readSecret(token) };
  return own === undefined ? { ...trust, type: 'none' } : { ...trust, ...own, type: 'mtls' };
}

function pem(file: string): string {
  return readBytes(file).toString('utf8');
}
