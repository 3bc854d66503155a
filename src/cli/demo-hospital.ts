import type { Expected } from '../../samples/scenarios.ts';
import type { ExchangeView } from '../journal/journal.ts';
import type { ReceivedMessage } from '../sandbox/dpi.ts';
import type { Hospital } from './demo-stage.ts';

// What became of a mail at the hospital, as its journal and its DPI know it.

/** The Message-ID of a mail, with its brackets. */
export function messageIdIn(raw: Buffer): string | undefined {
  return /^message-id:\s*(<[^>]+>)/im.exec(raw.toString('latin1'))?.[1];
}

/** What the hospital's gateway knows of a mail; undefined where it has not received it. */
export async function exchangeOf(
  messageId: string,
  { gateway: { journal } }: Hospital,
): Promise<ExchangeView | undefined> {
  const known = await journal.list({ limit: 1_000 });
  const exchange = known.find(each => each.messageId === messageId);
  return exchange && (await journal.exchange(exchange.id));
}

/** The messages that the DPI took because of a mail. */
export function receivedBecauseOf(
  { documents }: ExchangeView,
  { dpi }: Hospital,
): readonly ReceivedMessage[] {
  const controlIds = documents.map(({ delivery }) => delivery.identifiers['controlId']);
  return dpi.received().filter(({ controlId }) => controlIds.includes(controlId));
}

/** Event and answer of a message that the DPI took. */
export function answerOf({ event, answer, error }: ReceivedMessage): Expected['messages'][number] {
  return { event: event as 'T02' | 'T10' | 'T04', answer: error?.code ?? answer };
}

/** A message to the DPI and its answer, in French. */
export function messageText({ event, answer }: Expected['messages'][number]): string {
  return `MDM^${event} ${answer === 'AA' ? 'accepté' : `refusé (${answer})`}`;
}
