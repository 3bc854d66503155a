import { createScript, type Script } from '../script.ts';
import type { Transaction } from './transactions.ts';

/**
 * - `answer`: as the DMP should
 * - `cut-upload`: the connection ends while the request still comes in; nothing is done
 * - `drop-before`: the connection ends once the request has come; nothing is done
 * - `drop-after`: the request is done, and the connection ends before the answer
 * - `half-answer`: the request is done, and the connection ends in the middle of the answer
 * - `silent-before`: nothing is done, nothing is answered
 * - `silent-after`: the request is done and not answered
 * - `not-xml`: the request is done, the answer is no XML (status 200)
 * - `http`: a page with this status, as a proxy before the DMP gives it; nothing is done unless `isDone`; `retryAfter` in seconds
 * - `fault`: nothing is done; a SOAP Fault with this Subcode (`''`: without), of the sender unless `of` says otherwise
 * - `failure`: nothing is done; a RegistryResponse Failure with this errorCode (`XDSRegistryBusy`, `DMPClosed`,
 *   `XDSUnknownPatientId`, `UnresolvedReferenceException`, `XDSDuplicateUniqueIdInRegistry`…), where nothing else is wrong
 * - `warning`: the request is done; a Success with this code as a warning
 */
export type DmpBehaviour =
  | 'answer'
  | 'cut-upload'
  | 'drop-before'
  | 'drop-after'
  | 'half-answer'
  | 'silent-before'
  | 'silent-after'
  | 'not-xml'
  | { readonly http: number; readonly isDone?: boolean; readonly retryAfter?: number }
  | { readonly fault: string; readonly reason?: string; readonly of?: 'Sender' | 'Receiver' }
  | { readonly failure: string; readonly context?: string }
  | { readonly warning: string; readonly context?: string };

/** The same for every request, or by the transaction that one is of; `answer` uses up none of the times. */
export type ScriptedBehaviour = DmpBehaviour | ((transaction: Transaction) => DmpBehaviour);

/** @param transaction undefined for a request that names none */
function chosenFor(scripted: ScriptedBehaviour, transaction: Transaction | undefined): DmpBehaviour {
  if (typeof scripted !== 'function') return scripted;
  return transaction === undefined ? 'answer' : scripted(transaction);
}

export function createDmpScript(): Script<ScriptedBehaviour, Transaction | undefined, DmpBehaviour> {
  return createScript('answer', chosenFor);
}

/** Whether a request is not even looked at. */
export function isPassive(behaviour: DmpBehaviour): boolean {
  return (
    behaviour === 'cut-upload' ||
    behaviour === 'drop-before' ||
    behaviour === 'silent-before' ||
    (typeof behaviour === 'object' && 'http' in behaviour && behaviour.isDone !== true)
  );
}
