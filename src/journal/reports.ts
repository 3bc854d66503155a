import type { Fault } from '../errors/gateway-error.ts';
import { addEvent } from './context.ts';
import type { Statements } from './engine.ts';
import type { Delivery } from './journal.ts';
import { deliveryOf } from './rows.ts';
import * as requests from './sql-requests.ts';

/** The delivery that stands for the operator's word on a recipient. */
export async function reportOf(
  statements: Statements,
  { exchangeId, id }: { readonly exchangeId: string; readonly id: string },
): Promise<Delivery | undefined> {
  const row = await statements.first(requests.REPORT_OF, exchangeId, id);
  return row && deliveryOf(row);
}

/** A report that told a failure waits for a person. */
export async function holdReport(
  statements: Statements,
  { id, exchangeId }: Delivery,
  fault: Fault,
  at: number,
): Promise<void> {
  const changed = await statements.run(requests.REPORT_HOLD, JSON.stringify(fault), id);
  if (changed === 0) return;
  await addEvent(statements, exchangeId, at, { type: 'held', deliveryId: id, data: { code: fault.code } });
}
