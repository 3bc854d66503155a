import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, property, string } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivePart, documentMail, rawBytes } from '../../../samples/kit/mail.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { buildErrorMail } from '../../../src/formats/mail/error-mail.ts';
import { parseHeaderBlock } from '../../../src/formats/mail/header-block.ts';
import { buildMdn } from '../../../src/formats/mail/mdn.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';
import type { OpenedMail } from '../../../src/formats/mail/types.ts';
import {
  acceptedDocument,
  notificationInput,
  refusedDocument,
  UNKNOWN_PATIENT,
} from '../../kit/notification-input.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const ARCHIVE = Buffer.concat([
  Buffer.from('PK\u0003\u0004'),
  Buffer.from(Array.from({ length: 999 }, (_, i) => i % 256)),
]);
const PDF = Buffer.from('%PDF-1.4\n');
const ORIGINAL = documentMail({
  dnt: 'labo@tilleuls.mssante.fr',
  text: 'Bonjour,\n\nVoici le résultat de l’été.\n.\nFrom ici\n',
  attachments: [archivePart(ARCHIVE), { contentType: 'application/pdf', filename: 'a.pdf', content: PDF }],
});

const original = await openMail(ORIGINAL);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const fieldsOf = (mail: OpenedMail): Map<string, string> => {
  const part = mail.attachments.find(each => each.contentType === 'message/disposition-notification');
  return new Map(parseHeaderBlock(part?.bytes ?? new Uint8Array()).map(field => [field.name, field.value]));
};

describe('buildMdn', () => {
  it('of a success, as struct-msg-mdn says', async () => {
    const mail = await openMail(buildMdn(notificationInput(original, { documents: [acceptedDocument] })));
    expect(mail.subject).toBe('XDM/1.0/DDM+CR d’examens biologiques MARCHETTI Lucie 14/02/1971');
    expect(mail.text).toContain('1. Lettre de liaison (ajout) – accepté');
    expect(Object.fromEntries(fieldsOf(mail))).toEqual({
      'reporting-ua': 'chu-x.mssante.fr; pfi-gateway',
      'original-recipient': 'rfc822; urologie@chu-x.mssante.fr',
      'final-recipient': 'rfc822; dpi.urologie@chu-x.mssante.fr',
      'original-message-id': '<exemple-1@tilleuls.mssante.fr>',
      disposition: 'automatic-action/MDN-sent-automatically; processed',
    });
  });

  it('of a refusal: code and label in subject, text and fields; every document told', async () => {
    const raw = buildMdn(notificationInput(original, { error: UNKNOWN_PATIENT }));
    const mail = await openMail(raw);
    expect(classify(mail)).toEqual({ kind: 'receipt', report: 'mdn' });
    expect(mail.from).toEqual({ address: 'dpi.urologie@chu-x.mssante.fr', name: 'CHU X – Urologie' });
    expect(mail.automatic).toBe(true);
    expect(mail.references).toEqual(['<exemple-1@tilleuls.mssante.fr>']);
    expect(mail.subject).toMatch(/^\[KO Intégration système !\]\[902\] XDM\/1\.0\/DDM\+CR d’examens/);
    expect(mail.text).toContain('902 – Identifiant patient inconnu');
    expect(mail.text).toContain('1. Lettre de liaison (ajout) – accepté');
    expect(mail.text).toContain(
      '2. CR d’examens biologiques (ajout) – refusé : 902 – Identifiant patient inconnu',
    );
    expect(fieldsOf(mail).get('disposition')).toBe(
      'automatic-action/MDN-sent-automatically; processed/Error: 902^Identifiant patient inconnu',
    );
    expect(fieldsOf(mail).get('error')).toBe('902^Identifiant patient inconnu');
  });

  it('gives the original back: headers and text as a mail of their own, attachments beside it', async () => {
    const mail = await openMail(buildMdn(notificationInput(original)));
    const [returned] = mail.enclosed;
    expect(returned?.messageId).toBe('<exemple-1@tilleuls.mssante.fr>');
    expect(returned?.subject).toBe(original.subject);
    expect(returned?.text.trimEnd()).toBe(original.text.trimEnd());
    expect(returned?.attachments).toEqual([]);
    const [archive, pdf] = mail.attachments.filter(
      part => part.contentType !== 'message/disposition-notification',
    );
    expect([archive?.filename, archive?.contentType]).toEqual(['IHE_XDM.zip', 'application/zip']);
    expect(ARCHIVE.equals(archive?.bytes ?? new Uint8Array())).toBe(true);
    expect([pdf?.filename, pdf?.contentType, text(pdf?.bytes ?? new Uint8Array())]).toEqual([
      'a.pdf',
      'application/pdf',
      PDF.toString(),
    ]);
  });

  it('says when attachments are left out', async () => {
    const input = notificationInput(original, { error: UNKNOWN_PATIENT });
    const bare = { ...input.original, attachments: [], attachmentsLeftOut: true };
    const mail = await openMail(buildMdn({ ...input, original: bare }));
    expect(mail.attachments.length).toBe(1);
    expect(mail.text).toContain('dépassent la taille permise');
  });

  it('makes raw 8-bit and broken original headers valid', async () => {
    const broken = await openMail(
      rawBytes([
        'From: H\xf4pital <a@b.fr>',
        'Subject: r\xe9sultat\x00 du jour',
        'no header at all',
        `X-Long: ${'x'.repeat(5000)}`,
        'X-Folded: a',
        ' ',
        '\tb',
        'Message-ID: <m@b.fr>',
        'Content-Type: application/zip; name=IHE_XDM.zip',
        'Content-Transfer-Encoding: base64',
        '',
        ARCHIVE.toString('base64'),
      ]),
    );
    const raw = text(buildMdn(notificationInput(broken)));
    expect(raw).toMatch(/^[\r\n\t -~]*$/);
    const [returned] = (await openMail(Buffer.from(raw))).enclosed;
    expect(returned?.from).toEqual({ address: 'a@b.fr', name: 'Hôpital' });
    expect(returned?.subject).toBe('résultat  du jour'.replaceAll(/ +/g, ' '));
    expect(returned?.attachments).toEqual([]);
  });
});

