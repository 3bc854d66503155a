import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { publicCode } from '../basics/public-code.ts';
import type { Engine, Statements } from './engine.ts';
import type { Ending, NewEvent } from './journal.ts';
import type { Tally } from './records.ts';
import * as sql from './sql.ts';

// For flows/deliver-document.ts.

/** What every part of the journal works with. */
export interface JournalContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** Seals payloads at rest; undefined leaves them in clear. */
  readonly sealKey: Uint8Array | undefined;
  /** What an identity is known by, to this journal alone. */
  readonly keyOf: (identity: string) => string;
}

/** The time, in the journal's milliseconds. */
export function now(context: JournalContext): number {
  return context.clock.now().getTime();
}

/** Adds a line to an exchange's history. */
export async function addEvent(
  statements: Statements,
  exchangeId: string,
  at: number,
  event: NewEvent,
): Promise<void> {
  const { type, deliveryId, data } = event;
  await statements.run(sql.EVENT_ADD, exchangeId, deliveryId ?? null, at, type, JSON.stringify(data ?? {}));
}

/** Counts an outcome, under a code that may be shown: a series for whatever an application says would have no end. */
export async function tally(
  statements: Statements,
  application: string,
  way: Tally['way'],
  { outcome, code }: Pick<Ending, 'outcome' | 'code'>,
): Promise<void> {
  await statements.run(sql.TALLY, application, way, outcome, code === undefined ? '' : publicCode(code));
}
