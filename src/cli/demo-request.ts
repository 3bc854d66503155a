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
import type { ExchangeView } from '../journal/journal.ts';
import { becameAtDmp, dmpFiles, dmpText, type HeardByDmp, listenToDmp } from './demo-dmp.ts';
import { answerOf, exchangeOf, messageIdIn, messageText, receivedBecauseOf } from './demo-hospital.ts';
import { dmpSettled } from './demo-settled.ts';
import type { Stage } from './demo-stage.ts';
import { differing } from './demo-verdict.ts';

/** A request that the laboratory's software has sent, and what its gateway answered. */
export interface Asked {
  readonly scenario: RequestScenario;
  readonly message: Buffer;
  readonly ack: Ack;
  /** As it was on the line. */
  readonly rawAck: Uint8Array;
  readonly heardByDmp: HeardByDmp;
}

/** What became of a request, as everybody tells it whom it reached. */
export interface RequestBecame extends ExpectedRequest {
  /** What happened, a French sentence a line. */
  readonly story: readonly string[];
  readonly sent: readonly AcceptedMail[];
  readonly received: readonly ReceivedMessage[];
  readonly zams: readonly ReceivedZam[];
}

/**
 * Sends a scenario's request as the laboratory's software does, and waits until the DMP has been told what it asks for: what
 * lies there is of this request and those before.
 *
 * @returns undefined when that takes too long
 * @throws GatewayError when nobody answers
 */
export async function ask(scenario: RequestScenario, stage: Stage): Promise<Asked | undefined> {
  const { laboratory, dmp } = stage;
  const message = scenario.build();
  const heard = listenToDmp(dmp);
  const ack = await laboratory.software.send(message);
  const rawAck = laboratory.tap.answers().at(-1) ?? Buffer.alloc(0);
  return (await dmpSettled(stage)) ? { scenario, message, ack, rawAck, heardByDmp: heard() } : undefined;
}

/** Gathers what became of a request from those who received something because of it. */
export async function becameOfRequest(
  { message, ack, heardByDmp }: Asked,
  stage: Stage,
): Promise<RequestBecame> {
  const { hospital, laboratory } = stage;
  const controlId = parseMessage(message).header.component(10, 1);
  const view = await requestOf(controlId, stage);
  const sent = mailsOf(view, stage);
  const received: ReceivedMessage[] = [];
  for (const { raw } of sent) {
    const view = await exchangeOf(messageIdIn(raw) ?? '', hospital);
    if (view !== undefined) received.push(...receivedBecauseOf(view, hospital));
  }
  // Those on the DMP and those on the mails go side by side.
  const zams = laboratory.software
    .received()
    .filter(({ request }) => request === controlId)
    .toSorted((one, other) => one.event.localeCompare(other.event));
  const refusal = refusalOf(ack);
  const atDmp = becameAtDmp(heardByDmp, view);
  const facts: ExpectedRequest = {
    ...(refusal === undefined ? {} : { refusal }),
    mails: sent.map(({ envelope, raw }) => ({ to: envelope.to, mayAnswer: !isFinal(raw) })),
    messages: received.map(answerOf),
    ...(atDmp === undefined ? {} : { dmp: atDmp }),
    receipts: zams.map(({ event, status, address, error }) => ({
      event: event as 'Z01' | 'Z02' | 'Z03',
      status: status as 'Y' | 'N',
      ...(address === '' ? {} : { to: address }),
      ...(error === undefined ? {} : { error: error.code }),
    })),
  };
  return { ...facts, story: tell(facts, zams), sent, received, zams };
}

/** What differs from the expectation; nothing when all is well. */
export function requestDifferences(expected: ExpectedRequest, became: RequestBecame): string[] {
  const { refusal, mails, messages, dmp, receipts } = expected;
  return differing([
    ['refusal', refusal, became.refusal],
    ['mails', mails, became.mails],
    ['messages', messages, became.messages],
    ['dmp', dmp, became.dmp],
    ['receipts', receipts, became.receipts],
  ]);
}

/** Leaves everything that was said because of a request as files, numbered in its order. */
export function leaveRequestFiles(
  { scenario, message, rawAck, heardByDmp }: Asked,
  { sent, received, zams }: RequestBecame,
  output: string,
): void {
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['demande.hl7', message],
    ['ACK.hl7', rawAck],
    ...sent.map(({ raw }) => ['courriel.eml', raw] as const),
    ...received.map(({ event, raw }) => [`MDM-${event}.hl7`, raw] as const),
    ...dmpFiles(heardByDmp),
    ...zams.map(({ event, raw }) => [`ZAM-${event}.hl7`, raw] as const),
  ];
  for (const [position, [what, bytes]] of files.entries()) {
    writeFileSync(join(output, `${scenario.name}.${position + 1}.${what}`), bytes);
  }
}

/** What the laboratory's gateway knows of a request; undefined where it has refused it. */
async function requestOf(controlId: string, { laboratory }: Stage): Promise<ExchangeView | undefined> {
  const { journal } = laboratory.gateway;
  const known = await journal.list({ limit: 1_000 });
  const exchange = known.find(({ nature, messageId }) => nature === 'request' && messageId === controlId);
  return exchange && (await journal.exchange(exchange.id));
}

/** The mails that left because of a request, as the operator took them. */
function mailsOf(view: ExchangeView | undefined, { hospital }: Stage): AcceptedMail[] {
  const ids = view?.deliveries.flatMap(({ kind, identifiers }) =>
    kind === 'mail' ? [identifiers['messageId']] : [],
  );
  return hospital.operator.accepted().filter(({ raw }) => ids?.includes(messageIdIn(raw)));
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

function tell({ refusal, mails, messages, dmp }: ExpectedRequest, zams: readonly ReceivedZam[]): string[] {
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
    ...(dmp === undefined ? [] : [dmpText(dmp)]),
    ...(zams.length === 0 ? [] : [`accusés rendus au logiciel : ${zams.map(receiptText).join(' · ')}`]),
  ];
}

const RECEIPTS: Readonly<Record<string, string>> = {
  'Z01 Y': 'accepté par le DMP (Z01)',
  'Z01 N': 'refusé par le DMP (Z01)',
  'Z02 Y': 'remis au destinataire (Z02)',
  'Z02 N': 'non remis (Z02)',
  'Z03 Y': 'document intégré (Z03)',
  'Z03 N': 'document non intégré (Z03)',
};

function receiptText({ event, status, error }: ReceivedZam): string {
  const text = RECEIPTS[`${event} ${status}`] ?? `${event} ${status}`;
  return error === undefined ? text : `${text}, ${error.code} : ${error.label}`;
}