describe('buildErrorMail', () => {
  it('is the standard error mail, which no gateway takes for documents', async () => {
    const mail = await openMail(buildErrorMail({ ...notificationInput(original), error: UNKNOWN_PATIENT }));
    expect(classify(mail)).toEqual({
      kind: 'error-mail',
      about: ['<exemple-1@tilleuls.mssante.fr>'],
      hasArchive: true,
    });
    expect(mail.report).toBeUndefined();
    expect(mail.automatic).toBe(true);
    expect(mail.attachments.map(part => part.filename)).toEqual(['IHE_XDM.zip', 'a.pdf']);
    expect(text(buildErrorMail({ ...notificationInput(original), error: UNKNOWN_PATIENT }))).toContain(
      'filename="message_original.eml"',
    );
  });
});

describe('notifications bear any label', () => {
  const hostile = { code: '9\r\n02', label: 'Refusé^a|b\r\nBcc: x@y.fr; ça "va" (où) =?utf-8?Q?x?= œ €' };

  it('in one line of ASCII in Disposition, whole in Error', async () => {
    const mail = await openMail(
      buildMdn(
        notificationInput(original, {
          error: hostile,
          documents: [{ ...refusedDocument, label: hostile.label, error: hostile }],
        }),
      ),
    );
    const fields = fieldsOf(mail);
    expect([...fields.keys()]).toEqual([
      'reporting-ua',
      'original-recipient',
      'final-recipient',
      'original-message-id',
      'disposition',
      'error',
    ]);
    expect(fields.get('disposition')).toBe(
      'automatic-action/MDN-sent-automatically; processed/Error: 902^Refuse a b Bcc: x@y.fr ca va ou =?utf-8?Q?x?= oe',
    );
    expect(mail.subject).toMatch(/^\[KO Intégration système !\]\[902\] XDM/);
  });

  it('never lets a text from elsewhere make a header or a line', () => {
    const anything = string({ unit: 'binary', maxLength: 300 });
    assert(
      property(anything, anything, anything, (label, name, subject) => {
        const error = { code: label.slice(0, 5), label };
        const change = {
          error,
          from: { address: 'dpi@chu.fr', name },
          to: 'a@b.fr\r\nBcc: c@d.fr',
          nil: `NIL\r\n${name}`,
          documentSubject: `XDM/1.0/DDM+${subject}`,
          documents: [{ ...refusedDocument, label, reason: subject, error }],
        };
        const input = notificationInput(original, change);
        for (const raw of [buildMdn(input), buildErrorMail({ ...input, error })]) {
          const mail = text(raw);
          expect(mail).toMatch(/^(?:[\t -~]{0,998}\r\n)*$/);
          const names = parseHeaderBlock(raw.subarray(0, mail.indexOf('\r\n\r\n'))).map(field => field.name);
          expect(names).toEqual([
            'date',
            'from',
            'to',
            'message-id',
            'subject',
            'in-reply-to',
            'references',
            'auto-submitted',
            'x-mss-nil',
            'mime-version',
            'content-type',
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('writes file names that any reader shows', async () => {
    const names = [
      '20220531_CR d’imagerie médicale_MARCHETTI_Lucie.pdf',
      'a"b\\c.pdf',
      `${'long '.repeat(40)}é.pdf`,
      'a\r\nb.pdf',
    ];
    const attachments = names.map(filename => ({ filename, contentType: 'application/pdf', bytes: PDF }));
    const input = notificationInput(original);
    const mail = await openMail(buildMdn({ ...input, original: { ...input.original, attachments } }));
    expect(mail.attachments.slice(1).map(part => part.filename)).toEqual([...names.slice(0, 3), 'a  b.pdf']);
  });

  it('writes a mail of 20 MB in well under a second or two', () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, 0xa5);
    const input = notificationInput(original);
    const attachments = [{ filename: 'IHE_XDM.zip', contentType: 'application/zip', bytes }];
    const started = performance.now();
    const raw = buildMdn({ ...input, original: { ...input.original, attachments } });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(raw.length).toBeGreaterThan((bytes.length * 78) / 57);
  });
});

const checker = join(SHARED, 'tools/check_mail.py');
const python = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasShared('tools/check_mail.py') || !python)('check_mail.py finds no fault', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pfi-mail-'));
    writeFileSync(join(folder, 'original.eml'), ORIGINAL);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const accented = { code: '906', label: 'L’archive est illisible ou tronquée' };
  const input = notificationInput(original);
  it.each([
    ['mdn-ok', undefined, buildMdn({ ...input, documents: [acceptedDocument] })],
    ['mdn-error', '902', buildMdn({ ...input, error: UNKNOWN_PATIENT })],
    ['mdn-error', '906', buildMdn({ ...input, error: accented, documents: [] })],
    ['error-mail', '902', buildErrorMail({ ...input, error: UNKNOWN_PATIENT })],
    ['error-mail', '906', buildErrorMail({ ...input, error: accented, documents: [] })],
  ])('in %s %s', (kind, code, raw) => {
    const file = join(folder, `${kind}-${code ?? 'ok'}.eml`);
    writeFileSync(file, raw);
    const run = spawnSync(
      'python3',
      [checker, kind, ...(code === undefined ? [] : [code]), file, join(folder, 'original.eml')],
      { encoding: 'utf8' },
    );
    expect(run.stdout + run.stderr).toBe('0 faults\n');
  });
});
