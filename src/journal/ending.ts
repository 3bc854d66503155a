import { publicCode } from '../basics/public-code.ts';
import { addEvent, tally } from './context.ts';
import type { Statements } from './engine.ts';
import type { Ending, NewEvent } from './journal.ts';
import { reportOf } from './reports.ts';
import { endRequestWaits } from './request-order.ts';
import { recipientOf, text } from './rows.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';
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
    if (owner !== undefined) await tally(statements, text(owner, 'application'), 'received', ending);
    await endWaits(statements, deliveryId);
  }
  // A failure that stands beside its report (`<recipient id>:<aspect>`) is counted with it.
  if (kind === 'report' && !text(row, 'subject').includes(':')) {
    await tally(statements, text(row, 'target'), 'sent', ending);
  }
  if (kind === 'dmp') {
    const request = await statements.first(requests.REQUEST_GET, exchangeId);
    if (request !== undefined) await tally(statements, text(request, 'application'), 'deposited', ending);
  }
  if (kind === 'fhir') {
    const request = await statements.first(requests.REQUEST_GET, exchangeId);
    const way = `fhir:${text(row, 'target').replace(/^fhir:/, '')}` as const;
    if (request !== undefined) await tally(statements, text(request, 'application'), way, ending);
  }
  if (kind === 'mail' && outcome === 'abandoned') await endReports(statements, deliveryId, at);
  if (kind === 'prepare' || kind === 'mail' || kind === 'dmp') await endRequestWaits(statements, deliveryId);
  await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
}

/** Nobody will report on recipients whom a mail that was given up has not left for. */
async function endReports(statements: Statements, mailId: string, at: number): Promise<void> {
  for (const row of await statements.all(requests.RECIPIENTS_OF_MAIL, mailId)) {
    const recipient = recipientOf(row);
    const report = recipient.state === 'waiting' ? await reportOf(statements, recipient) : undefined;
    if (report?.state === 'expected') {
      await endDelivery(statements, report.id, { outcome: 'abandoned' }, { at });
    }
  }
}
