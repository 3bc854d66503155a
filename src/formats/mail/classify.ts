import { createHash } from 'node:crypto';
import { looksLikeXdm } from '../xdm/archive.ts';
import { beginsLikeZip } from '../xdm/zip-start.ts';
import { announcesDocuments } from './announced.ts';
import { notificationType } from './notification-type.ts';
import { isMailType } from './repair.ts';
import { bouncedMessageId, idsAbout, isPlainBounce, withEnclosed } from './returned-mail.ts';
import type { FoundArchive, MailAttachment, MailKind, OpenedMail } from './types.ts';

/**
 * What a mail is: a receipt, by its content type before its subject (quirk M4); an error mail; a bounce in a
 * mail server's own words that gives a mail back; a document mail; one that cannot be used; another.
 * Auto-Submitted plays no part in it.
 */
export function classify(mail: OpenedMail): MailKind {
  if (mail.report !== undefined) return { kind: 'receipt', report: mail.report };
  const mails = [...withEnclosed(mail)];
  const found = findArchives(mail, false);
  if (mail.errorSubject) return { kind: 'error-mail', about: idsAbout(mail), hasArchive: found.length > 0 };
  const looseReport = looseNotification(mail);
  if (isPlainBounce(mail) && mail.from !== undefined && bouncedMessageId(mail) !== undefined) {
    return { kind: 'receipt', report: looseReport ?? 'dsn' };
  }

  const archives = withoutCopies(found.filter(archive => !archive.insideReport));
  if (archives.length > 0) return { kind: 'document', archives };
  // A returned document must not be integrated a second time by way of a forward.
  if (found.length > 0) return { kind: 'unusable', code: 'MAIL-007' };

  if (looseReport !== undefined) return { kind: 'receipt', report: looseReport };
  if (mails.some(each => each.attachments.some(isTnef))) return { kind: 'unusable', code: 'MAIL-006' };
  if (mails.some(each => each.tooDeep)) return { kind: 'unusable', code: 'MAIL-009' };
  if (someAnnounces(mail)) return { kind: 'unusable', code: 'MAIL-005' };
  return { kind: 'other' };
}

/**
 * XDM/1.0/DDM in the subject, the mail's own or that of a mail forwarded in it, or in a forwarded mail that
 * could not be opened. An enclosed report announces nothing.
 */
function someAnnounces(mail: OpenedMail): boolean {
  if (mail.report !== undefined || mail.errorSubject) return false;
  return (
    announcesDocuments(mail.subject) ||
    mail.attachments.some(isUnopenedDocumentMail) ||
    mail.enclosed.some(someAnnounces)
  );
}

/**
 * openMail leaves a mail without readable structure among the attachments: its first bytes tell what it was
 * about.
 */
function isUnopenedDocumentMail({ contentType, filename, bytes }: MailAttachment): boolean {
  if (!isMailType(contentType, filename)) return false;
  const start = Buffer.from(bytes.subarray(0, 64 * 1024)).toString('latin1');
  return /XDM\/1\.0\/DDM|IHE_XDM/i.test(start);
}

/** Every archive of a mail, outermost first; those inside a report or a [KO …] mail are marked. */
function findArchives(mail: OpenedMail, insideReport: boolean): FoundArchive[] {
  const inside =
    insideReport ||
    mail.report !== undefined ||
    mail.errorSubject ||
    isPlainBounce(mail) ||
    looseNotification(mail) !== undefined;
  const own = mail.attachments
    .filter(isArchive)
    .map(part => ({ bytes: part.bytes, via: mail, insideReport: inside }));
  return [...own, ...mail.enclosed.flatMap(inner => findArchives(inner, inside))];
}

/** A notification part outside multipart/report (some senders write multipart/mixed). */
function looseNotification(mail: OpenedMail): OpenedMail['report'] {
  return mail.attachments
    .map(part => notificationType(part.contentType))
    .find(report => report !== undefined);
}

/**
 * By name, so that a broken archive is answered as one; numbered copies (`IHE_XDM (1).zip`) too. Else by
 * content (quirk X1).
 */
function isArchive(part: MailAttachment): boolean {
  const name = baseName(part.filename);
  if (/^ihe_xdm[^/]*\.zip$/i.test(name)) return true;
  return beginsLikeZip(part.bytes) && looksLikeXdm(part.bytes);
}

function isTnef(part: MailAttachment): boolean {
  return (
    /^application\/(?:vnd\.)?ms-tnef$/.test(part.contentType) ||
    baseName(part.filename).toLowerCase() === 'winmail.dat'
  );
}

function baseName(filename: string | undefined): string {
  return (filename ?? '').split(/[/\\]/).at(-1) ?? '';
}

/**
 * One of each: a forward often carries its archive twice, attached and inside the enclosed mail. The same
 * bytes are one archive; different bytes are two, and the mail is refused for it.
 */
function withoutCopies(archives: readonly FoundArchive[]): FoundArchive[] {
  if (archives.length < 2) return [...archives];
  const seen = new Set<string>();
  return archives.filter(archive => {
    const digest = createHash('sha256').update(archive.bytes).digest('hex');
    const isNew = !seen.has(digest);
    seen.add(digest);
    return isNew;
  });
}
