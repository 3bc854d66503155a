import type { Logger } from 'pino';
import { logFields } from '../errors/log-fields.ts';
import type { Delivery } from '../journal/journal.ts';
import { type FailureContext, TOO_LATE, zamOfFailure } from './failed-recipients.ts';
import { targetOf, type Woken } from './settings.ts';

/** Reports looked at between two other things. */
const AT_ONCE = 100;

/**
 * Takes for a failure what the operator has not reported on in time: whoever asked is told so, and a person sees it. A
 * report that comes later is still taken up.
 */
export async function settleOverdueReports(
  context: FailureContext & { readonly log: Logger },
): Promise<Woken> {
  const overdue = await context.journal.overdueReports(AT_ONCE);
  for (const report of overdue) {
    try {
      await settle(report, context);
    } catch (error) {
      context.log.error({ ...logFields(error), delivery: report.id }, 'overdue report not settled yet');
    }
  }
  return overdue.map(({ target }) => target);
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
