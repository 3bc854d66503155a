import { createScript, type Script } from '../script.ts';

/** What a platform is asked for. */
export type FhirOperation = 'submit' | 'search' | 'read' | 'metadata' | 'token';

/**
 * - `answer`: as the platform should
 * - `cut-upload`: the connection ends while the request still comes in; nothing is done
 * - `drop-before`: the connection ends once the request has come; nothing is done
 * - `drop-after`: the request is done, and the connection ends before the answer
 * - `half-answer`: the request is done, and the connection ends in the middle of the answer
 * - `silent-before`: nothing is done, nothing is answered
 * - `silent-after`: the request is done and not answered
 * - `late`: the request is done, and answered once `release()` is called
 * - `not-json`: the request is done, the answer is a page (status 200)
 * - `page`: a page with this status, as a proxy before the platform gives it; nothing is done unless `isDone`
 * - `status`: nothing is done; this status and an OperationOutcome with an error of this code and reason, or no body without one
 * - `error`: nothing is done; 200 and an OperationOutcome with an error of this code
 * - `entry`: nothing is done; 200 and a transaction-response whose last entry has this status and code
 *
 * `retryAfter` is Retry-After: seconds, or a date.
 */
export type FhirBehaviour =
  | 'answer'
  | 'cut-upload'
  | 'drop-before'
  | 'drop-after'
  | 'half-answer'
  | 'silent-before'
  | 'silent-after'
  | 'late'
  | 'not-json'
  | { readonly page: number; readonly isDone?: boolean; readonly retryAfter?: number | string }
  | {
      readonly status: number;
      readonly issue?: string;
      readonly reason?: string;
      readonly retryAfter?: number | string;
    }
  | { readonly error: string }
  | { readonly entry: string; readonly issue: string };

/** The same for every request but those for tokens, or by what one asks for; `answer` uses up none of the times. */
export type ScriptedFhirBehaviour = FhirBehaviour | ((operation: FhirOperation) => FhirBehaviour);

function chosenFor(scripted: ScriptedFhirBehaviour, operation: FhirOperation): FhirBehaviour {
  if (typeof scripted === 'function') return scripted(operation);
  return operation === 'token' ? 'answer' : scripted;
}

export function createFhirScript(): Script<ScriptedFhirBehaviour, FhirOperation, FhirBehaviour> {
  return createScript('answer', chosenFor);
}

/** Whether a request is not even looked at. */
export function isPassive(behaviour: FhirBehaviour): boolean {
  return (
    behaviour === 'cut-upload' ||
    behaviour === 'drop-before' ||
    behaviour === 'silent-before' ||
    (typeof behaviour === 'object' && !('page' in behaviour && behaviour.isDone === true))
  );
}
