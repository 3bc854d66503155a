import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected, Scenario } from '../../samples/scenarios.ts';
import { describe, type ErrorCode } from '../errors/catalogue.ts';
import type { ExchangeView, FolderRole } from '../journal/journal.ts';
import type { ReceivedMessage } from '../sandbox/dpi.ts';
import { answerOf, exchangeOf, messageIdIn, messageText, receivedBecauseOf } from './demo-hospital.ts';
import type { Hospital } from './demo-stage.ts';
import { differing } from './demo-verdict.ts';

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
export async function becameOf(scenario: Scenario, hospital: Hospital): Promise<Became> {
  const messageId = messageIdIn(await scenario.build());
  const view = messageId === undefined ? undefined : await exchangeOf(messageId, hospital);
  if (view === undefined) throw new Error(`${scenario.name} is not in the journal`);

  const received = receivedBecauseOf(view, hospital);
  const messages = received.map(answerOf);
  const owed = view.deliveries.find(({ kind }) => kind === 'mdn' || kind === 'error-mail');
  const sent = hospital.operator
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
    hospital.operator
      .folder(hospital.bal, hospital.folders[role])
      .some(({ raw }) => raw.toString('latin1').includes(`${messageId}`)),
  );
  const hold =
    view.exchange.state === 'held' ? view.exchange.fault : view.deliveries.find(each => each.hold)?.hold;
  const code = hold?.code ?? view.exchange.fault?.code;
  const outcome =
    hold !== undefined ? 'worklist' : view.exchange.outcome ? OUTCOMES[view.exchange.outcome] : 'other';
  const facts = { messages, outcome, code, folder, ...(notification ? { notification } : {}) } as const;
  return { ...facts, story: tell(facts, view, hospital), received, notificationMail: sent?.raw };
}

/** What differs from the expectation; nothing when all is well. */
export function differences(expected: Expected, became: Became): string[] {
  const { messages, outcome, code, notification, folder } = expected;
  return differing([
    ['messages', messages, became.messages],
    ['outcome', outcome, became.outcome],
    ['code', code, became.code],
    ['notification', notification, became.notification],
    ['folder', folder, became.folder],
  ]);
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
  { folders }: Hospital,
): string[] {
  const { messages, outcome, code, notification, folder } = facts;
  const handed = messages.map(messageText);
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
