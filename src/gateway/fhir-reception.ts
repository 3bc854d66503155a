import type { FhirConfig } from '../config/schema.ts';
import { fhirTarget } from '../flows/fhir/call-request.ts';
import { receptionRoute } from '../flows/fhir/dui-reception.ts';
import { handOverBundle } from '../flows/fhir/hand-over-bundle.ts';
import { RECEPTION } from '../flows/fhir/received-bundle.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { FhirRoute } from '../peers/interfaces.ts';
import type { FhirDeps } from './fhir.ts';
import { receptionHook } from './fhir-hook.ts';
import { rulesOf, tryingOf } from './fhir-platforms.ts';
import { MAIL_RETRY } from './settings.ts';

/** The reception of DUI: the façade's route, and the application that what came is handed to. */
export interface AssembledReception {
  readonly route: FhirRoute;
  readonly target: Target;
  close(): Promise<void>;
}

/**
 * @returns undefined where nothing is received
 * @throws GatewayError CFG-003 for a file that has become unreadable, FHIR-… for rules that cannot be read
 */
export function assembleReception(
  { dui }: FhirConfig,
  deps: Pick<FhirDeps, 'journal' | 'clock' | 'newId' | 'log' | 'wake' | 'validator'>,
): AssembledReception | undefined {
  if (dui?.receive === undefined) return undefined;
  const { receive, limits, validation, contract } = dui;
  const hook = receptionHook(receive, limits.parallel, deps.clock);
  const name = fhirTarget(RECEPTION);
  const validate = deps.validator.by(rulesOf('dui', dui.rules));
  return {
    route: receptionRoute({ ...deps, validate, validation, contract }),
    target: {
      name,
      logged: { target: name },
      ...tryingOf(limits, MAIL_RETRY),
      attempt: delivery => handOverBundle(delivery, { journal: deps.journal, hook }),
      ended: async () => undefined,
    },
    close: () => hook.close(),
  };
}
