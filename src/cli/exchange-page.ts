import { publicCode } from '../basics/public-code.ts';
import { typeCodeLabel } from '../formats/terminology/type-codes.ts';
import type { Delivery, DocumentRecord, ExchangeView } from '../journal/journal.ts';
import {
  codeText,
  deliveryLines,
  eventText,
  faultLines,
  holdsOf,
  NATURES,
  stateOf,
} from './exchange-words.ts';
import { frenchTime, table } from './output.ts';

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
        exchange.sender ?? '',
      ];
    }),
  );
}

function codeOf(view: ExchangeView): string {
  const { fault, outcomeCode } = view.exchange;
  const own = holdsOf(view)[0]?.code ?? fault?.code;
  return own ?? (outcomeCode === undefined ? '' : codeText(outcomeCode));
}

/** The worklist: each exchange with every reason why it waits and what there is to do. */
export function worklistPage(views: readonly ExchangeView[]): string {
  const [head = '', ...rows] = exchangeTable(views).split('\n');
  return views
    .flatMap((view, index) => [
      ...(index === 0 ? [head] : []),
      rows[index] ?? '',
      ...unique(holdsOf(view).flatMap(fault => faultLines(fault, '    '))),
    ])
    .join('\n');
}

/** An exchange for an administrator: what waits comes with its reason and what there is to do. */
export function exchangePage(view: ExchangeView): string {
  const { exchange, documents, deliveries, events } = view;
  const { place, messageId, sender, fault } = exchange;
  const positions = new Map(documents.map(({ document, delivery }) => [delivery.id, document.position + 1]));
  const history = events.map(event => {
    const position = event.deliveryId === undefined ? undefined : positions.get(event.deliveryId);
    return [
      frenchTime(event.at),
      `${position === undefined ? '' : `document ${position} : `}${eventText(event)}`,
    ];
  });
  return [
    `Échange ${exchange.id} : ${stateOf(view)}`,
    exchange.nature === 'request'
      ? `  demande de l’application ${exchange.application}, reçue le ${frenchTime(exchange.receivedAt)} ; part de la boîte ${exchange.mailbox}`
      : `  reçu le ${frenchTime(exchange.receivedAt)} dans la boîte ${exchange.mailbox}, pour l’application ${exchange.application}`,
    ...(sender === undefined ? [] : [`  expéditeur ${sender}`]),
    ...(messageId === undefined
      ? []
      : [
          `  identifiant ${exchange.nature === 'request' ? 'du message (MSH-10)' : 'du courriel (Message-ID)'} ${messageId}`,
        ]),
    ...(place === undefined ? [] : [`  dossier ${place.folder}`]),
    ...(fault === undefined ? [] : faultLines(fault, '  ')),
    ...documents.flatMap(({ document, delivery }) => ['', ...documentLines(document, delivery)]),
    ...deliveries
      .filter(({ kind }) => kind !== 'mdm')
      .flatMap(delivery => ['', ...deliveryLines(delivery, '  ')]),
    '',
    '  Historique',
    ...history.map(([time = '', text = '']) => `    ${time}  ${text}`),
  ].join('\n');
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
export function exchangeData({ exchange, documents, deliveries, events }: ExchangeView) {
  return {
    exchange: { ...exchange, outcomeCode: shown(exchange.outcomeCode) },
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

function shown(code: string | undefined): string | undefined {
  return code === undefined ? undefined : publicCode(code);
}
