import { buildDeliveryReport, type Fate } from './delivery-report.ts';
import type { AcceptedMail } from './submission.ts';

/** What an operator does with mails to addresses that are not as others. */
export interface OperatorReports {
  /** 550 5.1.1 at RCPT. */
  readonly refused?: readonly string[];
  /** Taken, not delivered, and said so. `diagnostic` is a whole Diagnostic-Code: `smtp; 552 5.2.2 mailbox full`. */
  readonly failing?: readonly {
    readonly address: string;
    readonly status: string;
    readonly diagnostic: string;
  }[];
  /** Taken, kept, and said so; see {@link Delivery.retry}. */
  readonly delayed?: readonly string[];
  /** Delivered where there is a BAL, and nothing is ever said. */
  readonly silent?: readonly string[];
}

/** Brings accepted mails into BALs, and reports to their senders what they asked to hear of. */
export interface Delivery {
  take(mail: AcceptedMail): void;
  /** Brings what is kept to its end: delivered where there is a BAL, failed where there is none. */
  retry(): void;
}

/** RFC 3461 §4.1: which word asks for a report of which action. */
const ASKED_BY: Readonly<Record<Fate['action'], string>> = {
  delivered: 'SUCCESS',
  delayed: 'DELAY',
  failed: 'FAILURE',
};

/** @param append puts a mail into the BAL of a recipient that has one */
export function createDelivery(
  hasBal: (address: string) => boolean,
  reports: OperatorReports,
  append: (raw: Uint8Array, from: string, recipient: string) => void,
): Delivery {
  const kept: { readonly mail: AcceptedMail; readonly address: string; readonly queueId: string }[] = [];
  let taken = 0;

  function bring({ raw, envelope }: AcceptedMail, address: string): Fate {
    const failing = reports.failing?.find(each => each.address === address);
    if (failing !== undefined) return { ...failing, action: 'failed' };
    if (!hasBal(address)) {
      return { address, action: 'failed', status: '5.1.1', diagnostic: 'X-Postfix; unknown user' };
    }
    append(raw, envelope.from, address);
    const diagnostic = 'X-Postfix; delivery via virtual: delivered to maildir';
    return { address, action: 'delivered', status: '2.0.0', diagnostic };
  }

  /** One report for each action, of all recipients who share it and for whom it was asked for. */
  function report(mail: AcceptedMail, queueId: string, fates: readonly Fate[]): void {
    const { from, recipients } = mail.envelope;
    if (from === '' || !hasBal(from)) return;
    for (const action of ['delivered', 'delayed', 'failed'] as const) {
      const told = fates.filter(
        fate =>
          fate.action === action &&
          !reports.silent?.includes(fate.address) &&
          recipients.find(({ address }) => address === fate.address)?.notify.includes(ASKED_BY[action]),
      );
      if (told.length === 0) continue;
      append(buildDeliveryReport(mail, action, told, { queueId, time: new Date() }), '', from);
    }
  }

  return {
    take(mail) {
      taken += 1;
      const queueId = `${taken.toString(16).toUpperCase().padStart(8, '0')}A`;
      const fates = mail.envelope.to.map((address): Fate => {
        if (reports.delayed?.includes(address) !== true) return bring(mail, address);
        kept.push({ mail, address, queueId });
        const diagnostic = 'X-Postfix; connect to 192.0.2.1[192.0.2.1]:25: Connection refused';
        return { address, action: 'delayed', status: '4.4.1', diagnostic };
      });
      report(mail, queueId, fates);
    },
    retry() {
      for (const { mail, address, queueId } of kept.splice(0)) report(mail, queueId, [bring(mail, address)]);
    },
  };
}
