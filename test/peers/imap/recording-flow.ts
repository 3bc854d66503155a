import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { InboxMail, MailboxEvents } from '../../../src/peers/interfaces.ts';
import { MAX_MAIL } from './settings.ts';

export interface HandledMail {
  readonly uidValidity: bigint;
  readonly uid: number;
  readonly size: number;
  readonly text: string;
}

/** A flow that reads each mail once and remembers all that it was told. */
export interface RecordingFlow {
  readonly events: MailboxEvents;
  readonly handled: HandledMail[];
  /** The uids of each question, with the value that they belong to. */
  readonly asked: { readonly uidValidity: bigint; readonly uids: readonly number[] }[];
  readonly failures: GatewayError[];
  /** Uids whose `handle` was begun, in order, successful or not. */
  readonly begun: number[];
  polls: number;
  recoveries: number;
  /** Stands in for the work on a mail; a throw leaves it unhandled. */
  work(mail: InboxMail): Promise<void>;
  texts(): string[];
}

export function recordingFlow(work: (mail: InboxMail) => Promise<void> = async () => {}): RecordingFlow {
  const done = new Set<string>();
  const flow: RecordingFlow = {
    handled: [],
    asked: [],
    failures: [],
    begun: [],
    polls: 0,
    recoveries: 0,
    work,
    texts: () => flow.handled.map(mail => /^Subject: (.*)$/m.exec(mail.text)?.[1]?.trim() ?? ''),
    events: {
      async unread(uidValidity, uids) {
        flow.asked.push({ uidValidity, uids });
        return uids.filter(uid => !done.has(`${uidValidity}/${uid}`));
      },
      async handle(mail) {
        flow.begun.push(mail.uid);
        await flow.work(mail);
        const bytes = await mail.fetch(MAX_MAIL);
        if (bytes === undefined) return;
        const { uidValidity, uid, size } = mail;
        done.add(`${uidValidity}/${uid}`);
        flow.handled.push({ uidValidity, uid, size, text: Buffer.from(bytes).toString('latin1') });
      },
      polled() {
        flow.polls += 1;
      },
      failed(error) {
        flow.failures.push(error);
      },
      recovered() {
        flow.recoveries += 1;
      },
    },
  };
  return flow;
}

/** A small mail. */
export function mail(subject: string, body = 'Bonjour'): string {
  return [
    'From: labo@labo-y.mssante.fr',
    `Subject: ${subject}`,
    `Message-ID: <${subject}@test.example>`,
    '',
    body,
    '',
  ].join('\r\n');
}
