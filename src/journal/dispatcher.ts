import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../basics/clock.ts';
import type { Fault, GatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import type { Delivery, Ending, Journal, NewDelivery } from './journal.ts';
import { createRunner } from './runner.ts';

/** Durations in milliseconds. */
export interface RetryPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Patience with a peer that answers; time while it cannot be reached does not count. */
  readonly giveUpAfterMs: number;
}

/** What a peer asks for instead of its target's own pace, ms. */
export interface Pace {
  readonly pauseMs?: number | undefined;
  readonly giveUpAfterMs?: number | undefined;
}

type AttemptEnd =
  | { readonly ended: Ending; readonly owed?: readonly NewDelivery[] }
  | { readonly hold: Fault; readonly owed?: readonly NewDelivery[] }
  | { readonly later: GatewayError; readonly pace?: Pace };

/** How an attempt ended: for good (and what is owed because of it), for a person, or not yet. A thrown GatewayError says the same by its class. */
export type Attempt = AttemptEnd & {
  /** It came to its end without the target: nothing is known of that. */
  readonly isUntried?: true;
  /** Records what has happened at the peer, before how the attempt ended: tried until the journal takes it. */
  readonly noted?: () => Promise<void>;
  /** What stands instead, where that is known only once it is noted; undefined for nothing. */
  readonly decide?: () => Settled | undefined;
};

/** An attempt that does not go on. */
export type Settled = Extract<AttemptEnd, { ended: unknown } | { hold: unknown }>;

/** Somebody or something that deliveries go to. */
export interface Target {
  readonly name: string;
  /** How logs name it. */
  readonly logged: Readonly<
    { application: string } | { mailbox: string; target: string } | { target: string }
  >;
  readonly parallel: number;
  /** How many of them at most were tried before; the other places are for what never was. All where absent. */
  readonly retriesAtOnce?: number;
  readonly retry: RetryPolicy;
  attempt(delivery: Delivery): Promise<Attempt>;
  /** What the worklist says once patience is used up. */
  givenUp(error: GatewayError, delivery: Delivery): Fault;
  /**
   * What is owed because a delivery waits for a person, where the attempt does not say it itself; nothing where absent,
   * or where it fails for good.
   */
  owedWhenHeld?(delivery: Delivery, fault: Fault): readonly NewDelivery[] | Promise<readonly NewDelivery[]>;
  /** After an ending is durable. */
  ended(delivery: Delivery, ending: Ending): Promise<void>;
}

/** What is known of a target's connection. */
export interface TargetState {
  readonly name: string;
  /** Since when it cannot be reached; undefined while it can. */
  readonly downSince: number | undefined;
}

/** Where deliveries are set going. */
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
  let stopped = false;
  const pokeDue = async (): Promise<void> => {
    for (const name of await options.journal.due()) runners.get(name)?.fill();
  };
  return {
    poke: name => {
      if (stopped) return;
      if (name !== undefined) return runners.get(name)?.fill();
      pokeDue().catch((error: unknown) => options.log.error(logFields(error), 'journal not readable'));
    },
    states: () => [...runners.values()].map(runner => runner.state()),
    stop: async graceMs => {
      stopped = true;
      const idle = Promise.all([...runners.values()].map(runner => runner.stop()));
      const grace = new AbortController();
      await Promise.race([idle, delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
      grace.abort();
    },
  };
}
