import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExpectedRequest, RequestScenario } from '../../samples/requests.ts';
import { describe, type ErrorCode, isErrorCode } from '../errors/catalogue.ts';
import { parseMessage } from '../formats/hl7/message.ts';
import { isPatientAddress } from '../formats/hl7/request-address.ts';
import type { Ack } from '../formats/hl7/types.ts';
import type { ReceivedZam } from '../sandbox/creator.ts';
import type { ReceivedMessage } from '../sandbox/dpi.ts';
import type { AcceptedMail } from '../sandbox/operator.ts';
import { answerOf, exchangeOf, messageIdIn, messageText, receivedBecauseOf } from './demo-hospital.ts';
import type { Stage } from './demo-stage.ts';
import { differing } from './demo-verdict.ts';

/** A request that the laboratory's software has sent, and what its gateway answered. */
export interface Asked {
  readonly scenario: RequestScenario;
  readonly message: Buffer;
  readonly ack: Ack;
  /** As it was on the line. */
  readonly rawAck: Uint8Array;
}

/** What became of a request, as everybody tells it whom it reached. */
export interface RequestBecame extends ExpectedRequest {
  /** What happened, a French sentence a line. */
  readonly story: readonly string[];
  readonly sent: readonly AcceptedMail[];
  readonly received: readonly ReceivedMessage[];
  readonly zams: readonly ReceivedZam[];
}

/** Sends a scenario's request as the laboratory's software does. @throws GatewayError when nobody answers */
export async function ask(scenario: RequestScenario, { laboratory }: Stage): Promise<Asked> {
  const message = scenario.build();
  const ack = await laboratory.software.send(message);
  return { scenario, message, ack, rawAck: laboratory.tap.answers().at(-1) ?? Buffer.alloc(0) };
}

/** Gathers what became of a request from those who received something because of it. */
export async function becameOfRequest({ message, ack }: Asked, stage: Stage): Promise<RequestBecame> {
  const { hospital, laboratory } = stage;
  const controlId = parseMessage(message).header.component(10, 1);
  const sent = await mailsOf(controlId, stage);
  const received: ReceivedMessage[] = [];
  for (const { raw } of sent) {
    const view = await exchangeOf(messageIdIn(raw) ?? '', hospital);
    if (view !== undefined) received.push(...receivedBecauseOf(view, hospital));
  }
  const zams = laboratory.software.received().filter(({ request }) => request === controlId);
  const refusal = refusalOf(ack);
  const facts: ExpectedRequest = {
    ...(refusal === undefined ? {} : { refusal }),
    mails: sent.map(({ envelope, raw }) => ({ to: envelope.to, mayAnswer: !isFinal(raw) })),
    messages: received.map(answerOf),
    receipts: zams.map(({ event, status, address, error }) => ({
      event: event as 'Z02' | 'Z03',
      status: status as 'Y' | 'N',
      to: address,
      ...(error === undefined ? {} : { error: error.code }),
    })),
  };
  return { ...facts, story: tell(facts, zams), sent, received, zams };
}

/** What differs from the expectation; nothing when all is well. */
export function requestDifferences(expected: ExpectedRequest, became: RequestBecame): string[] {
  const { refusal, mails, messages, receipts } = expected;
  return differing([
    ['refusal', refusal, became.refusal],
    ['mails', mails, became.mails],
    ['messages', messages, became.messages],
    ['receipts', receipts, became.receipts],
  ]);
}

/** Leaves everything that was said because of a request as files, numbered in its order. */
export function leaveRequestFiles(
  { scenario, message, rawAck }: Asked,
  { sent, received, zams }: RequestBecame,
  output: string,
): void {
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['demande.hl7', message],
    ['ACK.hl7', rawAck],
    ...sent.map(({ raw }) => ['courriel.eml', raw] as const),
    ...received.map(({ event, raw }) => [`MDM-${event}.hl7`, raw] as const),
    ...zams.map(({ event, raw }) => [`ZAM-${event}.hl7`, raw] as const),
  ];
  for (const [position, [what, bytes]] of files.entries()) {
    writeFileSync(join(output, `${scenario.name}.${position + 1}.${what}`), bytes);
  }
}

/** The mails that left because of a request, as the operator took them. */
async function mailsOf(controlId: string, { hospital, laboratory }: Stage): Promise<AcceptedMail[]> {
  const { journal } = laboratory.gateway;
  const known = await journal.list({ limit: 1_000 });
  const exchange = known.find(({ nature, messageId }) => nature === 'request' && messageId === controlId);
  const { deliveries = [] } = (exchange && (await journal.exchange(exchange.id))) ?? {};
  const ids = deliveries.flatMap(({ kind, identifiers }) =>
    kind === 'mail' ? [identifiers['messageId']] : [],
  );
  return hospital.operator.accepted().filter(({ raw }) => ids.includes(messageIdIn(raw)));
}

/** Quoted from the mail's head; its body is base64. */
function isFinal(raw: Buffer): boolean {
  return /^X-MSS-MES: FIN\r$/m.test(raw.toString('latin1'));
}

function refusalOf({ code, errors: [error] }: Ack): ExpectedRequest['refusal'] {
  if (code === 'AA') return undefined;
  const said = error?.application?.code ?? '';
  return { code: isErrorCode(said) ? said : 'GEN-001', location: error?.location ?? '' };
}

function tell({ refusal, mails, messages }: ExpectedRequest, zams: readonly ReceivedZam[]): string[] {
  if (refusal !== undefined) {
    return [
      `${refusal.code}, en ${refusal.location} : ${describe(refusal.code satisfies ErrorCode).why}`,
      'demande refusée (AE) · rien n’est envoyé',
    ];
  }
  const left = mails.map(({ to, mayAnswer }) =>
    to.some(isPatientAddress)
      ? `courriel à la messagerie du patient${mayAnswer ? '' : ', qui ne peut pas y répondre'}`
      : `courriel à ${to.join(', ')}`,
  );
  return [
    ['demande acceptée (AA)', ...left].join(' · '),
    ...(messages.length === 0 ? [] : [`DPI du CHU X : ${messages.map(messageText).join(', ')}`]),
    ...(zams.length === 0 ? [] : [`accusés rendus au logiciel : ${zams.map(receiptText).join(' · ')}`]),
  ];
}

const RECEIPTS: Readonly<Record<string, string>> = {
  'Z02 Y': 'remis au destinataire (Z02)',
  'Z02 N': 'non remis (Z02)',
  'Z03 Y': 'document intégré (Z03)',
  'Z03 N': 'document non intégré (Z03)',
};

function receiptText({ event, status, error }: ReceivedZam): string {
  const text = RECEIPTS[`${event} ${status}`] ?? `${event} ${status}`;
  return error === undefined ? text : `${text}, ${error.code} : ${error.label}`;
}
