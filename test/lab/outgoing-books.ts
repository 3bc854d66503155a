import type { ExchangeView, Journal } from '../../src/journal/journal.ts';
import type { ReceivedZam } from '../../src/sandbox/creator.ts';
import type { MailLab } from '../kit/mail-lab.ts';
import { type LyingMail, mailsIn, withoutTrace } from '../kit/maildir.ts';
import { ambiguousBy, ambiguousOf, everyExchange } from './exchanges.ts';
import type { OutgoingTraffic, TrafficRequest } from './outgoing-traffic.ts';
import { LABORATORY } from './sites.ts';

/** Whoever got something because of a run. */
export interface OutgoingWitnesses {
  readonly lab: Pick<MailLab, 'maildir' | 'addresses'>;
  readonly zams: readonly ReceivedZam[];
  readonly journal: Journal;
}

/** What a run came to. */
export interface OutgoingBooks {
  /** What is lost, double, out of order or in the wrong place: ids, codes and addresses. Empty when all is well. */
  readonly wrong: readonly string[];
  /** Message-IDs that came to rest in Maildirs, each counted once for each of its recipients. */
  readonly mails: number;
  readonly zams: number;
  /** The same Message-ID in the same Maildir, or the same MSH-10, again. */
  readonly repeatedMails: number;
  readonly repeatedZams: number;
  /** Requests that came again and were known. */
  readonly repeatedRequests: number;
  /** Attempts of which the journal says that nobody knows how they ended. */
  readonly ambiguousMails: number;
  readonly ambiguousZams: number;
  readonly ambiguousPreparations: number;
  /** Reports of Postfix, and what of them had been heard before. */
  readonly reports: number;
  readonly heardAgain: number;
}

interface ArrivedMail extends LyingMail {
  readonly to: string;
}

/** Compares what everybody got with what had to become of every request. */
export async function balanceOutgoing(
  { sequences }: OutgoingTraffic,
  { lab, zams, journal }: OutgoingWitnesses,
): Promise<OutgoingBooks> {
  const requests = sequences.flat();
  const views = await everyExchange(journal);
  const mails = lab
    .addresses()
    .filter(to => to !== LABORATORY)
    .flatMap(to => mailsIn(lab.maildir(to)).map(mail => ({ ...mail, to })));
  const ambiguous = ambiguousBy(views);
  const different = new Set(mails.map(({ messageId, to }) => `${messageId} ${to}`)).size;
  const happened = (type: string): number =>
    views.flatMap(({ events }) => events).filter(event => event.type === type).length;
  return {
    wrong: [
      ...mailsWrong(requests, mails, ambiguous),
      ...zamsWrong(requests, zams, ambiguous),
      ...zamOrderWrong(zams, views),
      ...journalWrong(requests, views),
      ...versionsWrong(requests, views),
      ...reportsWrong(views, lab),
    ],
    mails: different,
    zams: zams.length,
    repeatedMails: mails.length - different,
    repeatedZams: zams.reduce((sum, { repetitions }) => sum + repetitions, 0),
    repeatedRequests: happened('request-repeated'),
    ambiguousMails: ambiguousOf(views, ['mail']),
    ambiguousZams: ambiguousOf(views, ['zam']),
    ambiguousPreparations: ambiguousOf(views, ['prepare']),
    reports: views.filter(({ exchange }) => exchange.nature === 'receipt').length,
    heardAgain: happened('receipt-again'),
  };
}

/** One Message-ID for a mail, in the Maildir of each recipient that it arrives at, and nowhere else. */
function mailsWrong(
  requests: readonly TrafficRequest[],
  mails: readonly ArrivedMail[],
  ambiguous: ReadonlyMap<string, number>,
): string[] {
  const asked = Map.groupBy(mails, mail => mail.field('reply-to') ?? '');
  const known = new Set(requests.map(({ replyTo }) => replyTo));
  return [
    ...requests.flatMap(request => {
      const arrived = asked.get(request.replyTo) ?? [];
      const recipients = new Set(request.mails.flat().map(({ address }) => address));
      return [
        ...request.mails.flatMap(fates => mailWrong(request, fates, arrived)),
        ...arrived
          .filter(({ to }) => !recipients.has(to))
          .map(({ to }) => `${request.controlId}: a mail to ${to}`),
      ];
    }),
    ...[...asked.keys()].filter(replyTo => !known.has(replyTo)).map(replyTo => `a mail of ${replyTo}`),
    ...[...Map.groupBy(mails, ({ messageId, to }) => `${messageId} ${to}`)].flatMap(([what, copies]) => {
      const lost = ambiguous.get(copies[0]?.messageId ?? '') ?? 0;
      const contents = new Set(copies.map(({ path }) => withoutTrace(path)));
      return [
        ...(copies.length - 1 > lost ? [`${what}: ${copies.length} copies, ${lost} lost answers`] : []),
        ...(contents.size > 1 ? [`${what}: its copies differ`] : []),
      ];
    }),
  ];
}

function mailWrong(
  { controlId }: TrafficRequest,
  fates: TrafficRequest['mails'][number],
  arrived: readonly ArrivedMail[],
): string[] {
  const addresses = fates.map(({ address }) => address);
  const own = arrived.filter(({ to }) => addresses.includes(to));
  const ids = new Set(own.map(({ messageId }) => messageId));
  return [
    ...(ids.size > 1 ? [`${controlId}: ${ids.size} Message-IDs to ${addresses.join(' ')}`] : []),
    ...fates.flatMap(({ address, code }) => {
      const reached = own.some(({ to }) => to === address);
      return reached === (code === undefined) ? [] : [`${controlId}: ${reached ? '' : 'not '}at ${address}`];
    }),
  ];
}

