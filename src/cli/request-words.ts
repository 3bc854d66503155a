import type { Delivery, Exchange, ExchangeView, Recipient } from '../journal/journal.ts';

type Requested = NonNullable<ExchangeView['requested']>;

/** Where a request stands, in a word or two, where nothing of it waits for a person. */
export function requestState(
  { state }: Exchange,
  deliveries: readonly Delivery[],
  { recipients }: Requested,
): string {
  if (state !== 'ended') {
    const isLeft = deliveries.every(each => each.state === 'done' || each.state === 'expected');
    return isLeft ? 'avis attendu' : 'en cours';
  }
  const lost = recipients.filter(({ reception }) => reception === 'refused').length;
  if (lost > 0) return lost === recipients.length ? 'non remis' : 'en partie remis';
  if (recipients.some(({ reading }) => reading === 'refused')) return 'non intégré';
  const givenUp = partsOf(deliveries).map(part =>
    part.every(({ ending }) => ending?.outcome === 'abandoned'),
  );
  if (givenUp.every(Boolean)) return 'écarté';
  return givenUp.some(Boolean) ? 'en partie écarté' : 'terminé';
}

/** What decides how the mails of a request ended, and what decides it for the DMP; without a part that was not asked for. */
function partsOf(deliveries: readonly Delivery[]): Delivery[][] {
  const reports = deliveries.filter(({ kind }) => kind === 'report');
  const mails =
    reports.length > 0 ? reports : deliveries.filter(({ kind }) => kind !== 'dmp' && kind !== 'zam');
  return [mails, deliveries.filter(({ kind }) => kind === 'dmp')].filter(({ length }) => length > 0);
}

/** Whether a delivery tells the application what became of the DMP part. */
export function isOnDmp({ kind, subject }: Delivery): boolean {
  return kind === 'zam' && subject.startsWith('Z01:');
}

/** The operator's word on a recipient. */
export function reportOn(
  { id }: Pick<Recipient, 'id'>,
  deliveries: readonly Delivery[],
): Delivery | undefined {
  return deliveries.find(({ kind, subject }) => kind === 'report' && subject === id);
}

/** The code with which a recipient's own system answered that it has not taken the document. */
export function readingCode(
  recipient: Pick<Recipient, 'id'>,
  { deliveries, events }: ExchangeView,
): string | undefined {
  const report = reportOn(recipient, deliveries);
  const heard = events.find(
    ({ type, deliveryId, data }) =>
      type === 'receipt' && data['aspect'] === 'reading' && deliveryId === report?.id,
  );
  const code = heard?.data['code'];
  return code === undefined ? undefined : String(code);
}

/** Whom a delivery of a request is about; undefined for what is about all of them. */
export function recipientOf({ kind, subject }: Delivery, { recipients }: Requested): Recipient | undefined {
  if (kind !== 'report' && kind !== 'zam') return undefined;
  return recipients.find(({ id }) => subject.split(':').includes(id));
}

/** A recipient as it may be shown. The patient's address holds the INS. */
export function recipientName({ address }: Pick<Recipient, 'address'>): string {
  return address ?? 'messagerie du patient';
}

/** Why a request was not brought to its end for a recipient, as a code; undefined where it was, or is not yet. */
export function failureCode(view: ExchangeView, { recipients }: Requested): string | undefined {
  const ended = recipients.map(recipient => reportOn(recipient, view.deliveries)?.ending);
  const lost = ended.find(ending => ending?.outcome === 'refused')?.code;
  return lost ?? recipients.map(recipient => readingCode(recipient, view)).find(code => code !== undefined);
}
