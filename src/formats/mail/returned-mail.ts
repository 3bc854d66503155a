import { allFields, MAX_HEADER_BLOCK, parseHeaderBlock, splitHeaderBlock } from './header-block.ts';
import { readHead, readMessageIds } from './mail-head.ts';
import { isMailType } from './repair.ts';
import type { MailAttachment, OpenedMail } from './types.ts';

/** Where a plain bounce is looked through for the mail that it quotes, characters. */
const MAX_QUOTED = 512 * 1024;

/** The mail, then every mail enclosed in it, at any depth. */
export function* withEnclosed(mail: OpenedMail): Generator<OpenedMail> {
  yield mail;
  for (const inner of mail.enclosed) yield* withEnclosed(inner);
}

/**
 * The Message-ID of the mail that a report gives back, whole or as its headers (RFC 6522 §3, RFC 6533 §5);
 * undefined where it gives none back.
 */
export function returnedMessageId(mail: OpenedMail): string | undefined {
  return returnedHeads(mail)[0] ?? mail.enclosed.find(({ messageId }) => messageId !== undefined)?.messageId;
}

/**
 * A bounce in the mail server's own words: no multipart/report, but it too gives a mail of ours back, as a part
 * or within its text.
 */
export function isPlainBounce({ returnPath, from }: OpenedMail): boolean {
  return returnPath === '' && (from === undefined || /^(?:mailer-daemon|postmaster)@/i.test(from.address));
}

/** The Message-ID of the mail that a plain bounce gives back; undefined where it gives none back. */
export function bouncedMessageId(mail: OpenedMail): string | undefined {
  const quoted = /^[ \t>]{0,8}message-id:\s{0,80}(<[^<>\s]{1,900}>)/im.exec(mail.text.slice(0, MAX_QUOTED));
  return returnedMessageId(mail) ?? quoted?.[1];
}

/** The Message-ID that a mail says it answers: In-Reply-To, else the last of References (RFC 5322 §3.6.4). */
export function answeredMessageId({ headerBlock }: OpenedMail): string | undefined {
  const fields = parseHeaderBlock(headerBlock);
  const [answered] = readMessageIds(allFields(fields, 'in-reply-to'));
  return answered ?? readMessageIds(allFields(fields, 'references')).at(-1);
}

/** Message-IDs that an error mail may be about: what it answers, and the mails that it encloses. */
export function idsAbout(mail: OpenedMail): string[] {
  const ids = [...withEnclosed(mail)].flatMap(each => [
    ...each.references,
    ...(each === mail || each.messageId === undefined ? [] : [each.messageId]),
    ...returnedHeads(each),
  ]);
  return [...new Set(ids)];
}

/** Message-IDs of the headers given back as a part, or of a mail that could not be opened. */
function returnedHeads(mail: OpenedMail): string[] {
  return mail.attachments.filter(isReturnedHead).flatMap(({ bytes }) => {
    const { block } = splitHeaderBlock(bytes.subarray(0, MAX_HEADER_BLOCK));
    return readHead(parseHeaderBlock(block)).messageId ?? [];
  });
}

function isReturnedHead({ contentType, filename }: MailAttachment): boolean {
  return (
    /^(?:text\/rfc822(?:-headers)?|message\/global-headers)$/.test(contentType) ||
    isMailType(contentType, filename)
  );
}
