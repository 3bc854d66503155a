import { describe, expect, it } from 'vitest';
import {
  archivePart,
  type DocumentMail,
  documentMail,
  type MailPart,
  mailPart,
  multipartMail,
  rawMail,
} from '../../../samples/kit/mail.ts';
import { rawZip } from '../../../samples/kit/raw-zip.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { isErrorSubject } from '../../../src/formats/mail/error-subject.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';
import type { MailKind } from '../../../src/formats/mail/types.ts';

const zip = (content: string): Buffer => Buffer.from(`PK\u0003\u0004${content}`);
const XDM = rawZip([{ name: 'IHE_XDM/SUBSET01/METADATA.XML' }]);
const kindOf = async (raw: Buffer): Promise<MailKind> => classify(await openMail(raw));

const archive = archivePart(XDM);
const winmail: MailPart = {
  contentType: 'application/ms-tnef',
  filename: 'winmail.dat',
  content: Buffer.from('x'),
};
const KO = '[KO Intégration système !][902] XDM/1.0/DDM+CR MARCHETTI Lucie';
const original = documentMail({ attachments: [archive] });
const mdnFields: MailPart = {
  contentType: 'message/disposition-notification',
  content:
    'Final-Recipient: rfc822; a@b.fr\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\n',
};
const mdn = multipartMail(
  ['From: a@b.fr', 'Subject: XDM/1.0/DDM+x', 'Auto-Submitted: auto-replied'],
  'multipart/report; report-type=disposition-notification',
  [{ contentType: 'text/plain', content: 'ok' }, mdnFields, mailPart(original), archive],
);
const dsn = multipartMail(['Subject: Undelivered'], 'multipart/report; report-type=delivery-status', [
  { contentType: 'text/plain', content: 'no' },
  { contentType: 'message/delivery-status', content: 'Reporting-MTA: dns; x\r\n' },
  mailPart(original),
]);

function plainBounce(mail: DocumentMail): Buffer {
  return documentMail({
    from: 'MAILER-DAEMON@x.fr',
    returnPath: '<>',
    subject: 'failure notice',
    ...mail,
  });
}

function nested(levels: number, core: Buffer): Buffer {
  let raw = core;
  for (let level = 0; level < levels; level++)
    raw = documentMail({ subject: 'TR: x', attachments: [mailPart(raw)] });
  return raw;
}