/** One MSH-10 for each recipient of a request that wants to know, and none for any other. */
function zamsWrong(
  requests: readonly TrafficRequest[],
  zams: readonly ReceivedZam[],
  ambiguous: ReadonlyMap<string, number>,
): string[] {
  const due = requests.flatMap(({ controlId, mails, acknowledged, reading }) =>
    mails
      .flat()
      .flatMap(({ address, code }) => [
        ...(acknowledged ? [zamOf(controlId, 'Z02', address, code)] : []),
        ...(reading !== undefined && code === undefined
          ? [zamOf(controlId, 'Z03', address, reading.code)]
          : []),
      ]),
  );
  const got = Map.groupBy(zams, ({ request, event, address, status, error }) =>
    [request, event, address, status, error?.code ?? ''].join(' '),
  );
  const wanted = new Set(due);
  return [
    ...due.flatMap(zam => {
      const messages = got.get(zam) ?? [];
      return messages.length === 1 ? [] : [`${zam}: ${messages.length} MSH-10, not 1`];
    }),
    ...[...got.keys()].filter(zam => !wanted.has(zam)).map(zam => `${zam}: not due`),
    ...zams.flatMap(({ controlId, conflicting, repetitions }) => {
      const lost = ambiguous.get(controlId) ?? 0;
      return [
        ...(conflicting ? [`${controlId}: came again with other bytes`] : []),
        ...(repetitions > lost
          ? [`${controlId}: came again ${repetitions} times, ${lost} lost answers`]
          : []),
      ];
    }),
  ];
}

/** `REQ00001 Z02 inconnu@hopital-b.mssante.fr N 550`. */
function zamOf(controlId: string, event: string, address: string, code: string | undefined): string {
  return [controlId, event, address, code === undefined ? 'Y' : 'N', code ?? ''].join(' ');
}

/** An application's ZAM arrive in the order in which they came to be owed. */
function zamOrderWrong(zams: readonly ReceivedZam[], views: readonly ExchangeView[]): string[] {
  const owedAt = new Map(
    views
      .flatMap(({ deliveries }) => deliveries)
      .map(({ identifiers, createdAt }) => [identifiers['controlId'], createdAt]),
  );
  return zams.flatMap(({ controlId }, place) => {
    const next = zams[place + 1]?.controlId;
    return next !== undefined && (owedAt.get(next) ?? 0) < (owedAt.get(controlId) ?? 0)
      ? [`${controlId} overtook ${next}`]
      : [];
  });
}

/** Each request is one exchange, of which nothing waits but for a failure that nobody asked to hear of. */
function journalWrong(requests: readonly TrafficRequest[], views: readonly ExchangeView[]): string[] {
  const asked = views.filter(({ exchange }) => exchange.nature === 'request');
  const byControlId = Map.groupBy(asked, ({ exchange }) => exchange.messageId);
  return [
    ...(asked.length === requests.length ? [] : [`${asked.length} requests in the journal`]),
    ...requests.flatMap(({ controlId, mails, acknowledged }) => {
      const [view, ...more] = byControlId.get(controlId) ?? [];
      if (view === undefined || more.length > 0) {
        return [`${controlId}: ${more.length + Number(view !== undefined)} exchanges, not 1`];
      }
      const failures = mails.flat().filter(({ code }) => code !== undefined);
      const held = view.deliveries.filter(({ state }) => state === 'held');
      const due = acknowledged ? 0 : failures.length;
      const right =
        held.length === due &&
        held.every(({ hold }) => hold?.code === 'OUT-002') &&
        view.exchange.state === (due === 0 ? 'ended' : 'closing');
      const codes = held.map(({ kind, hold }) => `${kind} ${hold?.code}`).join(', ');
      return right ? [] : [`${controlId}: ${view.exchange.state}, held: ${codes}`];
    }),
  ];
}

/** A replacement or deletion leaves once what it is about has left. */
function versionsWrong(requests: readonly TrafficRequest[], views: readonly ExchangeView[]): string[] {
  const mailsOf = new Map(
    views.map(({ exchange, deliveries }) => [
      exchange.messageId,
      deliveries.filter(({ kind }) => kind === 'mail'),
    ]),
  );
  return requests.flatMap(({ controlId, follows }) => {
    if (follows === undefined) return [];
    const left = Math.max(...(mailsOf.get(follows) ?? []).map(({ endedAt = Number.NaN }) => endedAt));
    const tried = Math.min(...(mailsOf.get(controlId) ?? []).map(({ triedAt = Number.NaN }) => triedAt));
    return left <= tried ? [] : [`${controlId} overtook ${follows}`];
  });
}

/** Every report is read, speaks of a request, contradicts none, and is filed. */
function reportsWrong(views: readonly ExchangeView[], lab: Pick<MailLab, 'maildir'>): string[] {
  const heard = views.filter(({ exchange }) => exchange.nature !== 'request');
  const strange = views
    .flatMap(({ exchange, events }) => events.map(({ type }) => ({ id: exchange.id, type })))
    .filter(({ type }) => type === 'receipt-contradicts' || type === 'receipt-matches-nothing');
  const lying = ['', 'Traites', 'Erreurs', 'Autres'].map(
    folder => mailsIn(lab.maildir(LABORATORY), folder).length,
  );
  const due = [0, 0, 0, heard.length];
  return [
    ...strange.map(({ id, type }) => `${id}: ${type}`),
    ...heard
      .filter(({ exchange }) => exchange.nature !== 'receipt' || exchange.state !== 'ended')
      .map(({ exchange }) => `${exchange.id}: ${exchange.nature} ${exchange.state} ${exchange.fault?.code}`),
    ...(lying.join(' ') === due.join(' ')
      ? []
      : [`mails in the folders: ${lying.join(' ')}, not ${due.join(' ')}`]),
  ];
}
