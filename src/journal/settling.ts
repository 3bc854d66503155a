import type { Fault } from '../errors/gateway-error.ts';
import type { Statements } from './engine.ts';
import { endDelivery } from './ending.ts';
import type { Delivery } from './journal.ts';
import { holdReport } from './reports.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';

/**
 * Ends a report with the first word on its recipient; one that waits for a person does so instead. A report that a
 * person gave up, or that no operator had promised, comes after all: what it tells counts as much.
 */
export async function settleReport(
  statements: Statements,
  report: Delivery,
  heard: {
    readonly outcome: 'accepted' | 'refused';
    readonly code?: string | undefined;
    readonly label?: string | undefined;
    readonly hold: Fault | undefined;
  },
  at: number,
): Promise<void> {
  const { outcome, code, label, hold } = heard;
  if (report.state === 'done') {
    await statements.run(requests.REPORT_COMES_AFTER_ALL, report.id);
    await statements.run(sql.EXCHANGE_OWES_AGAIN, report.exchangeId);
  }
  if (hold === undefined) await endDelivery(statements, report.id, { outcome, code, label }, { at });
  else await holdReport(statements, report, hold, at);
}
