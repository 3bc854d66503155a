import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dpi, startDpi } from '../../src/sandbox/dpi.ts';
import { seededRandom } from '../kit/random.ts';
import { balance, differentMails } from '../lab/books.ts';
import { untilFinished } from '../lab/exchanges.ts';
import { labOff, type LabRun, prepareLab } from '../lab/run.ts';
import { BALS, hospital, portsOf } from '../lab/sites.ts';
import { makeTraffic, type Traffic } from '../lab/traffic.ts';
import { type AnswerTrap, startAnswerTrap } from './answer-trap.ts';
import { AMBUSH_MS, dieOften, type Moment, somethingFiled, told } from './lives.ts';

const SIZE = 500;
const KILLS = 50;
const SEED = Number(process.env['PFI_SEED'] ?? 20_261_120);
const LARGE = 256 * 1024;
/** Deliveries of a kind that one death can leave without an answer: the connections of the target. */
const IN_FLIGHT = { dpi: 4, smtp: 2 * BALS.length };
const BOX_NAMES = ['bal1', 'bal2'] as const;
/** Deliveries that a life may end: twice its share of those that all mails give rise to. */
const WORK = 60;
const MINUTES = 60_000;

type Ambush = 'acknowledged' | 'submitted' | 'moved';
const MOMENTS: readonly Moment<Ambush>[] = [
  'any',
  'acknowledged',
  'any',
  'submitted',
  'any',
  'moved',
  'start',
  'acknowledged',
  'any',
  'submitted',
];

describe.skipIf(labOff !== undefined)(`${KILLS} times SIGKILL while ${SIZE} mails come in`, () => {
  let traffic: Traffic;
  let dpi: Dpi;
  let smtp: AnswerTrap;
  let run: LabRun;
  const random = seededRandom(SEED);

  beforeAll(async () => {
    traffic = await makeTraffic({ mailboxes: BALS, size: SIZE, random, large: LARGE });
    dpi = await startDpi({ patients: traffic.patients, requireIns: true });
    run = await prepareLab(async lab => {
      smtp = await startAnswerTrap(lab.smtpPort);
      return hospital({ ...portsOf(lab), smtp: smtp.port, dpi: dpi.port });
    });
    await run.daemon.warm();
  });

  afterAll(async () => {
    await run?.stop();
    await Promise.all([dpi?.stop(), smtp?.close()]);
  });

  it('loses nothing and does nothing twice', { timeout: 5 * MINUTES }, async ({ onTestFailed }) => {
    const { lab, daemon } = run;
    onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
    const begun = performance.now();
    const lives = { daemon, random, work: WORK, moments: MOMENTS, reading, ambush };
    const died = await dieOften(KILLS, lives, deliverShare);
    await daemon.start();
    await run.withJournal(async journal => {
      await untilFinished(journal, { nature: 'mail', count: differentMails(traffic) }, MINUTES);
      const seconds = (performance.now() - begun) / 1000;
      const code = await daemon.stop();
      await run.untilDelivered();
      const books = await balance(traffic, { received: dpi.received(), lab, journal });
      process.stdout.write(
        `\n[chaos] ${traffic.mails.length} mails, ${KILLS} kills in ${seconds.toFixed(1)} s (seed ${SEED}; ` +
          `${told(died)}): ` +
          `${books.messages} MSH-10 at the DPI, ${books.repeatedMessages} came again (${books.ambiguousMessages} lost answers); ` +
          `${books.answers} answers, ${books.repeatedAnswers} came again (${books.ambiguousAnswers} lost replies)\n`,
      );
      expect(books.wrong).toEqual([]);
      expect(books.repeatedMessages).toBeLessThanOrEqual(books.ambiguousMessages);
      expect(books.ambiguousMessages).toBeLessThanOrEqual(KILLS * IN_FLIGHT.dpi);
      expect(books.repeatedAnswers).toBeLessThanOrEqual(books.ambiguousAnswers);
      expect(books.ambiguousAnswers).toBeLessThanOrEqual(KILLS * IN_FLIGHT.smtp);
      // The ambushes did catch something: what is proven is not that nothing ever happened.
      expect(books.repeatedAnswers).toBeGreaterThan(0);
      // Nobody but the daemon itself was ever down: a start is no outage.
      expect(
        daemon.logged('target down: its deliveries wait').map(line => line['target'] ?? line['application']),
      ).toEqual([]);
      expect([code, daemon.complaints()]).toEqual([0, '']);
    });
  });

  /** Mails come in all along: each life finds some that no former one has seen. */
  async function deliverShare(life: number): Promise<void> {
    const [from, to] = [life, life + 1].map(each => Math.floor((each * traffic.mails.length) / KILLS));
    for (const { mailbox, raw } of traffic.mails.slice(from, to)) await run.lab.deliver(mailbox, raw);
  }

  function reading(): () => boolean {
    const before = BOX_NAMES.map(mailsRead);
    return () => BOX_NAMES.every((name, place) => mailsRead(name) > (before[place] ?? 0));
  }

  function mailsRead(mailbox: string): number {
    return run.daemon.logged('mail recorded').filter(line => line['mailbox'] === mailbox).length;
  }

  async function ambush(moment: Ambush, tooLong: AbortSignal): Promise<void> {
    switch (moment) {
      case 'submitted':
        return await smtp.spring(tooLong);
      case 'moved':
        return await somethingFiled(
          BALS.map(address => run.lab.maildir(address)),
          'Traites',
          tooLong,
        );
      case 'acknowledged': {
        const before = dpi.received().length;
        await dpi
          .until('another message', () => dpi.received().length > before, AMBUSH_MS)
          .catch(() => undefined);
      }
    }
  }
});
