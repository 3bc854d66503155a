import { APPLICATION_ERRORS, OTHER_ERROR } from '../hl7/error-tables.ts';
import { parseTypedAddress } from './addresses.ts';
import { errorCodeOf } from './error-subject.ts';
import { allFields, decodeText, firstField, oneLine, parseHeaderBlock } from './header-block.ts';
import { readMessageId } from './mail-head.ts';
import { notificationType } from './notification-type.ts';
import type { DispositionType, MdnFacts } from './receipt-types.ts';
import { answeredMessageId, returnedMessageId } from './returned-mail.ts';
import type { OpenedMail } from './types.ts';

/** What is read of a notification, bytes, and of one of its fields, characters. */
const MAX_NOTIFICATION = 64 * 1024;
const MAX_FIELD = 4000;

const TYPES: readonly DispositionType[] = [
  'displayed',
  'processed',
  'dispatched',
  'deleted',
  'denied',
  'failed',
];
const DISPOSITION = new RegExp(`(?:^|;)\\s*(?:\\([^()]*\\)\\s*)?(${TYPES.join('|')})\\b(.*)$`, 'is');
/** After the type: `/error`, `/warning, error` (RFC 8098 §3.2.6), and the ANS form with its text. */
const MODIFIER =
  /^\s*(?:\([^()]*\)\s*)?[/;,]\s*(?:[\w-]+\s*,\s*)*(?:err(?:or|eur)|fail(?:ed|ure))\b\s*(?:,.*|:?(.*))$/is;

/**
 * What a message disposition notification says: in the form of ANS, `processed/Error: 902^label`, or that of
 * RFC 8098, modifier `error` and a field `Error:` (quirk M2); whatever fields it lacks.
 *
 * @param mail one that {@link ./classify.ts} takes for an MDN.
 */
export function readMdn(mail: OpenedMail): MdnFacts {
  const part = mail.attachments.find(({ contentType }) => notificationType(contentType) === 'mdn');
  const fields = parseHeaderBlock((part?.bytes ?? new Uint8Array()).subarray(0, MAX_NOTIFICATION));
  const first = (name: string): string | undefined => firstField(fields, name)?.slice(0, MAX_FIELD);
  const { type, told } = readDisposition(first('disposition') ?? '');
  return {
    report: 'mdn',
    originalMessageId:
      readMessageId(first('original-message-id')) ?? returnedMessageId(mail) ?? answeredMessageId(mail),
    finalRecipient: parseTypedAddress(first('final-recipient')),
    originalRecipient: parseTypedAddress(first('original-recipient')),
    disposition: type,
    error: errorOf({
      // RFC 2298: a notification that could not be made well; one that was `denied` tells nothing of the mail.
      told: told ?? (type === 'failed' ? '' : undefined),
      // `Failure:` is of RFC 3798.
      fields: [...allFields(fields, 'error'), ...allFields(fields, 'failure')],
      subject: mail.errorSubject ? mail.subject : undefined,
    }),
  };
}

/** @returns `told`: the text of the error that it tells; undefined where it tells none. */
function readDisposition(value: string): { type: DispositionType | undefined; told: string | undefined } {
  const [, type = '', rest = ''] = DISPOSITION.exec(value) ?? [];
  const modifier = MODIFIER.exec(rest);
  return {
    type: TYPES.find(each => each === type.toLowerCase()),
    told: modifier === null ? undefined : (modifier[1] ?? ''),
  };
}

/** A code and a label, as far as a text has them. */
interface Coded {
  readonly code: string | undefined;
  readonly label: string;
}

/**
 * The error of the whole: the Disposition's code, else that of a field, else the subject's. The label of a
 * field goes first: in the Disposition it may stand cut and without accents.
 */
function errorOf(said: {
  readonly told: string | undefined;
  readonly fields: readonly string[];
  readonly subject: string | undefined;
}): MdnFacts['error'] {
  const inFields = said.fields.filter(value => value !== '').map(readCoded);
  if (said.told === undefined && said.subject === undefined && inFields.length === 0) return undefined;
  const inDisposition = readCoded(said.told ?? '');
  const all = [...inFields, inDisposition];
  const code =
    inDisposition.code ??
    inFields.find(each => each.code !== undefined)?.code ??
    errorCodeOf(said.subject ?? '') ??
    OTHER_ERROR.code;
  const labelled = all.filter(({ label }) => label !== '');
  const label =
    labelled.find(each => each.code === code)?.label ?? labelled.find(each => each.code === undefined)?.label;
  return { code, label: label ?? APPLICATION_ERRORS[code] ?? '' };
}

/**
 * `902^label`, anything after a second `^` or a `|` passed over (quirk M8); without `^`, a code is three digits
 * at the beginning, `902 label` or `[902] label`, else the text is a label.
 */
function readCoded(value: string): Coded {
  const [field = ''] = decodeText(value.slice(0, MAX_FIELD)).split('|', 1);
  const text = oneLine(field);
  const caret = text.indexOf('^');
  if (caret === -1) {
    const [, code, label = ''] = /^\W{0,3}(\d{3})(?!\w)[\s\])}:;,.–-]{0,9}(.*)$/.exec(text) ?? [];
    return { code, label: code === undefined ? text : label.trim() };
  }
  const head = text.slice(0, caret).trim();
  const code = /^(?=.*\d)[\w.-]{1,20}$/.test(head) ? head : /(?<!\d)\d{3}(?!\d)/.exec(head)?.[0];
  const [label = ''] = text.slice(caret + 1).split('^', 1);
  return { code, label: label.trim() };
}
