import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from '../kit/daemon.ts';
import { waitFor } from '../kit/wait.ts';

/** Where death waits: anywhere in a life, its start included, or right after a peer has done its part. */
export type Moment<Ambush extends string> = 'any' | 'start' | Ambush;

/** How long an ambush may take, and the life before it, ms. */
export const AMBUSH_MS = 3_000;
const LIFE_MS = 1_500;
/** More than a start takes. */
const START_MS = 700;
/** Between two deliveries, or in the middle of one. */
const INSTANT_MS = 20;

/** Whose lives end, and how. */
export interface Lives<Ambush extends string> {
  readonly daemon: Daemon;
  readonly random: () => number;
  /** Deliveries that a life may end, at most: an instant of work and not of the clock, however busy the machine is. */
  readonly work: number;
  /**
   * The moments of death, one after the other, again and again. A third reading that does not end sets a mail aside for
   * a person, and rightly so: two lives in a row never end blindly, and those that are ambushed have read a mail first.
   */
  readonly moments: readonly Moment<Ambush>[];
  /** Called when a life begins; what it gives tells whether that life has read a mail of each mailbox, or found none. */
  readonly reading: () => () => boolean;
  /** Resolves right after a peer has done its part, before the daemon can have recorded it; or when it takes too long. */
  readonly ambush: (moment: Ambush, tooLong: AbortSignal) => Promise<void>;
}

/**
 * SIGKILL, so many times.
 *
 * @param begin called before each life
 * @returns how often each moment was met: one that did not come in time is `any`
 */
export async function dieOften<Ambush extends string>(
  kills: number,
  lives: Lives<Ambush>,
  begin: (life: number) => void | Promise<void>,
): Promise<ReadonlyMap<Moment<Ambush>, number>> {
  const died = new Map<Moment<Ambush>, number>();
  for (let life = 0; life < kills; life++) {
    await begin(life);
    const met = await liveUntil(lives.moments[life % lives.moments.length] ?? 'any', lives);
    await lives.daemon.kill();
    died.set(met, (died.get(met) ?? 0) + 1);
  }
  return died;
}

/** Starts the daemon and returns at the moment of its death. @returns what the moment was in the end */
async function liveUntil<Ambush extends string>(
  moment: Moment<Ambush>,
  { daemon, random, work, reading, ambush }: Lives<Ambush>,
): Promise<Moment<Ambush>> {
  if (moment === 'start') {
    daemon.spawn();
    await delay(random() * START_MS);
    return 'start';
  }
  const ended = (): number => daemon.logged('delivery ended').length;
  const enough = ended() + random() * work;
  await daemon.start();
  const hasRead = reading();
  const longEnough = AbortSignal.timeout(LIFE_MS);
  await waitFor(() => ended() >= enough || longEnough.aborted);
  await delay(random() * INSTANT_MS);
  if (moment === 'any') return 'any';
  const tooLong = AbortSignal.timeout(AMBUSH_MS);
  await waitFor(() => hasRead() || tooLong.aborted);
  if (!tooLong.aborted) await ambush(moment, tooLong);
  return tooLong.aborted ? 'any' : moment;
}

/** Dovecot has put a mail into the folder of one of these Maildirs. */
export async function somethingFiled(
  maildirs: readonly string[],
  folder: string,
  tooLong: AbortSignal,
): Promise<void> {
  const parts = maildirs.flatMap(maildir => ['cur', 'new'].map(part => join(maildir, `.${folder}`, part)));
  const seen = new AbortController();
  const signal = AbortSignal.any([seen.signal, tooLong]);
  await new Promise<void>(resolve => {
    signal.addEventListener('abort', () => resolve());
    for (const part of parts.filter(existsSync)) watch(part, { signal }, () => seen.abort());
  });
}

/** `any 20, start 5`: how often each moment was met. */
export function told(died: ReadonlyMap<string, number>): string {
  return [...died].map(([moment, times]) => `${moment} ${times}`).join(', ');
}
