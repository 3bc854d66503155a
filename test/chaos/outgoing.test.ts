import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Creator, startCreator } from '../../src/sandbox/creator.ts';
import { freePort } from '../kit/free-port.ts';
import { inboxCount } from '../kit/maildir.ts';
import { seededRandom } from '../kit/random.ts';
import { waitFor } from '../kit/wait.ts';
import { untilFinished } from '../lab/exchanges.ts';
import { balanceOutgoing } from '../lab/outgoing-books.ts';
import { makeOutgoing, type OutgoingTraffic } from '../lab/outgoing-traffic.ts';
import { labOff, type LabRun, prepareLab } from '../lab/run.ts';
import { laboratory, LABORATORY, portsOf } from '../lab/sites.ts';
import { type AnswerTrap, startAnswerTrap } from './answer-trap.ts';
import { AMBUSH_MS, dieOften, type Moment, somethingFiled, told } from './lives.ts';
import { type Readers, startReaders } from './readers.ts';
import { type Sending, startSending } from './sending.ts';

const SIZE = 1_000;
const KILLS = 50;
const SEED = Number(process.env['PFI_SEED'] ?? 20_261_120);
/** Deliveries of a kind that one death can leave without an answer. */
const IN_FLIGHT = { mails: 2, zams: 1 };
/** Deliveries that a life may end: twice its share of those that all requests give rise to. */
const WORK = 150;
/** About what it takes to make the mails of a request. */
const PREPARATION_MS = 20;
const MINUTES = 60_000;

type Ambush = 'preparing' | 'answered' | 'unanswered' | 'submitted' | 'told' | 'filed';
const MOMENTS: readonly Moment<Ambush>[] = [
  'any',
  'submitted',
  'any',
  'unanswered',
  'any',
  'preparing',
  'start',
  'answered',
  'any',
  'told',
  'any',
  'submitted',
  'start',
  'filed',
];

describe.skipIf(labOff !== undefined)(`${KILLS} times SIGKILL while ${SIZE} requests are sent`, () => {
  let creator: Creator;
  let sending: Sending;
  let readers: Readers;
  let requests: AnswerTrap;
  let smtp: AnswerTrap;
  let run: LabRun;
  let traffic: OutgoingTraffic;
  /** Sequences that the application has not begun. */
  let left: OutgoingTraffic['sequences'][number][];
  const random = seededRandom(SEED);

  beforeAll(async () => {
    traffic = makeOutgoing({ size: SIZE, random });
    left = [...traffic.sequences];
    creator = await startCreator();
    const port = await freePort();
    run = await prepareLab(async lab => {
      smtp = await startAnswerTrap(lab.smtpPort);
      return laboratory({ ...portsOf(lab), smtp: smtp.port, requests: port, receipts: creator.port });
    }, traffic.addresses);
    await run.daemon.warm();
    requests = await startAnswerTrap(port);
    creator.connectTo({ host: '127.0.0.1', port: requests.port });
    sending = startSending(creator);
    readers = startReaders(run.lab, traffic.sequences.flat());
  });

  afterAll(async () => {
    await run?.stop();
    await Promise.all([creator?.stop(), readers?.close(), requests?.close(), smtp?.close()]);
  });

  it('loses nothing and does nothing twice', { timeout: 5 * MINUTES }, async ({ onTestFailed }) => {
    const { lab, daemon } = run;
    onTestFailed(() => void process.stdout.write(`${daemon.summary()}\n`));
    const begun = performance.now();
    const lives = { daemon, random, work: WORK, moments: MOMENTS, reading, ambush };
    const died = await dieOften(KILLS, lives, async life => {
      send(left.length - Math.floor((traffic.sequences.length * (KILLS - 1 - life)) / KILLS));
      await readers.read();
    });
    const killing = (performance.now() - begun) / 1000;
    await daemon.start();
    expect(await sending.finished()).toEqual([]);
    await run.withJournal(async journal => {
      const due = { nature: 'request', count: traffic.sequences.flat().length } as const;
      await untilFinished(journal, due, 2 * MINUTES);
      await readers.read();
      expect(readers.left()).toBe(0);
      // What was sent twice is reported on twice: those reports come after all that is waited for.
      await run.untilDelivered();
      await waitFor(() => inboxCount(lab.maildir(LABORATORY)) === 0, { timeoutMs: MINUTES });
      await untilFinished(journal, due, MINUTES);
      const seconds = (performance.now() - begun) / 1000;
      const code = await daemon.stop();
      const books = await balanceOutgoing(traffic, { lab, zams: creator.received(), journal });
      process.stdout.write(
        `\n[chaos] ${due.count} requests, ${KILLS} kills in ${killing.toFixed(1)} s, all done after ` +
          `${seconds.toFixed(1)} s (seed ${SEED}; ${told(died)}): ` +
          `${sending.unanswered()} tries unanswered, ${books.repeatedRequests} requests came again; ` +
          `${books.ambiguousPreparations} preparations cut short; ` +
          `${books.mails} mails, ${books.repeatedMails} came again (${books.ambiguousMails} lost replies); ` +
          `${books.zams} ZAM, ${books.repeatedZams} came again (${books.ambiguousZams} lost answers); ` +
          `${books.reports} reports, ${books.heardAgain} of what was known\n`,
      );
      expect(books.wrong).toEqual([]);
      expect(books.ambiguousMails).toBeLessThanOrEqual(KILLS * IN_FLIGHT.mails);
      expect(books.repeatedZams).toBeLessThanOrEqual(books.ambiguousZams);
      expect(books.ambiguousZams).toBeLessThanOrEqual(KILLS * IN_FLIGHT.zams);
      // The ambushes did catch something: what is proven is not that nothing ever happened.
      const { repeatedMails, repeatedZams, ambiguousPreparations } = books;
      expect(Math.min(repeatedMails, repeatedZams, ambiguousPreparations)).toBeGreaterThan(0);
      const sentTwice = traffic.sequences.flat().filter(({ repeated }) => repeated).length;
      expect(books.repeatedRequests).toBeGreaterThan(sentTwice);
      expect(daemon.logged('target down: its deliveries wait').map(line => line['target'])).toEqual([]);
      expect([code, daemon.complaints()]).toEqual([0, '']);
    });
  });

  /** Lets the application go on with so many more sequences. */
  function send(count: number): void {
    for (const sequence of left.splice(0, Math.max(count, 0))) sending.send(sequence);
  }

  function reading(): () => boolean {
    const read = (): number => run.daemon.logged('mail recorded').length;
    const before = read();
    return () => read() > before || inboxCount(run.lab.maildir(LABORATORY)) === 0;
  }

  async function ambush(moment: Ambush, tooLong: AbortSignal): Promise<void> {
    // Something to be ambushed.
    send(4);
    switch (moment) {
      case 'preparing': {
        const prepared = (): number =>
          run.daemon.logged('delivery ended').filter(({ kind }) => kind === 'prepare').length;
        const before = prepared();
        await waitFor(() => prepared() > before || tooLong.aborted);
        return await delay(random() * PREPARATION_MS);
      }
      case 'answered':
        return await sending.nextTaken(tooLong);
      case 'unanswered':
        return await requests.spring(tooLong);
      case 'submitted':
        return await smtp.spring(tooLong);
      case 'filed':
        return await somethingFiled([run.lab.maildir(LABORATORY)], 'Autres', tooLong);
      case 'told': {
        const before = creator.received().length;
        await creator
          .until('another ZAM', () => creator.received().length > before, AMBUSH_MS)
          .catch(() => undefined);
      }
    }
  }
});
