import { parseAddresses, parseReturnPath, parseTypedAddress } from './addresses.ts';
import { allFields, decodeText, firstField, type HeaderField } from './header-block.ts';
import type { MailHead } from './types.ts';

/** RFC 5322 lines hold at most 998 characters; an identifier that fills one is no identifier. */
const MAX_MESSAGE_ID = 900;
/** References kept of one mail: the oldest and all but these are of no use. */
const MAX_REFERENCES = 100;

/** Everything the gateway needs of a mail's headers, decoded. A field given twice counts once: the first. */
export function readHead(fields: readonly HeaderField[]): MailHead {
  const first = (name: string) => firstField(fields, name);
  return {
    messageId: readMessageId(first('message-id')),
    subject: decodeText(first('subject') ?? ''),
    from: parseAddresses(first('from'))[0],
    to: allFields(fields, 'to').flatMap(parseAddresses),
    cc: allFields(fields, 'cc').flatMap(parseAddresses),
    replyTo: parseAddresses(first('reply-to')),
    date: readDate(first('date')),
    dispositionNotificationTo: allFields(fields, 'disposition-notification-to').flatMap(parseAddresses),
    returnPath: parseReturnPath(first('return-path')),
    originalRecipient: parseTypedAddress(first('original-recipient')),
    deliveredTo: parseAddresses(first('delivered-to') ?? first('x-original-to'))[0]?.address,
    automatic: isAutomatic(fields),
    references: readMessageIds([...allFields(fields, 'in-reply-to'), ...allFields(fields, 'references')]),
  };
}

/**
 * The identifier of a Message-ID or Original-Message-ID field, with its angle brackets: blanks inside (seen in
 * the ANS sample) and missing brackets are mended, what follows the brackets (`(added by …)`) is passed over.
 * Undefined where there is none.
 */
export function readMessageId(value: string | undefined): string | undefined {
  const bracketed = /<([^<>]*)>/.exec(value ?? '')?.[1] ?? value;
  const bare = bracketed?.replaceAll(/[\s<>]/g, '');
  return bare === undefined || bare === '' || bare.length > MAX_MESSAGE_ID ? undefined : `<${bare}>`;
}

/** The identifiers of In-Reply-To or References fields, each once, in order; of very many the last. */
export function readMessageIds(values: readonly string[]): string[] {
  const ids = values.flatMap(value => value.match(/<[^<>]{1,900}>/g) ?? []);
  return [...new Set(ids.map(id => id.replaceAll(/\s/g, '')))].slice(-MAX_REFERENCES);
}

function readDate(value: string | undefined): Date | undefined {
  // V8 reads RFC 5322 dates, the obsolete ones and their comments; anything long is no date.
  if (value === undefined || value.length > 100) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * Made by a machine, so never to be answered: RFC 3834 Auto-Submitted, the older Precedence, and Exchange's
 * X-Auto-Response-Suppress where it asks for no automatic reply. `OOF` or `DR` alone do not: Exchange sets
 * them on mails that people write.
 */
function isAutomatic(fields: readonly HeaderField[]): boolean {
  const words = (name: string) =>
    allFields(fields, name).flatMap(value => value.toLowerCase().split(/[\s,;(]+/, 20));
  return (
    allFields(fields, 'auto-submitted').some(value => value !== '' && !/^no\b/i.test(value)) ||
    words('precedence').some(word => ['bulk', 'junk', 'list', 'auto_reply'].includes(word)) ||
    words('x-auto-response-suppress').some(word => ['all', 'autoreply'].includes(word))
  );
}
