import { BAL, dateOf, LABORATORY, laboratoryMail, messageIdOf, SECRETARY } from './actors.ts';
import * as documents from './documents.ts';
import { archiveMembers, rawZip, xdmArchive } from './kit/archive.ts';
import { documentMail, type MailPart, multipartMail } from './kit/mail.ts';

/** The mails of the scenarios that are not the laboratory's usual one. */

/** A mail without any document. */
export function ordinaryMail(): Buffer {
  return documentMail({
    from: `"Laboratoire des Embruns" <${LABORATORY}>`,
    to: BAL,
    subject: 'Fermeture du laboratoire le 24 décembre',
    text: 'Bonjour,\n\nLe laboratoire sera fermé le 24 décembre après-midi.\n',
    messageId: messageIdOf(18),
    returnPath: '',
    date: dateOf(18),
  });
}

/** What a secretary forwards as an attachment, asking for an MDN herself. */
export async function forwardedMail(): Promise<Buffer> {
  const inner = await laboratoryMail({
    number: 0,
    to: SECRETARY,
    documents: [{ sample: documents.forwarded }],
  });
  return documentMail({
    from: `"CHU X - Service d'urologie" <${SECRETARY}>`,
    to: BAL,
    subject: 'Fwd: compte rendu à intégrer',
    text: 'Pour intégration dans le dossier.\n',
    attachments: [
      { contentType: 'message/rfc822', filename: 'message.eml', content: inner.toString('utf8') },
    ],
    messageId: '<0010.20261120@chu-x.mssante.fr>',
    returnPath: '',
    date: dateOf(10),
    dnt: SECRETARY,
  });
}

/** One member would be written outside the directory that the archive is unpacked into. */
export function hostileArchive(): Buffer {
  const members = archiveMembers({ documents: [{ sample: documents.inBrokenArchive }] });
  return rawZip([
    ...members,
    { name: '../../../etc/cron.d/pirate', bytes: Buffer.from('* * * * * root id\n') },
  ]);
}

/** The first half of an archive. */
export async function truncatedMail(): Promise<Buffer> {
  const whole = await xdmArchive({ documents: [{ sample: documents.inBrokenArchive }] });
  const archive = whole.subarray(0, Math.floor(whole.length / 2));
  return laboratoryMail({
    number: 15,
    documents: [{ sample: documents.inBrokenArchive }],
    archive,
    asksReceipt: true,
  });
}

/** Each patient in a submission set of its own: only the mail as a whole is wrong. */
export async function twoPatientsMail(): Promise<Buffer> {
  const all = [{ sample: documents.ofOnePatient }, { sample: documents.ofAnother }];
  const archive = await xdmArchive({ subsets: all.map(document => ({ documents: [document] })) });
  return laboratoryMail({ number: 16, documents: all, archive, asksReceipt: true });
}

/** A subject that announces a document, and no archive. */
export function announcedMail(number: number, attachments: readonly MailPart[]): Buffer {
  return documentMail({
    from: `"Laboratoire des Embruns" <${LABORATORY}>`,
    to: BAL,
    subject: "XDM/1.0/DDM+CR d'examens biologiques MORVAN CLAIRE 14/06/1985",
    attachments,
    messageId: messageIdOf(number),
    returnPath: '',
    date: dateOf(number),
    dnt: LABORATORY,
  });
}

/** An MDN of the ANS form about a mail that left this mailbox. */
export function receivedMdn(): Buffer {
  const head = [
    `From: "Cabinet du Port" <cabinet@port.mssante.fr>`,
    `To: ${BAL}`,
    'Subject: XDM/1.0/DDM+lettre de sortie',
    `Date: ${dateOf(17).toUTCString().replace('GMT', '+0000')}`,
    'Message-ID: <0017.20261120@port.mssante.fr>',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
  ];
  const fields = [
    'Reporting-UA: cabinet.port.mssante.fr; LPS',
    'Original-Recipient: rfc822; cabinet@port.mssante.fr',
    'Final-Recipient: rfc822; cabinet@port.mssante.fr',
    'Original-Message-ID: <lettre-4711@chu-x.mssante.fr>',
    'Disposition: automatic-action/MDN-sent-automatically; processed',
  ];
  return multipartMail(head, 'multipart/report; report-type=disposition-notification', [
    { contentType: 'text/plain; charset=utf-8', content: 'Le document a été intégré.\r\n' },
    { contentType: 'message/disposition-notification', content: `${fields.join('\r\n')}\r\n` },
  ]);
}
