import { readFileSync } from 'node:fs';
import { createMailSender } from '../../src/peers/smtp/sender.ts';
import type { MailLab } from '../kit/mail-lab.ts';
import { mailsIn } from '../kit/maildir.ts';
import { mdnAbout } from '../kit/receipt-mails.ts';
import type { Reading, TrafficRequest } from '../lab/outgoing-traffic.ts';
import { LABORATORY } from '../lab/sites.ts';

const SECONDS = 1_000;

/** The software of those who are written to: it answers each mail that asks for it once, through the same Postfix. */
export interface Readers {
  /** Reads what has arrived by now. */
  read(): Promise<void>;
  /** Answers that are still to be given. */
  left(): number;
  close(): Promise<void>;
}

interface Awaited {
  readonly replyTo: string;
  readonly address: string;
  readonly reading: Reading;
}

export function startReaders(lab: MailLab, requests: readonly TrafficRequest[]): Readers {
  const sender = createMailSender({
    server: {
      host: 'localhost',
      port: lab.smtpPort,
      tls: { mode: 'starttls', ca: lab.ca, cert: undefined, key: undefined },
      auth: { type: 'none' },
    },
    timing: { connect: 10 * SECONDS, silence: 10 * SECONDS },
  });
  let awaited: readonly Awaited[] = requests.flatMap(({ replyTo, mails, reading }) =>
    reading === undefined
      ? []
      : mails
          .flat()
          .filter(({ code }) => code === undefined)
          .map(({ address }) => ({ replyTo, address, reading })),
  );

  async function answer({ replyTo, address, reading }: Awaited): Promise<boolean> {
    const mail = mailsIn(lab.maildir(address)).find(each => each.field('reply-to') === replyTo);
    if (mail === undefined) return false;
    const { code } = reading;
    const mdn = mdnAbout({ raw: readFileSync(mail.path) }, address, [
      `Final-Recipient: rfc822; ${address}`,
      `Disposition: automatic-action/MDN-sent-automatically; processed${code === undefined ? '' : `/Error: ${code}^`}`,
    ]);
    await sender.send(mdn, { from: address, to: [LABORATORY] });
    return true;
  }

  return {
    async read() {
      const left: Awaited[] = [];
      for (const each of awaited) if (!(await answer(each))) left.push(each);
      awaited = left;
    },
    left: () => awaited.length,
    close: () => sender.close(),
  };
}
