import { readFileSync } from 'node:fs';
import type { ExchangeView, Journal } from '../../src/journal/journal.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { ReceivedMessage } from '../../src/sandbox/dpi.ts';
import type { MailLab } from '../kit/mail-lab.ts';
import { type LyingMail, mailsIn, withoutTrace } from '../kit/maildir.ts';
import { ambiguousBy, ambiguousOf, everyExchange } from './exchanges.ts';
import { ERRORS, SENDER, type Traffic, type TrafficMail } from './traffic.ts';

const FOLDERS = ['', 'Traites', 'Erreurs', 'Autres'] as const;

/** Whoever got something because of a run. */
export interface Witnesses {
  readonly received: readonly ReceivedMessage[];
  readonly lab: Pick<MailLab, 'maildir'>;
  readonly journal: Journal;
}

/** What a run came to. */
export interface Books {
  /** What is lost, double, out of order or in the wrong place: ids and codes. Empty when all is well. */
  readonly wrong: readonly string[];
  readonly messages: number;
  readonly answers: number;
  /** The same MSH-10, or the same Message-ID, again. */
  readonly repeatedMessages: number;
  readonly repeatedAnswers: number;
  /** Attempts of which the journal says that nobody knows how they ended. */
  readonly ambiguousMessages: number;
  readonly ambiguousAnswers: number;
}

/** Compares what every peer got with what had to become of every mail. */
export async function balance({ mails }: Traffic, witnesses: Witnesses): Promise<Books> {
  const views = await everyExchange(witnesses.journal);
  const answers = answersIn(witnesses);
  const ambiguous = ambiguousBy(views);
  return {
    wrong: [
      ...messagesWrong(mails, witnesses.received, ambiguous),
      ...orderWrong(mails, witnesses.received),
      ...answersWrong(mails, answers, ambiguous),
      ...foldersWrong(mails, witnesses),
      ...journalWrong(mails, views),
    ],
    messages: witnesses.received.length,
    answers: new Set(answers.map(({ messageId }) => messageId)).size,
    repeatedMessages: witnesses.received.reduce((sum, { repetitions }) => sum + repetitions, 0),
    repeatedAnswers: answers.length - new Set(answers.map(({ messageId }) => messageId)).size,
    ambiguousMessages: ambiguousOf(views, ['mdm']),
    ambiguousAnswers: ambiguousOf(views, ['mdn', 'error-mail']),
  };
}

/** Mails, each counted once however often it was delivered. */
export function differentMails({ mails }: Traffic): number {
  return originals(mails).length;
}

/** `T02 root^extension`, as {@link TrafficDocument.key}. */
function keyOf({ event, raw }: ReceivedMessage): string {
  const txa = parseMessage(raw).first('TXA');
  return `${event} ${txa?.component(12, 3)}^${txa?.component(12, 1)}`;
}

function messagesWrong(
  mails: readonly TrafficMail[],
  received: readonly ReceivedMessage[],
  ambiguous: ReadonlyMap<string, number>,
): string[] {
  const expected = new Map(
    originals(mails)
      .flatMap(mail => mail.documents)
      .map(each => [each.key, each.answer]),
  );
  const got = Map.groupBy(received, keyOf);
  return [
    ...[...expected].flatMap(([key, answer]) => {
      const messages = got.get(key) ?? [];
      if (messages.length !== 1) return [`${key}: ${messages.length} MSH-10 at the DPI, not 1`];
      const gave = messages[0]?.error?.code ?? messages[0]?.answer;
      return gave === answer ? [] : [`${key}: answered ${gave}, not ${answer}`];
    }),
    ...[...got.keys()].filter(key => !expected.has(key)).map(key => `${key}: nobody sent it`),
    ...received.flatMap(({ controlId, conflicting, repetitions }) => {
      const known = ambiguous.get(controlId) ?? 0;
      return [
        ...(conflicting ? [`${controlId}: came again with other bytes`] : []),
        ...(repetitions > known
          ? [`${controlId}: came again ${repetitions} times, ${known} lost answers`]
          : []),
      ];
    }),
  ];
}

/** Documents of one patient in one mailbox, in the order of their mails; in one mail, in the order of the archive. */
function orderWrong(mails: readonly TrafficMail[], received: readonly ReceivedMessage[]): string[] {
  const arrival = new Map(received.map((message, place) => [keyOf(message), place]));
  const patients = Map.groupBy(
    originals(mails).flatMap(({ mailbox, documents }) =>
      documents.map(({ key, order }) => ({ key, lane: `${mailbox} ${order}` })),
    ),
    ({ lane }) => lane,
  );
  return [...patients.values()].flatMap(documents =>
    documents.flatMap(({ key }, place) => {
      const next = documents[place + 1];
      return next !== undefined &&
        (arrival.get(key) ?? -1) > (arrival.get(next.key) ?? Number.POSITIVE_INFINITY)
        ? [`${next.key} overtook ${key}`]
        : [];
    }),
  );
}