describe('classify', () => {
  const table: [string, Buffer, object][] = [
    ['a document mail', original, { kind: 'document' }],
    [
      'one that a machine sent',
      documentMail({ attachments: [archive], headers: ['Auto-Submitted: auto-generated'] }),
      { kind: 'document' },
    ],
    [
      'an archive whose name is in other letters',
      documentMail({ attachments: [archivePart(XDM, 'Ihe_Xdm.ZIP')] }),
      { kind: 'document' },
    ],
    [
      'a numbered copy, broken',
      documentMail({ attachments: [archivePart(Buffer.from('x'), 'IHE_XDM (1).zip')] }),
      { kind: 'document' },
    ],
    [
      'a name with a path',
      documentMail({ attachments: [archivePart(Buffer.from('x'), 'C:\\\\temp\\\\IHE_XDM.zip')] }),
      { kind: 'document' },
    ],
    [
      'an XDM archive under another name and type',
      documentMail({
        subject: 'x',
        attachments: [{ ...archive, filename: 'a.bin', contentType: 'application/octet-stream' }],
      }),
      { kind: 'document' },
    ],
    [
      'another zip',
      documentMail({ subject: 'photos', attachments: [archivePart(zip('a'), 'photos.zip')] }),
      { kind: 'other' },
    ],
    [
      'forwarded by hand, attachments kept',
      documentMail({ subject: 'TR: Fwd: XDM/1.0/DDM+x', attachments: [archive] }),
      { kind: 'document' },
    ],
    [
      'forwarded as attachment',
      documentMail({ subject: 'TR: XDM/1.0/DDM+x', attachments: [mailPart(original)] }),
      { kind: 'document' },
    ],
    ['forwarded five times as attachment', nested(5, original), { kind: 'document' }],
    ['forwarded six times as attachment', nested(6, original), { kind: 'unusable', code: 'MAIL-009' }],
    [
      'an archive beside a mail nested too deep',
      documentMail({ attachments: [archive, mailPart(nested(6, original))] }),
      { kind: 'document' },
    ],
    ['XDM in the subject, nothing inside', documentMail(), { kind: 'unusable', code: 'MAIL-005' }],
    [
      'XDM anywhere in the subject, any case',
      documentMail({ subject: 'TR: voir xdm/1.0/ddm+x' }),
      { kind: 'unusable', code: 'MAIL-005' },
    ],
    [
      'XDM in the subject of the enclosed mail',
      documentMail({ subject: 'TR: x', attachments: [mailPart(documentMail())] }),
      { kind: 'unusable', code: 'MAIL-005' },
    ],
    ['winmail.dat', documentMail({ attachments: [winmail] }), { kind: 'unusable', code: 'MAIL-006' }],
    [
      'winmail.dat under octet-stream',
      documentMail({
        subject: 'x',
        attachments: [{ ...winmail, filename: 'WINMAIL.DAT', contentType: 'application/octet-stream' }],
      }),
      { kind: 'unusable', code: 'MAIL-006' },
    ],
    [
      'winmail.dat in an enclosed mail',
      documentMail({ subject: 'x', attachments: [mailPart(documentMail({ attachments: [winmail] }))] }),
      { kind: 'unusable', code: 'MAIL-006' },
    ],
    [
      'winmail.dat beside an archive',
      documentMail({ attachments: [winmail, archive] }),
      { kind: 'document' },
    ],
    ['an MDN with the archive given back', mdn, { kind: 'receipt', report: 'mdn' }],
    ['a DSN with the mail given back', dsn, { kind: 'receipt', report: 'dsn' }],
    [
      'a multipart/report without a type',
      multipartMail([], 'multipart/report', [{ contentType: 'text/plain', content: 'x' }, mdnFields]),
      { kind: 'receipt', report: 'mdn' },
    ],
    [
      'a lone notification',
      rawMail(['Content-Type: message/disposition-notification', '', 'Final-Recipient: rfc822; a@b.fr']),
      { kind: 'receipt', report: 'mdn' },
    ],
    [
      'a notification in multipart/mixed',
      documentMail({ subject: 'Lu', attachments: [mdnFields] }),
      { kind: 'receipt', report: 'mdn' },
    ],
    [
      'a notification in multipart/mixed, with an archive',
      documentMail({ attachments: [mdnFields, archive] }),
      { kind: 'unusable', code: 'MAIL-007' },
    ],
    [
      'a report of abuse',
      multipartMail([], 'multipart/report; report-type=feedback-report', [
        { contentType: 'text/plain', content: 'x' },
      ]),
      { kind: 'other' },
    ],
    [
      'an MDN with a [KO] subject',
      multipartMail(
        [`Subject: ${KO.replace('é', 'e').replace('è', 'e')}`],
        'multipart/report; report-type=disposition-notification',
        [mdnFields],
      ),
      { kind: 'receipt', report: 'mdn' },
    ],
    [
      'a [KO] mail',
      documentMail({
        subject: KO,
        attachments: [mailPart(original, 'message_original.eml'), archive],
        headers: ['In-Reply-To: <autre@x.fr>'],
      }),
      { kind: 'error-mail', about: ['<autre@x.fr>', '<exemple-1@tilleuls.mssante.fr>'], hasArchive: true },
    ],
    [
      'a [KO] mail forwarded by hand',
      documentMail({ subject: `TR: ${KO}`, attachments: [archive] }),
      { kind: 'error-mail', about: [], hasArchive: true },
    ],
    [
      'a [KO] mail without attachments',
      documentMail({ subject: KO }),
      { kind: 'error-mail', hasArchive: false },
    ],
    [
      'an MDN forwarded as attachment',
      documentMail({ subject: 'TR: x', attachments: [mailPart(mdn)] }),
      { kind: 'unusable', code: 'MAIL-007' },
    ],
    [
      'a [KO] mail forwarded as attachment',
      documentMail({
        subject: 'pour info',
        attachments: [mailPart(documentMail({ subject: KO, attachments: [archive] }))],
      }),
      { kind: 'unusable', code: 'MAIL-007' },
    ],
    [
      'an archive beside a forwarded MDN',
      documentMail({ attachments: [mailPart(mdn), archivePart(zip('METADATA.XML 2'))] }),
      { kind: 'document' },
    ],
    [
      'a forwarded MDN without archive',
      documentMail({
        subject: 'TR: x',
        attachments: [
          mailPart(
            multipartMail(
              ['Subject: XDM/1.0/DDM+x'],
              'multipart/report; report-type=disposition-notification',
              [mdnFields],
            ),
          ),
        ],
      }),
      { kind: 'other' },
    ],
    [
      'a bounce that is no multipart/report, the mail given back whole',
      plainBounce({ attachments: [mailPart(original)] }),
      { kind: 'receipt', report: 'dsn' },
    ],
    [
      'a bounce of a postmaster, the headers given back',
      plainBounce({
        from: 'Postmaster <postmaster@x.fr>',
        attachments: [{ contentType: 'text/rfc822-headers', content: 'Message-ID: <m@x.fr>\r\n' }],
      }),
      { kind: 'receipt', report: 'dsn' },
    ],
    [
      'a bounce that quotes the mail in its text, as qmail does',
      plainBounce({ text: `Hi.\n\n--- Below this line is a copy of the message.\n\n${original.toString()}` }),
      { kind: 'receipt', report: 'dsn' },
    ],
    [
      'a plain bounce with an MDN of ours, which is still one',
      plainBounce({ attachments: [mdnFields, mailPart(original)] }),
      { kind: 'receipt', report: 'mdn' },
    ],
    [
      'a plain bounce that gives back an archive of nobody knows which mail',
      plainBounce({ attachments: [archive] }),
      { kind: 'unusable', code: 'MAIL-007' },
    ],
    [
      'a plain bounce that gives nothing back',
      plainBounce({ headers: ['References: <m@x.fr>'] }),
      { kind: 'other' },
    ],
    [
      'what a mail server says with a return path',
      plainBounce({ returnPath: '<mailer-daemon@x.fr>', text: 'Message-ID: <m@x.fr>\n' }),
      { kind: 'other' },
    ],
    [
      'a returned mail that nobody sent',
      plainBounce({ from: '', attachments: [mailPart(original)] }),
      { kind: 'unusable', code: 'MAIL-007' },
    ],
    [
      'a document mail with a null path',
      documentMail({ returnPath: '<>', attachments: [archive] }),
      { kind: 'document' },
    ],
    [
      'a forwarded document mail that cannot be opened',
      documentMail({
        subject: 'x',
        attachments: [mailPart(Buffer.from(original.toString().replace('boundary=', 'bondary=')))],
      }),
      { kind: 'unusable', code: 'MAIL-005' },
    ],
    ['an ordinary mail', documentMail({ subject: 'Réunion de service' }), { kind: 'other' }],
    ['an empty mail', Buffer.alloc(0), { kind: 'other' }],
  ];

  it.each(table)('%s', async (_case, raw, expected) => {
    expect(await kindOf(raw)).toMatchObject(expected);
  });

  it('says which mail carries the archive', async () => {
    const kind = await kindOf(documentMail({ messageId: '<out@x.fr>', attachments: [mailPart(original)] }));
    expect(kind.kind === 'document' && kind.archives.map(found => found.via.messageId)).toEqual([
      '<exemple-1@tilleuls.mssante.fr>',
    ]);
  });

  it('counts the same bytes once, the outermost copy; other bytes twice', async () => {
    const same = await kindOf(
      documentMail({ messageId: '<out@x.fr>', attachments: [archive, mailPart(original)] }),
    );
    expect(same.kind === 'document' && same.archives.map(found => found.via.messageId)).toEqual([
      '<out@x.fr>',
    ]);
    const other = await kindOf(
      documentMail({ attachments: [archivePart(zip('other')), mailPart(original)] }),
    );
    expect(other.kind === 'document' && other.archives.length).toBe(2);
  });

  it('looks into no zip that is named IHE_XDM.zip, and into no file that is no zip', async () => {
    const pdf: MailPart = {
      contentType: 'application/pdf',
      filename: 'a.pdf',
      content: Buffer.concat([Buffer.from('%PDF-'), XDM]),
    };
    const named = archivePart(zip('not an archive'));
    const found = await kindOf(documentMail({ attachments: [named, pdf] }));
    expect(found.kind === 'document' && found.archives.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      zip('not an archive'),
    ]);
  });
});

describe('isErrorSubject', () => {
  it.each([
    ['[KO Intégration système !][902] XDM/1.0/DDM+x', true],
    ['[ko integration systeme !][902] x', true],
    ['[Erreur d’intégration !][902] XDM/1.0/DDM+x', true],
    ["[Erreur d'intégration !][902] XDM/1.0/DDM+x", true],
    ['[ERREUR D’INTÉGRATION]', true],
    ['Re: [KO Intégration système !][902] x', true],
    ['RE : TR: Fwd: FW: [KO] x', true],
    ['Re[2]: [Erreur x]', true],
    ['Réf : [KO x]', true],
    ['XDM/1.0/DDM+[KO]', false],
    ['Bilan [KO]', false],
    ['[KOALA] x', false],
    ['[OK] x', false],
    ['KO Intégration', false],
    ['', false],
  ])('%j: %s', (subject, expected) => {
    expect(isErrorSubject(subject)).toBe(expected);
  });

  it.each(['re:', 're: ', ' ', '[ko ', 're'])('is linear on 256 KB of %j', unit => {
    const started = performance.now();
    isErrorSubject(unit.repeat(Math.floor(262_144 / unit.length)));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
