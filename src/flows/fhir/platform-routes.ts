import type { FhirRoute } from '../../peers/interfaces.ts';
import { acceptCall, type CallContext } from './accept-call.ts';
import { outcomeRoute } from './outcome-route.ts';
import type { CallForm, PlatformFlowName } from './platform-flow.ts';
import { readTraceRoute, searchTracesRoute, type TracePlatform } from './trace-queries.ts';

/** Where calls come in, and in which form. */
const CALLS: readonly (readonly [path: string, flow: PlatformFlowName, form: CallForm])[] = [
  ['/fhir/dmi/Bundle', 'dmi', 'resource'],
  ['/dmi/traces', 'dmi', 'simple'],
  ['/fhir/dui', 'dui', 'resource'],
  ['/fhir/renacot/$associer-implants-registre', 'renacot', 'resource'],
  ['/fhir/renacot/Procedure/$associer-implants-procedure', 'renacot', 'resource'],
  ['/renacot/interventions', 'renacot', 'simple'],
];

/** The façade's routes of the flows that are configured. @param dmi where traces are asked for, if anywhere */
export function platformRoutes(
  contexts: ReadonlyMap<string, CallContext>,
  dmi: TracePlatform | undefined,
): FhirRoute[] {
  const calls = CALLS.flatMap(([path, flow, form]): FhirRoute[] => {
    const context = contexts.get(flow);
    if (context === undefined) return [];
    return [{ method: 'POST', path, flow, handle: asked => acceptCall(asked, form, context) }];
  });
  const [any] = contexts.values();
  return [
    ...calls,
    ...(dmi === undefined ? [] : [searchTracesRoute(dmi), readTraceRoute(dmi)]),
    ...(any === undefined ? [] : [outcomeRoute(any)]),
  ];
}
