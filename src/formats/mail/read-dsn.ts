import { parseTypedAddress } from './addresses.ts';
import { firstField, type HeaderField, parseHeaderBlock } from './header-block.ts';
import { notificationType } from './notification-type.ts';
import type { DsnAction, DsnFacts, DsnRecipient } from './receipt-types.ts';
import { answeredMessageId, bouncedMessageId, isPlainBounce, returnedMessageId } from './returned-mail.ts';
import type { OpenedMail } from './types.ts';

/** No mail of ours has as many recipients; what a report says of more is passed over. */
const MAX_RECIPIENTS = 500;
/** What 500 recipients may need, bytes; and how much of one field is looked through, characters. */
const MAX_STATUS = 1024 * 1024;
const MAX_FIELD = 2000;
const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20];

const ACTIONS: readonly DsnAction[] = ['delivered', 'relayed', 'expanded', 'delayed', 'failed'];

/**
 * What a delivery status notification says (RFC 3464, RFC 6533), by its fields alone: texts for people differ
 * from them. Of a bounce in a mail server's own words only what it gives back is told, and no recipient.
 *
 * @param mail one that {@link ./classify.ts} takes for a DSN.
 */
export function readDsn(mail: OpenedMail): DsnFacts {
  const status = mail.attachments.find(({ contentType }) => notificationType(contentType) === 'dsn');
  const groups = groupsOf((status?.bytes ?? new Uint8Array()).subarray(0, MAX_STATUS)).map(parseHeaderBlock);
  const returned = isPlainBounce(mail) ? bouncedMessageId(mail) : returnedMessageId(mail);
  return {
    report: 'dsn',
    envelopeId: envelopeIdIn(groups),
    // Some servers give nothing back; Exim at least says which mail it answers.
    originalMessageId: returned ?? answeredMessageId(mail),
    recipients: groups.flatMap(readRecipient),
  };
}

/** The groups of fields, parted by empty lines; the first is about the whole mail, where servers keep order. */
function groupsOf(bytes: Uint8Array): Uint8Array[] {
  const groups: Uint8Array[] = [];
  let start = 0;
  for (let line = 0; line < bytes.length && groups.length <= MAX_RECIPIENTS; ) {
    const end = bytes.indexOf(LF, line);
    const next = end === -1 ? bytes.length : end + 1;
    const blank = isBlank(bytes.subarray(line, next));
    if (blank || next === bytes.length) {
      const group = bytes.subarray(start, blank ? line : next);
      if (group.length > 0) groups.push(group);
      start = next;
    }
    line = next;
  }
  return groups;
}

function isBlank(line: Uint8Array): boolean {
  return line.every(byte => byte === SPACE || byte === TAB || byte === CR || byte === LF);
}

function envelopeIdIn(groups: readonly (readonly HeaderField[])[]): string | undefined {
  const values = groups.map(fields => firstField(fields, 'original-envelope-id')?.slice(0, MAX_FIELD));
  const id = values.find(value => value !== undefined && value !== '');
  return id === undefined ? undefined : undoXtext(id);
}

/** None of a group without an action, or with one that RFC 3464 does not know: it tells nothing. */
function readRecipient(fields: readonly HeaderField[]): DsnRecipient[] {
  const field = (name: string): string => firstField(fields, name)?.slice(0, MAX_FIELD) ?? '';
  const action = ACTIONS.find(each => each === firstWord(field('action')));
  if (action === undefined) return [];
  const diagnostic = field('diagnostic-code');
  return [
    {
      final: parseTypedAddress(field('final-recipient')),
      original: parseTypedAddress(undoXtext(field('original-recipient'))),
      action,
      status: statusIn(field('status')) ?? statusIn(diagnostic),
      reply: replyIn(diagnostic),
    },
  ];
}

/** In lower case, comments before it passed over (RFC 822 §3.4.3). */
function firstWord(value: string): string | undefined {
  return /^(?:\s*\([^()]*\))*\s*([a-z-]+)/i.exec(value)?.[1]?.toLowerCase();
}

/** An enhanced status code (RFC 3463), which is no part of an address such as 192.5.1.1. */
function statusIn(value: string): string | undefined {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)/.exec(value)?.[0];
}

/**
 * The code of an SMTP reply: at the beginning of a diagnostic of type smtp, or before an enhanced status code
 * of the same class within a sentence. Diagnostics of other types begin with numbers of other kinds.
 */
function replyIn(diagnostic: string): string | undefined {
  const [, begins] = /^\s*(?:(?:e?smtp|lmtp)\s*;)?\s*([245]\d\d)(?:[\s-]|$)/i.exec(diagnostic) ?? [];
  return begins ?? /(?<![\d.])(([245])\d\d)[ -]#?\2\.\d{1,3}\.\d{1,3}/.exec(diagnostic)?.[1];
}

/**
 * xtext (RFC 3461 §4) undone as far as it must be: servers should have done so, and some did. Only `+` and `=`
 * need it in an identifier or an address; `+20` or `+41` may well be the end of an address as it is.
 */
function undoXtext(value: string): string {
  return value.replaceAll(/\+(?:2B|3D)/g, code => (code === '+2B' ? '+' : '='));
}
