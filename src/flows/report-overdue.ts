import type { Logger } from 'pino';
import { logFields } from '../errors/log-fields.ts';
import type { Delivery } from '../journal/journal.ts';
import { type FailureContext, TOO_LATE, zamOfFailure } from './failed-recipients.ts';
import { targetOf, type Woken } from './settings.ts';

/** Reports settled between two other things. */
const AT_ONCE = 100;

/**
 * Takes for a failure what the operator has not reported on in time: whoever asked is told so, and a person sees it. A
 * report that comes later is still taken up.
 *
 * @returns the targets of what was settled
 */
export async function settleOverdueReports(
  context: FailureContext & { readonly log: Logger },
): Promise<Woken> {
  const { journal, log } = context;
  const settled: string[] = [];
  const failed = new Map<string, unknown>();
  // What cannot be settled stays overdue the longest, and keeps nothing else from it: as much more is looked at.
  for (let untried = await untriedReports(); untried.length > 0; untried = await untriedReports()) {
    for (const report of untried) {
      if (settled.length === AT_ONCE) break;
      try {
        await settle(report, context);
        settled.push(report.target);
      } catch (error) {
        failed.set(report.id, error);
      }
    }
  }
  const [first] = failed;
  if (first !== undefined) {
    const [delivery, error] = first;
    log.error({ ...logFields(error), delivery, reports: failed.size }, 'overdue reports not settled yet');
  }
  return settled;

  async function untriedReports(): Promise<Delivery[]> {
    const room = AT_ONCE - settled.length;
    if (room === 0) return [];
    const overdue = await journal.overdueReports(room + 2 * failed.size);
    return overdue.filter(({ id }) => !failed.has(id));
  }
}

async function settle(report: Delivery, context: FailureContext): Promise<void> {
  const { journal } = context;
  const mail = await journal.sentMail(report.identifiers['mail'] ?? '');
  const recipient = mail?.recipients.find(({ id }) => id === report.subject);
  const owed =
    mail === undefined || recipient === undefined
      ? []
      : await zamOfFailure(
          { exchangeId: mail.exchange.id, application: mail.exchange.application, facts: mail.facts },
          [recipient],
          TOO_LATE,
          context,
        );
  await journal.reportOverdue(report, { code: 'OUT-003' }, owed);
}

/** The delivery that stands for the operator's word on one recipient of a mail. */
export function reportDelivery(about: {
  readonly id: string;
  readonly application: string;
  readonly mailId: string;
  readonly recipientId: string;
  /** Undefined for the patient, whose address stands nowhere in clear. */
  readonly address: string | undefined;
}) {
  const { id, application, mailId, recipientId, address } = about;
  return {
    id,
    kind: 'report',
    target: application,
    subject: recipientId,
    lane: `${targetOf.prepare}|${recipientId}`,
    identifiers: { mail: mailId, ...(address === undefined ? {} : { to: address }) },
    start: { state: 'expected' },
  } as const;
}
