import { publicCode } from '../basics/public-code.ts';
import { typeCodeLabel } from '../formats/terminology/type-codes.ts';
import type { Delivery, DocumentRecord, Exchange, ExchangeView } from '../journal/journal.ts';
import { eventText } from './exchange-history.ts';
import {
  addressText,
  codeText,
  deliveryLines,
  faultLines,
  holdsOf,
  NATURES,
  stateOf,
} from './exchange-words.ts';
import { fhirCode } from './fhir-words.ts';
import { frenchTime, table } from './output.ts';
import { aboutInHistory, requestLines } from './request-page.ts';
import { failureCode, recipientName, recipientOf } from './request-words.ts';

/** Exchanges under one another: what `pfi exchanges list` prints. */
export function exchangeTable(views: readonly ExchangeView[]): string {
  return table(
    ['IDENTIFIANT', 'REÇU', 'BOÎTE', 'NATURE', 'ÉTAT', 'CODE', 'EXPÉDITEUR'],
    views.map(view => {
      const { exchange } = view;
      return [
        exchange.id,
        frenchTime(exchange.receivedAt),
        exchange.mailbox,
        exchange.nature === undefined ? '' : NATURES[exchange.nature],
        stateOf(view),
        codeOf(view),
        senderOf(exchange) ?? '',
      ];
    }),
  );
}

function codeOf(view: ExchangeView): string {
  const { exchange, requested, deliveries } = view;
  const own = holdsOf(view)[0]?.code ?? exchange.fault?.code;
  if (exchange.nature === 'fhir') return own ?? fhirCode(deliveries);
  const told = requested === undefined ? exchange.outcomeCode : failureCode(view, requested);
  return own ?? (told === undefined ? '' : codeText(told));
}

/** Who sent a mail, or which application asks. A patient's address is the INS. */
function senderOf({ nature, application, sender }: Exchange): string | undefined {
  if (nature === 'request' || nature === 'fhir') return application;
  return sender === undefined ? undefined : addressText(sender);
}

/** The worklist: each exchange with every reason why it waits and what there is to do. */
export function worklistPage(views: readonly ExchangeView[]): string {
  const [head = '', ...rows] = exchangeTable(views).split('\n');
  return views
    .flatMap((view, index) => [
      ...(index === 0 ? [head] : []),
      rows[index] ?? '',
      ...unique(waitingLines(view)),
    ])
    .join('\n');
}

/** Of a request each reason comes with the recipient whom it is about. */
function waitingLines(view: ExchangeView): string[] {
  const { requested, deliveries } = view;
  if (requested === undefined) return holdsOf(view).flatMap(fault => faultLines(fault, '    '));
  return deliveries.flatMap(delivery => {
    if (delivery.hold === undefined) return [];
    const recipient = recipientOf(delivery, requested);
    const [why = '', ...what] = faultLines(delivery.hold, '    ');
    return [recipient === undefined ? why : `    ${recipientName(recipient)} : ${why.trim()}`, ...what];
  });
}

/** An exchange for an administrator: what waits comes with its reason and what there is to do. */
export function exchangePage(view: ExchangeView): string {
  return [exchangeSummary(view), '', '  Historique', ...historyLines(view).map(line => `    ${line}`)].join(
    '\n',
  );
}

/** The same without its history. */
export function exchangeSummary(view: ExchangeView): string {
  const { documents, deliveries, requested } = view;
  const what =
    requested === undefined
      ? [
          ...documents.flatMap(({ document, delivery }) => ['', ...documentLines(document, delivery)]),
          ...deliveries
            .filter(({ kind }) => kind !== 'mdm')
            .flatMap(delivery => ['', ...deliveryLines(delivery, '  ')]),
        ]
      : [
          ...requested.documents.flatMap(document => ['', ...documentLines(document, undefined)]),
          ...requestLines(view, requested),
        ];
  return [...headLines(view), ...what].join('\n');
}

function headLines(view: ExchangeView): string[] {
  const { id, place, fault } = view.exchange;
  return [
    `Échange ${id} : ${stateOf(view)}`,
    ...originLines(view),
    ...(place === undefined ? [] : [`  dossier ${place.folder}`]),
    ...(fault === undefined ? [] : faultLines(fault, '  ')),
  ];
}