function answersIn({ lab }: Witnesses): (LyingMail & { readonly to: string })[] {
  return [SENDER, ERRORS].flatMap(to => mailsIn(lab.maildir(to)).map(mail => ({ ...mail, to })));
}

function answersWrong(
  mails: readonly TrafficMail[],
  answers: readonly (LyingMail & { readonly to: string })[],
  ambiguous: ReadonlyMap<string, number>,
): string[] {
  const about = Map.groupBy(answers, ({ inReplyTo }) => inReplyTo);
  const known = new Set(mails.map(({ messageId }) => messageId));
  return [
    ...originals(mails).flatMap(({ messageId, told }) => {
      const got = about.get(messageId) ?? [];
      const ids = new Set(got.map(answer => answer.messageId));
      if (ids.size !== (told === undefined ? 0 : 1)) return [`${messageId}: answered by ${ids.size} mails`];
      return got.flatMap(answer => answerWrong(answer, told));
    }),
    ...[...about.keys()].filter(id => id === undefined || !known.has(id)).map(id => `an answer to ${id}`),
    ...[...Map.groupBy(answers, ({ messageId }) => messageId ?? '')].flatMap(([messageId, copies]) => {
      const lost = ambiguous.get(messageId) ?? 0;
      const contents = new Set(copies.map(({ path }) => withoutTrace(path)));
      return [
        ...(copies.length - 1 > lost ? [`${messageId}: ${copies.length} copies, ${lost} lost answers`] : []),
        ...(contents.size > 1 ? [`${messageId}: its copies differ`] : []),
      ];
    }),
  ];
}

function answerWrong({ path, to }: LyingMail & { readonly to: string }, told: TrafficMail['told']): string[] {
  const text = readFileSync(path, 'latin1');
  const kind = /^Content-Type: multipart\/report/im.test(text.split(/\r?\n\r?\n/, 1)[0] ?? '')
    ? 'mdn'
    : 'error-mail';
  const code =
    /^Disposition:.*\/Error: ?(\w+)\^/im.exec(text)?.[1] ?? (kind === 'mdn' ? undefined : told?.code);
  const right = kind === told?.kind && code === told.code && to === (kind === 'mdn' ? SENDER : ERRORS);
  return right ? [] : [`${path}: ${kind} ${code} to ${to}, not ${told?.kind} ${told?.code}`];
}

function foldersWrong(mails: readonly TrafficMail[], { lab }: Witnesses): string[] {
  const lying = [...new Set(mails.map(({ mailbox }) => mailbox))].flatMap(mailbox =>
    FOLDERS.flatMap(folder =>
      mailsIn(lab.maildir(mailbox), folder).map(mail => `${mailbox} ${folder} ${mail.messageId}`),
    ),
  );
  const due = mails.map(({ mailbox, folder, messageId }) => `${mailbox} ${folder} ${messageId}`);
  const [there, wanted] = [tallied(lying), tallied(due)];
  return [...new Set([...lying, ...due])].flatMap(place => {
    const [got = 0, want = 0] = [there.get(place), wanted.get(place)];
    return got === want ? [] : [`${place}: ${got} mails there, not ${want}`];
  });
}

function journalWrong(mails: readonly TrafficMail[], views: readonly ExchangeView[]): string[] {
  const byMessageId = Map.groupBy(views, ({ exchange }) => exchange.messageId);
  return [
    ...originals(mails).flatMap(({ messageId, held, folder }) => {
      const [view, ...more] = byMessageId.get(messageId) ?? [];
      if (view === undefined || more.length > 0)
        return [`${messageId}: ${more.length + Number(view !== undefined)} exchanges, not 1`];
      const { state, id, place } = view.exchange;
      const hold = view.deliveries.find(each => each.hold)?.hold?.code;
      const right = held === undefined ? state === 'ended' : state === 'open' && hold === held;
      return [
        ...(right ? [] : [`${messageId}: exchange ${id} is ${state}, held for ${hold}`]),
        ...(place?.folder === folder ? [] : [`${messageId}: the journal has it in ${place?.folder}`]),
      ];
    }),
    ...(views.length === originals(mails).length ? [] : [`${views.length} exchanges in the journal`]),
  ];
}

function originals(mails: readonly TrafficMail[]): TrafficMail[] {
  return mails.filter(({ isCopy }) => !isCopy);
}

function tallied(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
