import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Fault, type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import type { Clock } from '../basics/clock.ts';
import type { Delivery, Ending, Journal } from './journal.ts';

/** Durations in milliseconds. */
export interface RetryPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Patience with a peer that answers; time while it cannot be reached does not count. */
  readonly giveUpAfterMs: number;
}

/** How an attempt ended: for good, for a person, or not yet. A thrown GatewayError says the same by its class. */
export type Attempt =
  | { readonly ended: Ending }
  | { readonly hold: Fault }
  | { readonly later: GatewayError };

/** Somebody or something that deliveries go to. */
export interface Target {
  readonly name: string;
  readonly parallel: number;
  readonly retry: RetryPolicy;
  attempt(delivery: Delivery): Promise<Attempt>;
  /** What the worklist says once patience is used up. */
  givenUp(error: GatewayError): Fault;
  /** After an ending is durable. */
  ended(delivery: Delivery, ending: Ending): Promise<void>;
}

export interface TargetState {
  readonly name: string;
  /** Since when it cannot be reached; undefined while it can. */
  readonly downSince: number | undefined;
}

export interface Dispatcher {
  /** Something may be due: for one target, or for any. Never throws. */
  poke(target?: string): void;
  states(): TargetState[];
  /** Claims nothing more; waits for what is on the wire, at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export interface DispatcherOptions {
  readonly journal: Journal;
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Claims due deliveries and has them attempted, each target on its own: one that is down holds up no other. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const runners = new Map(options.targets.map(target => [target.name, createRunner(target, options)]));
  const pokeDue = async (): Promise<void> => {
    for (const name of await options.journal.due()) runners.get(name)?.fill();
  };
  return {
    poke: name => {
      if (name !== undefined) return runners.get(name)?.fill();
      pokeDue().catch((error: unknown) => options.log.error(logFields(error), 'journal not readable'));
    },
    states: () => [...runners.values()].map(runner => runner.state()),
    stop: async graceMs => {
      const idle = Promise.all([...runners.values()].map(runner => runner.stop()));
      const grace = new AbortController();
      await Promise.race([idle, delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
      grace.abort();
    },
  };
}

interface Runner {
  fill(): void;
  state(): TargetState;
  stop(): Promise<void>;
}

function createRunner(target: Target, { journal, clock, random, log }: DispatcherOptions): Runner {
  const running = new Set<Promise<void>>();
  let filling = false;
  let fillAgain = false;
  let stopped = false;
  let downSince: number | undefined;
  let tries = 0;
  let pausedUntil = 0;
  const now = (): number => clock.now().getTime();
  const tlog = log.child({ target: target.name });

  const fill = (): void => {
    if (filling) {
      fillAgain = true;
      return;
    }
    filling = true;
    claim()
      .catch((error: unknown) => tlog.error(logFields(error), 'claim failed'))
      .finally(() => {
        filling = false;
        if (fillAgain) {
          fillAgain = false;
          fill();
        }
      });
  };

  const claim = async (): Promise<void> => {
    // While it is down a single delivery knocks: an outage costs one connection a pause, not one a document.
    const room = (downSince === undefined ? target.parallel : 1) - running.size;
    if (stopped || room <= 0 || now() < pausedUntil) return;
    for (const delivery of await journal.claim(target.name, room)) {
      const run = attempt(delivery).finally(() => {
        running.delete(run);
        fill();
      });
      running.add(run);
    }
  };

  const attempt = async (delivery: Delivery): Promise<void> => {
    const dlog = tlog.child({
      exchange: delivery.exchangeId,
      delivery: delivery.id,
      mailbox: delivery.mailbox,
    });
    let result: Attempt;
    try {
      await journal.sending(delivery.id);
      result = await target.attempt(delivery);
    } catch (error) {
      result = failed(toGatewayError(error));
    }
    await persist(dlog, () => settle(delivery, result, dlog));
  };

  const settle = async (delivery: Delivery, result: Attempt, dlog: Logger): Promise<void> => {
    if ('later' in result && result.later.class === 'unreachable') return unreachable(delivery, result.later);
    reachable();
    if ('ended' in result) {
      await journal.end(delivery.id, result.ended);
      const { outcome, code } = result.ended;
      dlog.info({ kind: delivery.kind, outcome, ...(code === undefined ? {} : { code }) }, 'delivery ended');
      await target.ended(delivery, result.ended);
    } else if ('hold' in result) {
      await journal.hold(delivery.id, result.hold);
      dlog.warn({ kind: delivery.kind, code: result.hold.code }, 'delivery waits for a person');
    } else {
      await later(delivery, result.later, dlog);
    }
  };

  const later = async (delivery: Delivery, error: GatewayError, dlog: Logger): Promise<void> => {
    const pause = backoff(target.retry, delivery.attempts, random());
    const spentMs = now() - (delivery.triedAt ?? now()) + pause;
    if (delivery.spentMs + spentMs > target.retry.giveUpAfterMs) {
      const fault = target.givenUp(error);
      await journal.hold(delivery.id, fault);
      dlog.warn({ kind: delivery.kind, code: fault.code, last: error.code }, 'given up: waits for a person');
      return;
    }
    await journal.retry(delivery.id, {
      code: error.code,
      class: error.class,
      nextAt: now() + pause,
      spentMs,
    });
    dlog.warn({ ...error.fields, kind: delivery.kind, code: error.code, retryInMs: pause }, 'attempt failed');
  };

  const unreachable = async (delivery: Delivery, error: GatewayError): Promise<void> => {
    await journal.release(delivery.id);
    // Several attempts may fail together when a peer goes down: one step of the backoff for all of them.
    if (now() >= pausedUntil) {
      tries += 1;
      pausedUntil = now() + backoff(target.retry, tries, random());
    }
    if (downSince !== undefined) return;
    downSince = now();
    tlog.error({ ...error.fields, code: error.code }, 'target down: its deliveries wait');
  };

  const reachable = (): void => {
    tries = 0;
    pausedUntil = 0;
    if (downSince === undefined) return;
    tlog.info({ downMs: now() - downSince }, 'target up again');
    downSince = undefined;
  };

  /** What happened at the peer cannot be undone, so its record is tried until the journal takes it. */
  const persist = async (dlog: Logger, write: () => Promise<void>): Promise<void> => {
    for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
      try {
        return await write();
      } catch (error) {
        dlog.error(logFields(error), 'journal refuses a record');
        if (stopped) return;
        await delay(pause);
      }
    }
  };

  return {
    fill,
    state: () => ({ name: target.name, downSince }),
    stop: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
}

function failed(error: GatewayError): Attempt {
  return error.class === 'permanent' ? { hold: error.fault } : { later: error };
}

/** Exponential, capped, with up to 20 % of jitter. `attempt` counts from 1. */
export function backoff(policy: RetryPolicy, attempt: number, random: number): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 50);
  const plain = Math.min(policy.firstMs * policy.factor ** exponent, policy.maxMs);
  return Math.round(plain * (0.8 + 0.2 * random));
}
