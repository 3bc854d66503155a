import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dpi, startDpi } from '../../src/sandbox/dpi.ts';
import { freePort } from '../kit/free-port.ts';
import { seededRandom } from '../kit/random.ts';
import { startTcpProxy, type TcpProxy } from '../kit/tcp-proxy.ts';
import { waitFor } from '../kit/wait.ts';
import { balance, differentMails } from './books.ts';
import { untilFinished } from './exchanges.ts';
import { labOff, type LabRun, prepareLab } from './run.ts';
import { BALS, hospital } from './sites.ts';
import { makeTraffic, type Traffic } from './traffic.ts';

const SIZE = 500;
const SEED = 20_261_120;
const LARGE = 1024 * 1024;
const MINUTES = 60_000;

/** The daemon between a real Dovecot and a real Postfix, under TLS, on a bad day of all its peers. */
describe.skipIf(labOff !== undefined)(
  `${SIZE} mails over two mailboxes while every peer fails in turn`,
  () => {
    let traffic: Traffic;
    let dpi: Dpi;
    let imap: TcpProxy;
    let smtp: TcpProxy;
    let run: LabRun;

    beforeAll(async () => {
      traffic = await makeTraffic({ mailboxes: BALS, size: SIZE, random: seededRandom(SEED), large: LARGE });
      dpi = await startDpi({ patients: traffic.patients, requireIns: true, port: await freePort() });
      run = await prepareLab(async lab => {
        imap = await startTcpProxy(lab.imapPort);
        smtp = await startTcpProxy(lab.smtpPort, await freePort());
        return hospital({ imap: imap.port, smtp: smtp.port, dpi: dpi.port });
      });
    });

    afterAll(async () => {
      await run?.stop();
      await Promise.all([dpi?.stop(), imap?.close(), smtp?.close()]);
    });

    it('loses nothing and does nothing twice', { timeout: 4 * MINUTES }, async ({ onTestFailed }) => {
      const { lab, daemon } = run;
      onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
      const begun = performance.now();
      const delivering = (async () => {
        for (const { mailbox, raw } of traffic.mails) await lab.deliver(mailbox, raw);
      })();
      await daemon.start();
      await trouble();
      await delivering;
      await run.withJournal(async journal => {
        await untilFinished(journal, { nature: 'mail', count: differentMails(traffic) }, 2 * MINUTES);
        const seconds = (performance.now() - begun) / 1000;
        const code = await daemon.stop();
        await run.untilDelivered();
        const books = await balance(traffic, { received: dpi.received(), lab, journal });
        const cuts = daemon.logged('mailbox not watched').length;
        process.stdout.write(
          `\n[lab] ${traffic.mails.length} mails in ${seconds.toFixed(1)} s (seed ${SEED}): ` +
            `${books.messages} MSH-10 at the DPI, ${books.repeatedMessages} came again (${books.ambiguousMessages} lost answers); ` +
            `${books.answers} answers, ${books.repeatedAnswers} came again (${books.ambiguousAnswers} lost replies); ` +
            `IMAP cut ${cuts} times, DPI restarted twice, SMTP down once\n`,
        );
        expect(books.wrong).toEqual([]);
        expect(cuts).toBeGreaterThanOrEqual(3);
        expect(Math.min(outages('dpi'), outages('smtp:bal1') + outages('smtp:bal2'))).toBeGreaterThan(0);
        expect(books.repeatedMessages).toBeLessThanOrEqual(books.ambiguousMessages);
        expect(books.repeatedAnswers).toBeLessThanOrEqual(books.ambiguousAnswers);
        expect([code, daemon.complaints()]).toEqual([0, '']);
      });
    });

    function outages(target: string): number {
      return run.daemon
        .logged('target down: its deliveries wait')
        .filter(line => (line['target'] ?? line['application']) === target).length;
    }

    /** Each blow falls once so many messages have reached the DPI: the run itself is the clock. */
    async function trouble(): Promise<void> {
      const reached = (count: number): Promise<void> =>
        waitFor(() => dpi.received().length >= count, {
          what: `${count} messages at the DPI`,
          timeoutMs: MINUTES,
        });
      await reached(20);
      imap.cutAfterAnswer(200_000);
      await reached(60);
      await dpi.stop();
      await waitFor(() => outages('dpi') > 0, { what: 'the outage is noticed', timeoutMs: MINUTES });
      await dpi.restart();
      await reached(100);
      await smtp.down();
      imap.cutAfterAnswer(500_000);
      await reached(160);
      dpi.behave('cut-before-reply', 3);
      await reached(180);
      await smtp.up();
      imap.cutAfterAnswer(300_000);
      await reached(240);
      await dpi.stop();
      await dpi.restart();
      dpi.behave('later', 5);
      await reached(300);
      smtp.cut();
      imap.cut();
    }
  },
);
