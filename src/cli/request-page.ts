import type { Delivery, ExchangeView, Recipient } from '../journal/journal.ts';
import { codeWithLabel, deliveryLines, faultLines } from './exchange-words.ts';
import { frenchTime } from './output.ts';
import { isOnDmp, readingCode, recipientName, recipientOf, reportOn } from './request-words.ts';

type Requested = NonNullable<ExchangeView['requested']>;

/** What is owed because of a request, and of each recipient what became of it. */
export function requestLines(view: ExchangeView, requested: Requested): string[] {
  const { deliveries } = view;
  const mails = [...new Set(requested.recipients.map(({ mailId }) => mailId))];
  return [
    ...deliveries
      .filter(({ kind }) => kind === 'prepare')
      .flatMap(delivery => ['', ...deliveryLines(delivery, '  ')]),
    ...deliveries
      .filter(({ kind }) => kind === 'dmp')
      .flatMap(delivery => ['', ...dmpLines(delivery, view, requested)]),
    ...mails.flatMap(id => ['', ...mailLines(id, view, requested)]),
  ];
}

/** What the DMP is asked for, and what the application heard of it. */
function dmpLines(delivery: Delivery, { deliveries }: ExchangeView, requested: Requested): string[] {
  return [
    ...deliveryLines(delivery, '  ', dmpTitle(delivery, requested)),
    ...(delivery.state === 'waiting' && delivery.lastError === undefined ? [`    ${IN_TURN}`] : []),
    ...deliveries.filter(isOnDmp).flatMap(zam => deliveryLines(zam, '    ', zamTitle(zam))),
  ];
}

/** An outage is the DMP's, not a delivery's: only the gateway that runs knows of it. */
const IN_TURN =
  'part à son tour : une demande à la fois pour un patient, et dès que le DMP est joignable (`pfi status`)';

const DMP_ACTIONS = { add: 'dépôt', replace: 'remplacement', delete: 'suppression' } as const;

function dmpTitle({ identifiers }: Delivery, { documents: [document] }: Requested): string {
  const asked = DMP_ACTIONS[document?.action ?? 'add'];
  return `DMP (${identifiers['asNew'] === 'true' ? 'dépôt comme nouveau document' : asked})`;
}

/** A mail, and those whom it goes to. It is owed once it has been prepared. */
function mailLines(id: string, view: ExchangeView, { recipients }: Requested): string[] {
  const those = recipients.filter(({ mailId }) => mailId === id);
  const isPatients = those.every(({ address }) => address === undefined);
  const title = mailTitle(isPatients);
  const mail = view.deliveries.find(delivery => delivery.id === id);
  return [
    ...(mail === undefined ? [`  ${title} : pas encore préparé`] : deliveryLines(mail, '  ', title)),
    ...(mail?.identifiers['messageId'] === undefined
      ? []
      : [`    identifiant du courriel (Message-ID) ${mail.identifiers['messageId']}`]),
    ...those.flatMap(recipient => recipientLines(recipient, view)),
  ];
}

function mailTitle(isPatients: boolean): string {
  return `courriel ${isPatients ? 'au patient' : 'aux professionnels'}`;
}

function recipientLines(recipient: Recipient, view: ExchangeView): string[] {
  const { deliveries } = view;
  const report = reportOn(recipient, deliveries);
  const words = [receptionText(recipient, report), readingText(recipient, view)];
  const others = deliveries.filter(({ subject }) => subject.split(':').includes(recipient.id));
  return [
    `    ${recipientName(recipient)} : ${words.filter(word => word !== '').join(' ; ')}`,
    ...(report?.hold === undefined ? [] : faultLines(report.hold, '      ')),
    ...others
      .filter(({ kind }) => kind === 'zam')
      .flatMap(zam => deliveryLines(zam, '      ', zamTitle(zam))),
    ...others
      .filter(({ kind, id }) => kind === 'report' && id !== report?.id)
      .flatMap(({ hold, ending }) =>
        hold === undefined
          ? [`      échec annoncé ensuite : ${ending === undefined ? 'à traiter' : 'écarté'}`]
          : faultLines(hold, '      '),
      ),
  ];
}

/** Whether the mail has reached the recipient's mailbox. */
function receptionText(recipient: Recipient, report: Delivery | undefined): string {
  if (report === undefined || (report.state === 'expected' && recipient.state === 'waiting')) {
    return 'pas encore parti';
  }
  if (report.state === 'held') return 'À TRAITER';
  if (report.state === 'expected') {
    return `parti, avis de remise attendu avant le ${frenchTime(report.nextAt)}`;
  }
  const { outcome, code, reason } = report.ending ?? {};
  switch (outcome) {
    case 'accepted':
      return recipient.reception === 'accepted'
        ? 'remis'
        : 'parti, sans avis de remise : l’opérateur n’en offre pas';
    case 'refused':
      return `non remis${code === undefined ? '' : `, ${codeWithLabel(code)}`}`;
    case 'abandoned':
    case undefined:
      return `écarté${reason === undefined ? '' : `, motif : ${reason}`}`;
  }
}

/** What the recipient's own system, or the reader, has made of it. */
function readingText(recipient: Recipient, view: ExchangeView): string {
  if (recipient.reading === undefined) return '';
  if (recipient.reading === 'accepted') return 'lu ou intégré';
  const code = readingCode(recipient, view);
  return `non intégré${code === undefined ? '' : `, ${codeWithLabel(code)}`}`;
}

function zamTitle(zam: Delivery): string {
  const { subject, target } = zam;
  const what = isOnDmp(zam)
    ? `accusé du DMP (ZAM^Z01 ${subject.endsWith(':Y') ? 'Y' : 'N'})`
    : subject.startsWith('Z03')
      ? 'accusé de lecture (ZAM^Z03)'
      : 'accusé de réception (ZAM^Z02)';
  return `${what} à l’application ${target}`;
}

/** Whom a line of a request's history is about: `anne.tanguy@… : `. */
export function aboutInHistory(delivery: Delivery, requested: Requested): string {
  if (delivery.kind === 'mail') {
    return `${mailTitle(delivery.subject === 'patient')} : `;
  }
  if (delivery.kind === 'dmp' || isOnDmp(delivery)) return 'DMP : ';
  const recipient = recipientOf(delivery, requested);
  return recipient === undefined ? '' : `${recipientName(recipient)} : `;
}
