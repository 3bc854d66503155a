import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dpi, startDpi } from '../../src/sandbox/dpi.ts';
import { seededRandom } from '../kit/random.ts';
import { waitFor } from '../kit/wait.ts';
import { balance, differentMails, untilFinished } from '../lab/books.ts';
import { BALS, labOff, type LabRun, prepareLab } from '../lab/run.ts';
import { makeTraffic, type Traffic } from '../lab/traffic.ts';
import { type AnswerTrap, startAnswerTrap } from './answer-trap.ts';

const SIZE = 500;
const KILLS = 50;
const SEED = Number(process.env['PFI_SEED'] ?? 20_261_120);
const LARGE = 256 * 1024;
/** Deliveries of a kind that one death can leave without an answer: the connections of the target. */
const IN_FLIGHT = { dpi: 4, smtp: 2 * BALS.length };
const BOX_NAMES = ['bal1', 'bal2'] as const;
const LIFE_MS = 900;
const AMBUSH_MS = 3_000;
const MINUTES = 60_000;

/** Where death waits: anywhere in a life, its start included, or right after a peer has done its part. */
type Moment = 'any' | 'start' | Ambushed;
type Ambushed = 'acknowledged' | 'submitted' | 'moved';
/**
 * A third reading that does not end sets a mail aside for a person, and rightly so: two lives in a row never end blindly,
 * and those that are ambushed have read a mail of each mailbox first.
 */
const MOMENTS: readonly Moment[] = [
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
      return { imap: lab.imapPort, smtp: smtp.port, dpi: dpi.port };
    });
  });

  afterAll(async () => {
    await run?.stop();
    await Promise.all([dpi?.stop(), smtp?.close()]);
  });

  it('loses nothing and does nothing twice', { timeout: 5 * MINUTES }, async ({ onTestFailed }) => {
    const { lab, daemon } = run;
    onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
    const begun = performance.now();
    const died = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill++) {
      await deliverShare(kill);
      const met = await liveUntil(MOMENTS[kill % MOMENTS.length] ?? 'any');
      await daemon.kill();
      died.set(met, (died.get(met) ?? 0) + 1);
    }
    await daemon.start();
    await run.withJournal(async journal => {
      await untilFinished(journal, differentMails(traffic), MINUTES);
      const seconds = (performance.now() - begun) / 1000;
      const code = await daemon.stop();
      await run.untilDelivered();
      const books = await balance(traffic, { received: dpi.received(), lab, journal });
      process.stdout.write(
        `\n[chaos] ${traffic.mails.length} mails, ${KILLS} kills in ${seconds.toFixed(1)} s (seed ${SEED}; ` +
          `${[...died].map(([moment, times]) => `${moment} ${times}`).join(', ')}): ` +
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

  /** Starts the daemon and returns at the moment of its death. @returns what the moment was in the end */
  async function liveUntil(moment: Moment): Promise<Moment> {
    if (moment === 'start') {
      run.daemon.spawn();
      await delay(random() * LIFE_MS);
      return 'start';
    }
    await run.daemon.start();
    const readBefore = BOX_NAMES.map(mailsRead);
    await delay(random() * LIFE_MS);
    if (moment === 'any') return 'any';
    const hasRead = (): boolean =>
      BOX_NAMES.every((name, place) => mailsRead(name) > (readBefore[place] ?? 0));
    const tooLong = AbortSignal.timeout(AMBUSH_MS);
    await waitFor(() => hasRead() || tooLong.aborted);
    await ambush(moment, tooLong);
    return tooLong.aborted ? 'any' : moment;
  }

  function mailsRead(mailbox: string): number {
    return run.daemon.logged('mail recorded').filter(line => line['mailbox'] === mailbox).length;
  }

  /** Resolves right after a peer has done its part, before the daemon can have recorded it; or when it takes too long. */
  async function ambush(moment: Ambushed, tooLong: AbortSignal): Promise<void> {
    if (tooLong.aborted) return;
    switch (moment) {
      case 'submitted':
        return await smtp.spring(tooLong);
      case 'moved':
        return await somethingFiled(tooLong);
      case 'acknowledged': {
        const before = dpi.received().length;
        await dpi
          .until('another message', () => dpi.received().length > before, AMBUSH_MS)
          .catch(() => undefined);
      }
    }
  }

  /** Dovecot has put a mail into the folder of those that are done. */
  async function somethingFiled(tooLong: AbortSignal): Promise<void> {
    const folders = BALS.flatMap(address =>
      ['cur', 'new'].map(part => join(run.lab.maildir(address), '.Traites', part)),
    );
    const seen = new AbortController();
    const signal = AbortSignal.any([seen.signal, tooLong]);
    await new Promise<void>(resolve => {
      signal.addEventListener('abort', () => resolve());
      for (const folder of folders.filter(existsSync)) watch(folder, { signal }, () => seen.abort());
    });
  }
});
