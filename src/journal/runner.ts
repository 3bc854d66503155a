import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { waitAfter } from '../basics/backoff.ts';
import { publicCode } from '../basics/public-code.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { type Fault, type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import type { Attempt, DispatcherOptions, Pace, RetryPolicy, Target, TargetState } from './dispatcher.ts';
import type { Delivery, NewDelivery } from './journal.ts';
import { createTurnedAway } from './turned-away.ts';

/** Whatever a peer asks for: no attempt follows the one before at once. */
const SHORTEST_PAUSE_MS = 1_000;

/** The share of a pause that is left to chance. */
const JITTER = 0.2;

/** One target's deliveries: claimed, attempted, recorded. */
export interface Runner {
  /** Claims as many as there is room for. Never throws. */
  fill(): void;
  state(): TargetState;
  /** Claims nothing more; resolves once nothing is on the wire. */
  stop(): Promise<void>;
}

/** Serves one target: pauses and knocks while it is down, tries again what failed, hands over what waits too long. */
export function createRunner(target: Target, { journal, clock, random, log }: DispatcherOptions): Runner {
  const running = new Set<Promise<void>>();
  let retrying = 0;
  let filling: Promise<void> | undefined;
  let fillAgain = false;
  let stopped = false;
  let downSince: number | undefined;
  const turnedAway = createTurnedAway();
  let tries = 0;
  let pausedUntil = 0;
  const now = (): number => clock.now().getTime();
  const elapsed = clock.elapsed ?? now;
  /** A pause longer than any is one that the clock, being set back, has lengthened. */
  const isPaused = (): boolean => now() < pausedUntil && pausedUntil - now() <= target.retry.maxMs;
  const tlog = log.child(target.logged);

  const fill = (): void => {
    if (filling !== undefined) {
      fillAgain = true;
      return;
    }
    filling = claim()
      .catch((error: unknown) => tlog.error(logFields(error), 'claim failed'))
      .finally(() => {
        filling = undefined;
        if (!fillAgain) return;
        fillAgain = false;
        fill();
      });
  };

  const claim = async (): Promise<void> => {
    // While it is down a single delivery knocks, another each time: an outage costs one connection a pause, not one a
    // document, and what the target has against one of them keeps it from none of the others.
    const room = (downSince === undefined ? target.parallel : 1) - running.size;
    if (stopped || room <= 0 || isPaused()) return;
    const { retriesAtOnce = Infinity } = target;
    const knockedLast = downSince === undefined ? undefined : turnedAway.last();
    const claimed =
      knockedLast === undefined
        ? await journal.claim(target.name, room, Math.min(room, retriesAtOnce - retrying))
        : await journal.claimAfter(target.name, knockedLast);
    for (const delivery of claimed) {
      const again = delivery.attempts > 1 ? 1 : 0;
      retrying += again;
      const run = handle(delivery)
        .catch((error: unknown) =>
          tlog.error({ ...logFields(error), delivery: delivery.id }, 'delivery left as it is'),
        )
        .finally(() => {
          running.delete(run);
          retrying -= again;
          fill();
        });
      running.add(run);
    }
  };

  const handle = async (delivery: Delivery): Promise<void> => {
    const dlog = tlog.child({
      exchange: delivery.exchangeId,
      delivery: delivery.id,
      // pino writes a field twice that it is given twice.
      ...('mailbox' in target.logged ? {} : { mailbox: delivery.mailbox }),
    });
    if (stopped || !(await begun(delivery, dlog))) {
      await persist(dlog, () => journal.release(delivery.id));
      return;
    }
    let result: Attempt;
    const begin = elapsed();
    try {
      result = await target.attempt(delivery);
    } catch (error) {
      result = failed(toGatewayError(error));
    }
    await settle(delivery, result, Math.round(elapsed() - begin), dlog);
  };

  /** Nothing leaves before the journal knows of it: a journal that refuses costs the delivery nothing but time. */
  const begun = async (delivery: Delivery, dlog: Logger): Promise<boolean> => {
    try {
      await journal.sending(delivery.id);
      return true;
    } catch (error) {
      dlog.error(logFields(error), 'journal refuses a record: not sent yet');
      pausedUntil = Math.max(pausedUntil, now() + target.retry.firstMs);
      return false;
    }
  };

  const settle = async (delivery: Delivery, result: Attempt, tookMs: number, dlog: Logger): Promise<void> => {
    if (result.noted !== undefined && !(await persist(dlog, result.noted))) return;
    if ('later' in result && result.later.class === 'unreachable')
      return unreachable(delivery, result.later, tookMs, dlog);
    turnedAway.delete(delivery.id);
    if (result.isUntried !== true) reachable();
    const { kind } = delivery;
    if ('later' in result) return later(delivery, result.later, tookMs, dlog, result.pace);
    const end = result.decide?.() ?? result;
    if ('hold' in end) {
      const { hold, owed } = end;
      if (!(await persist(dlog, () => setAside(delivery, hold, dlog, { owed })))) return;
      dlog.warn({ kind, code: hold.code }, 'delivery waits for a person');
      return;
    }
    const { ended, owed } = end;
    if (!(await persist(dlog, () => journal.end(delivery.id, ended, owed)))) return;
    const { outcome, code } = ended;
    dlog.info({ kind, outcome, ...(code === undefined ? {} : { code: publicCode(code) }) }, 'delivery ended');
    try {
      await target.ended(delivery, ended);
    } catch (error) {
      dlog.error(logFields(error), 'nothing could be made of the ending');
    }
  };

  const setAside = async (
    delivery: Delivery,
    fault: Fault,
    dlog: Logger,
    { owed, last }: { readonly owed?: readonly NewDelivery[] | undefined; readonly last?: ErrorCode },
  ): Promise<void> =>
    journal.hold(delivery.id, fault, owed ?? (await owedBecauseHeld(delivery, fault, dlog)), last);

  /** What can never be made, its bytes being sealed with a lost key, keeps nothing from waiting for a person. */
  const owedBecauseHeld = async (
    delivery: Delivery,
    fault: Fault,
    dlog: Logger,
  ): Promise<readonly NewDelivery[]> => {
    try {
      return (await target.owedWhenHeld?.(delivery, fault)) ?? [];
    } catch (error) {
      if (toGatewayError(error).class !== 'permanent') throw error;
      dlog.error(logFields(error), 'held without what would be owed because of it');
      return [];
    }
  };

  const later = async (
    delivery: Delivery,
    error: GatewayError,
    tookMs: number,
    dlog: Logger,
    { pauseMs, giveUpAfterMs = target.retry.giveUpAfterMs }: Pace = {},
  ): Promise<void> => {
    const { kind } = delivery;
    const pause =
      pauseMs === undefined
        ? waitOf(target.retry, delivery.attempts - 1, random())
        : Math.max(pauseMs, SHORTEST_PAUSE_MS);
    const spentMs = tookMs + pause;
    if (delivery.spentMs + spentMs > giveUpAfterMs) {
      const fault = target.givenUp(error, delivery);
      if (!(await persist(dlog, () => setAside(delivery, fault, dlog, { last: error.code })))) return;
      dlog.warn({ kind, code: fault.code, last: error.code }, 'given up: waits for a person');
      return;
    }
    const retry = { code: error.code, nextAt: now() + pause, spentMs };
    if (!(await persist(dlog, () => journal.retryLater(delivery.id, retry)))) return;
    dlog.warn({ ...error.fields, kind, code: error.code, retryInMs: pause }, 'attempt failed');
  };

  const unreachable = async (
    delivery: Delivery,
    error: GatewayError,
    tookMs: number,
    dlog: Logger,
  ): Promise<void> => {
    if (turnedAway.add(delivery.id, downSince === undefined)) return later(delivery, error, tookMs, dlog);
    // Several attempts may fail together when a peer goes down: one step of the backoff for all of them.
    if (!isPaused()) {
      pausedUntil = now() + waitOf(target.retry, tries, random());
      tries += 1;
    }
    if (downSince === undefined) {
      downSince = now();
      dlog.error({ ...error.fields, code: error.code }, 'target down: its deliveries wait');
    }
    await persist(dlog, () => journal.release(delivery.id));
  };

  const reachable = (): void => {
    turnedAway.letIn();
    tries = 0;
    pausedUntil = 0;
    if (downSince === undefined) return;
    tlog.info({ downMs: now() - downSince }, 'target up again');
    downSince = undefined;
  };

  /**
   * What happened at the peer cannot be undone, so its record is tried until the journal takes it.
   *
   * @returns false when the gateway stops before: the next one finds the delivery as it was
   */
  const persist = async (dlog: Logger, write: () => Promise<void>): Promise<boolean> => {
    for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
      try {
        await write();
        return true;
      } catch (error) {
        dlog.error(logFields(error), 'journal refuses a record');
        if (stopped) return false;
        await delay(pause);
      }
    }
  };

  return {
    fill,
    state: () => ({ name: target.name, downSince }),
    stop: async () => {
      stopped = true;
      await filling;
      await Promise.all(running);
    },
  };
}

function failed(error: GatewayError): Attempt {
  return error.class === 'permanent' ? { hold: error.fault } : { later: error };
}

function waitOf({ firstMs, factor, maxMs }: RetryPolicy, failures: number, random: number): number {
  return waitAfter(failures, { first: firstMs, factor, max: maxMs, jitter: JITTER }, random);
}
