import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected, Scenario } from '../../samples/scenarios.ts';
import type { MailboxConfig } from '../config/schema.ts';
import { describe, type ErrorCode } from '../errors/catalogue.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { ExchangeView, FolderRole } from '../journal/journal.ts';
import type { Dpi, ReceivedMessage } from '../sandbox/dpi.ts';
import type { Operator } from '../sandbox/operator.ts';

export interface DemoPlaces {
  readonly gateway: Gateway;
  readonly operator: Operator;
  readonly dpi: Dpi;
  readonly bal: string;
  readonly folders: MailboxConfig['folders'];
}

/** What became of a mail, as the peers and the journal tell it. */
export interface Became extends Omit<Expected, 'code' | 'folder'> {
  readonly code: ErrorCode | undefined;
  readonly folder: FolderRole | undefined;
  /** What happened, a French sentence a line. */
  readonly story: readonly string[];
  readonly received: readonly ReceivedMessage[];
  readonly notificationMail: Uint8Array | undefined;
}

const OUTCOMES = { accepted: 'integrated', refused: 'refused', abandoned: 'refused' } as const;

/** Gathers what became of a scenario's mail from those who received something because of it. */
export async function becameOf(scenario: Scenario, places: DemoPlaces): Promise<Became> {
  const messageId = /^message-id:\s*(<[^>]+>)/im.exec((await scenario.build()).toString('latin1'))?.[1];
  const { journal } = places.gateway;
  const known = await journal.list({ limit: 1_000 });
  const exchange = known.find(each => each.messageId === messageId);
  const view = exchange && (await journal.exchange(exchange.id));
  if (view === undefined) throw new Error(`${scenario.name} is not in the journal`);

  const controlIds = view.documents.map(({ delivery }) => delivery.identifiers['controlId']);
  const received = places.dpi.received().filter(({ controlId }) => controlIds.includes(controlId));
  const messages = received.map(({ event, answer, error }) => ({
    event: event as 'T02' | 'T10' | 'T04',
    answer: error?.code ?? answer,
  }));
  const owed = view.deliveries.find(({ kind }) => kind === 'mdn' || kind === 'error-mail');
  const sent = places.operator
    .accepted()
    .find(
      ({ raw }) => owed && raw.toString('latin1').includes(`Message-ID: ${owed.identifiers['messageId']}`),
    );
  const notification = owed &&
    sent && {
      kind: owed.kind as 'mdn' | 'error-mail',
      to: sent.envelope.to[0] ?? '',
      ...(view.exchange.outcomeCode === undefined ? {} : { error: view.exchange.outcomeCode }),
    };
  const folder = (['done', 'failed', 'other'] as const).find(role =>
    places.operator
      .folder(places.bal, places.folders[role])
      .some(({ raw }) => raw.toString('latin1').includes(`${messageId}`)),
  );
  const hold =
    view.exchange.state === 'held' ? view.exchange.fault : view.deliveries.find(each => each.hold)?.hold;
  const code = hold?.code ?? view.exchange.fault?.code;
  const outcome =
    hold !== undefined ? 'worklist' : view.exchange.outcome ? OUTCOMES[view.exchange.outcome] : 'other';
  const facts = { messages, outcome, code, folder, ...(notification ? { notification } : {}) } as const;
  return { ...facts, story: tell(facts, view, places), received, notificationMail: sent?.raw };
}

/** What differs from the expectation; nothing when all is well. */
export function differences(expected: Expected, became: Became): string[] {
  const { messages, outcome, code, notification, folder } = expected;
  const pairs: [string, unknown, unknown][] = [
    ['messages', messages, became.messages],
    ['outcome', outcome, became.outcome],
    ['code', code, became.code],
    ['notification', notification, became.notification],
    ['folder', folder, became.folder],
  ];
  return pairs
    .map(
      ([what, wanted, got]) =>
        [what, JSON.stringify(wanted) ?? 'none', JSON.stringify(got) ?? 'none'] as const,
    )
    .filter(([, wanted, got]) => wanted !== got)
    .map(([what, wanted, got]) => `${what}: expected ${wanted}, got ${got}`);
}

/** Leaves the MDM that the DPI received and the notification that the sender received as files. */
export function leaveFiles({ name }: Scenario, became: Became, output: string): void {
  for (const [position, { event, raw }] of became.received.entries()) {
    writeFileSync(join(output, `${name}.${position + 1}.MDM-${event}.hl7`), raw);
  }
  if (became.notificationMail !== undefined) {
    writeFileSync(
      join(output, `${name}.${became.notification?.kind ?? 'mail'}.eml`),
      became.notificationMail,
    );
  }
}

function tell(
  facts: Pick<Became, 'messages' | 'outcome' | 'code' | 'notification' | 'folder'>,
  view: ExchangeView,
  { folders }: DemoPlaces,
): string[] {
  const { messages, outcome, code, notification, folder } = facts;
  const handed = messages.map(
    ({ event, answer }) => `MDM^${event} ${answer === 'AA' ? 'accepté' : `refusé (${answer})`}`,
  );
  const filed =
    folder === undefined ? `resté dans ${view.exchange.place?.folder}` : `dossier ${folders[folder]}`;
  return [
    ...(code === undefined ? [] : [`${code} : ${describe(code).why}`]),
    [
      ...(handed.length === 0 ? [] : [`DPI : ${handed.join(', ')}`]),
      outcome === 'worklist' ? 'à traiter par une personne' : answered(notification),
      filed,
    ].join(' · '),
  ];
}

function answered(notification: Became['notification']): string {
  if (notification === undefined) return 'aucune réponse à l’expéditeur';
  const { kind, error, to } = notification;
  if (kind === 'error-mail') return `courriel d’erreur (${error}) à ${to}`;
  return error === undefined ? `MDN positif à ${to}` : `MDN négatif (${error}) à ${to}`;
}
