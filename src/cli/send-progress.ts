import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { ExchangeView, Journal } from '../journal/journal.ts';
import { historyLines } from './exchange-page.ts';
import { withJournal } from './journal-access.ts';

const LOOK_EVERY_MS = 200;
/** The newest exchanges among which that of the message is looked for. */
const AMONG = 1_000;

/** What is followed: a request, by the application that sent it and its MSH-10. */
export interface Followed {
  readonly application: string;
  readonly controlId: string;
  /** How long at most, ms. */
  readonly wait: number;
  /** Told each line of its history as it comes. */
  readonly told: (line: string) => void;
}

/**
 * Follows a request that was accepted.
 *
 * @returns its exchange once nothing more happens by itself, or as it stands when the time is over; undefined where
 *   the journal does not know it
 * @throws GatewayError JRN-… when the journal cannot be read
 */
export async function follow(config: Config, followed: Followed): Promise<ExchangeView | undefined> {
  let view: ExchangeView | undefined;
  let lines = 0;
  await withJournal(config, async ({ journal }) => {
    for (const until = Date.now() + followed.wait; ; await delay(LOOK_EVERY_MS)) {
      const id = view?.exchange.id ?? (await find(journal, followed));
      view = id === undefined ? undefined : await journal.exchange(id);
      const history = view === undefined ? [] : historyLines(view);
      for (const line of history.slice(lines)) followed.told(line);
      lines = history.length;
      if (Date.now() >= until || (view !== undefined && rests(view))) return;
    }
  });
  return view;
}

async function find(journal: Journal, { application, controlId }: Followed): Promise<string | undefined> {
  const latest = await journal.list({ limit: AMONG });
  return latest.find(
    each => each.nature === 'request' && each.application === application && each.messageId === controlId,
  )?.id;
}

/** What waits for a person or for a report may do so for days. */
function rests({ deliveries }: ExchangeView): boolean {
  return deliveries.every(({ state }) => state === 'done' || state === 'held' || state === 'expected');
}