/** Who has asked or sent, and when. */
function originLines({ exchange, requested }: ExchangeView): string[] {
  const { nature, mailbox, application, receivedAt, messageId, sender } = exchange;
  const received = frenchTime(receivedAt);
  if (nature === 'fhir') return [`  demande FHIR de l’appelant ${application}, reçue le ${received}`];
  if (nature === 'request') {
    const leaving = requested?.recipients.length === 0 ? '' : ` ; part de la boîte ${mailbox}`;
    return [
      `  demande de l’application ${application}, reçue le ${received}${leaving}`,
      `  identifiant du message (MSH-10) ${messageId}`,
    ];
  }
  return [
    `  reçu le ${received} dans la boîte ${mailbox}, pour l’application ${application}`,
    ...(sender === undefined ? [] : [`  expéditeur ${senderOf(exchange)}`]),
    ...(messageId === undefined ? [] : [`  identifiant du courriel (Message-ID) ${messageId}`]),
  ];
}

/** What happened, a line each. */
export function historyLines({ documents, deliveries, requested, events }: ExchangeView): string[] {
  const about = new Map([
    ...documents.map(
      ({ document, delivery }) => [delivery.id, `document ${document.position + 1} : `] as const,
    ),
    ...(requested === undefined
      ? []
      : deliveries.map(delivery => [delivery.id, aboutInHistory(delivery, requested)] as const)),
  ]);
  return events.map(event => {
    const prefix = event.deliveryId === undefined ? undefined : about.get(event.deliveryId);
    return `${frenchTime(event.at)}  ${prefix ?? ''}${eventText(event)}`;
  });
}

const ACTIONS = { add: 'ajout', replace: 'remplacement', delete: 'suppression' } as const;

/** The type's name is the terminology's: what a document calls itself comes from outside. */
function documentLines(document: DocumentRecord, delivery: Delivery | undefined): string[] {
  const { position, typeCode, action, uniqueId, version, parentIds } = document;
  const type = typeCode === undefined ? 'type inconnu' : `${typeCodeLabel(typeCode) ?? 'type'} (${typeCode})`;
  return [
    `  Document ${position + 1} : ${type}, ${action === undefined ? 'action inconnue' : ACTIONS[action]}`,
    `    identifiant ${uniqueId ?? 'inconnu'}${version === undefined ? '' : `, version ${version}`}`,
    ...(parentIds.length === 0 ? [] : [`    remplace ${parentIds.join(', ')}`]),
    ...(delivery === undefined ? [] : deliveryLines(delivery, '    ')),
  ];
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

/**
 * An exchange for a program: without what a document calls itself and what an application says of it, since either
 * might name the patient.
 */
export function exchangeData({ exchange, documents, requested, deliveries, events }: ExchangeView) {
  return {
    exchange: { ...exchange, sender: senderOf(exchange), outcomeCode: shown(exchange.outcomeCode) },
    ...(requested === undefined ? {} : { requested: requestData(requested) }),
    documents: documents.map(({ document, delivery }) => ({
      ...document,
      typeLabel: undefined,
      delivery: delivery.id,
    })),
    deliveries: deliveries.map(({ ending, ...delivery }) => ({
      ...delivery,
      ending: ending && { ...ending, code: shown(ending.code), label: undefined },
    })),
    events: events.map(({ data, ...event }) => ({
      ...event,
      data: typeof data['code'] === 'string' ? { ...data, code: shown(data['code']) } : data,
    })),
  };
}

function requestData({ documents, recipients }: NonNullable<ExchangeView['requested']>) {
  return {
    documents: documents.map(document => ({ ...document, typeLabel: undefined })),
    recipients: recipients.map(({ id, mailId, address, identifier, state, reception, reading }) => ({
      id,
      mailId,
      audience: address === undefined ? 'patient' : 'professionals',
      address,
      identifier,
      state,
      reception,
      reading,
    })),
  };
}

function shown(code: string | undefined): string | undefined {
  return code === undefined ? undefined : publicCode(code);
}
