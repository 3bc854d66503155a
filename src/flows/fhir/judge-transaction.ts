import { classify, isSuccess } from '../../formats/fhir/operation-outcome-class.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { type EntryResult, readTransactionResponse } from '../../formats/fhir/transaction.ts';
import type { PlatformId } from '../../journal/journal.ts';
import type { Judgement } from './platform-flow.ts';

/**
 * What an answer to a transaction means, each entry checked.
 *
 * @param idsOf the ids that the platform gave, from the entries of its answer
 */
export function judgeTransaction(
  flow: 'dmi' | 'dui',
  resource: FhirResource,
  { status, body }: { readonly status: number; readonly body: unknown },
  idsOf: (entries: readonly EntryResult[]) => readonly PlatformId[],
): Judgement {
  if (!isSuccess(status)) return { verdict: classify(flow, status, body), ids: [] };
  const result = readTransactionResponse(flow, resource, body);
  if (result.kind === 'unreadable') return { verdict: 'unreadable', ids: [] };
  if (result.kind === 'failed') return { verdict: result.verdict, ids: [] };
  return { verdict: 'accepted', ids: idsOf(result.entries) };
}
