import { publicCode } from '../basics/public-code.ts';
import { addEvent, tally } from './context.ts';
import type { Statements } from './engine.ts';
import type { Ending, NewEvent } from './journal.ts';
import { text } from './rows.ts';
import * as sql from './sql.ts';
import { endWaits } from './waiting.ts';

/**
 * Ends a delivery that has not ended: its document is settled and counted, what waited for it goes on, and its exchange
 * ends when nothing else is owed.
 */
export async function endDelivery(
  statements: Statements,
  deliveryId: string,
  ending: Ending,
  { at, data }: { readonly at: number; readonly data?: NewEvent['data'] },
): Promise<void> {
  const { outcome, code, label, reason } = ending;
  const row = await statements.first(
    sql.END,
    outcome,
    code ?? null,
    label ?? null,
    reason ?? null,
    at,
    deliveryId,
  );
  if (row === undefined) return;
  const exchangeId = text(row, 'exchange_id');
  const kind = text(row, 'kind');
  const told = { kind, ...(code === undefined ? {} : { code: publicCode(code) }), ...data };
  await addEvent(statements, exchangeId, at, { type: outcome, deliveryId, data: told });
  if (kind === 'mdm') {
    const owner = await statements.first(sql.DOCUMENT_ENDED, exchangeId);
    if (owner !== undefined) await tally(statements, text(owner, 'application'), outcome, code);
    await endWaits(statements, deliveryId);
  }
  await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
}
