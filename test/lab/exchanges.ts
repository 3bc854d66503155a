import type { Delivery, Exchange, ExchangeView, Journal } from '../../src/journal/journal.ts';
import { waitFor } from '../kit/wait.ts';

/** What a run looks at in the journal. */

/** Every exchange, the latest first. */
export async function everyExchange(journal: Journal): Promise<ExchangeView[]> {
  const views: ExchangeView[] = [];
  for (const { id } of await journal.list({ limit: 10_000 })) {
    const view = await journal.exchange(id);
    if (view !== undefined) views.push(view);
  }
  return views;
}

/** Attempts of which nobody knows how they ended, by MSH-10 or Message-ID. */
export function ambiguousBy(views: readonly ExchangeView[]): Map<string, number> {
  return new Map(
    views
      .flatMap(({ deliveries }) => deliveries)
      .map(({ identifiers, ambiguous }) => [
        identifiers['controlId'] ?? identifiers['messageId'] ?? '',
        ambiguous,
      ]),
  );
}

/** The same, of all deliveries of some kinds. */
export function ambiguousOf(views: readonly ExchangeView[], kinds: readonly Delivery['kind'][]): number {
  return views
    .flatMap(({ deliveries }) => deliveries)
    .filter(({ kind }) => kinds.includes(kind))
    .reduce((sum, { ambiguous }) => sum + ambiguous, 0);
}

/**
 * Waits until so many mails or requests are recorded, and of everything that is owed by us or to us nothing is left
 * that does not wait for a person.
 *
 * @throws Error naming what has not ended in time
 */
export async function untilFinished(
  journal: Journal,
  due: { readonly nature: 'mail' | 'request'; readonly count: number },
  timeoutMs: number,
): Promise<void> {
  let left: string[] = [];
  try {
    await waitFor(
      async () => {
        left = await unfinished(journal, due);
        return left.length === 0;
      },
      { timeoutMs, everyMs: 100 },
    );
  } catch {
    throw new Error(`not within ${timeoutMs} ms:\n${left.join('\n')}`);
  }
}

const ENOUGH = 20;

/** The first of them: what costs least is looked at first. */
async function unfinished(
  journal: Journal,
  { nature, count }: Parameters<typeof untilFinished>[1],
): Promise<string[]> {
  const { targets } = await journal.backlog();
  const waiting = targets.filter(target => target.waiting > 0);
  if (waiting.length > 0) {
    return waiting.map(target => `${target.waiting} × ${target.kind} to ${target.target} waiting`);
  }
  const known = await journal.list({ limit: 10_000 });
  const recorded = known.filter(each => (each.nature === 'request') === (nature === 'request')).length;
  const left = recorded < count ? [`${recorded} of ${count} ${nature}s recorded`] : [];
  for (const exchange of known) {
    if (left.length >= ENOUGH) break;
    if (exchange.state !== 'ended') left.push(...(await owedOf(exchange, journal)));
  }
  return [...left, ...(await journal.readyToConclude(ENOUGH)).map(id => `exchange ${id} not concluded`)];
}

async function owedOf({ id, state, messageId }: Exchange, journal: Journal): Promise<string[]> {
  if (state === 'seen') return [`exchange ${id} not read`];
  const owed = (await journal.exchange(id))?.deliveries.filter(each => !isSettled(each)) ?? [];
  return owed.map(delivery => `exchange ${id} of ${messageId}: ${delivery.kind} ${delivery.state}`);
}

function isSettled({ state }: Delivery): boolean {
  return state === 'done' || state === 'held';
}
