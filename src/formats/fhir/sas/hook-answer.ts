import { isError, readOutcome } from '../operation-outcome.ts';
import { classify, isSuccess } from '../operation-outcome-class.ts';
import { type FhirResource, parseResource } from '../resource.ts';

/** `taken`: the agenda software has the account · `refused`: it will not have it · `later`: it may have it another time. */
export type HookVerdict = 'taken' | 'refused' | 'later';

/**
 * 4xx that time or a setting of ours mends, and that say nothing of the account: the hook does not know us (its token has
 * changed), or has no time. Passed on, they would have a deactivation lost, which the SAS platform sends once.
 */
const NOT_ABOUT_IT: ReadonlySet<number> = new Set([401, 407, 408, 421, 425, 429]);

/**
 * What an answer of the agenda software to a PUT of an account means. A 2xx whose OperationOutcome carries an error is no
 * yes.
 *
 * @param body as it came
 */
export function judgeHookAnswer(status: number, body: Uint8Array): HookVerdict {
  if (isSuccess(status)) {
    const no = outcomeIn(body);
    if (no === undefined) return 'taken';
    return classify('dui', status, no) === 'refused' ? 'refused' : 'later';
  }
  return status >= 400 && status < 500 && !NOT_ABOUT_IT.has(status) ? 'refused' : 'later';
}

/**
 * What the platform is told of a refusal: the hook's own OperationOutcome, or one of ours where it gives none that says no.
 *
 * @param body as it came
 */
export function refusalOutcome(body: Uint8Array): FhirResource {
  const own = outcomeIn(body);
  if (own !== undefined) return own;
  const diagnostics = 'Le logiciel d’agenda refuse ce compte, sans dire pourquoi.';
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'processing', diagnostics }],
  };
}

function outcomeIn(body: Uint8Array): FhirResource | undefined {
  try {
    const resource = parseResource(body);
    const isRefusal = resource.resourceType === 'OperationOutcome' && readOutcome(resource).some(isError);
    return isRefusal ? resource : undefined;
  } catch {
    return undefined;
  }
}
