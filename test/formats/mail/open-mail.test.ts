import { describe, expect, it } from 'vitest';
import {
  archivePart,
  documentMail,
  type MailPart,
  mailPart,
  multipartMail,
  rawBytes,
  rawMail,
} from '../../../samples/kit/mail.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { MAX_NESTING, openHead, openMail } from '../../../src/formats/mail/open-mail.ts';
import type { OpenedMail } from '../../../src/formats/mail/types.ts';

/** Begins as a zip does; what follows is every byte value, so that any charset conversion would show. */
const ZIP = Buffer.concat([
  Buffer.from('PK\u0003\u0004'),
  Buffer.from(Array.from({ length: 2048 }, (_, index) => (index * 7) % 256)),
]);

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('openMail', () => {
  it('opens a document mail: head, text, archive byte for byte', async () => {
    const mail = await openMail(
      documentMail({ attachments: [archivePart(ZIP)], dnt: 'Labo <labo@tilleuls.mssante.fr>' }),
    );
    expect(mail.messageId).toBe('<exemple-1@tilleuls.mssante.fr>');
    expect(mail.subject).toBe('XDM/1.0/DDM+CR de biologie MARCHETTI Lucie 14/02/1971');
    expect(mail.from).toEqual({ address: 'labo@tilleuls.mssante.fr', name: 'Laboratoire des Tilleuls' });
    expect(mail.returnPath).toBe('labo@tilleuls.mssante.fr');
    expect(mail.text.trim()).toBe('Bonjour,\n\nVeuillez trouver ci-joint un document.');
    expect(mail.attachments.map(part => [part.filename, part.contentType])).toEqual([
      ['IHE_XDM.zip', 'application/zip'],
    ]);
    expect(Buffer.from(mail.attachments[0]?.bytes ?? []).equals(ZIP)).toBe(true);
    expect(ascii(mail.headerBlock)).toMatch(/^Return-Path: .*\r\n\r\n$/s);
    expect([mail.report, mail.errorSubject, mail.automatic, mail.tooDeep]).toEqual([
      undefined,
      false,
      false,
      false,
    ]);
  });

  it('reads raw ISO-8859-15 headers, file names and an ISO-8859-15 body', async () => {
    const mail = await openMail(
      rawBytes([
        'From: H\xf4pital \xe0 l\x27est <a@b.fr>',
        'Subject: XDM/1.0/DDM+R\xe9sultat \xbdd\xe8me',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain; charset=iso-8859-15',
        '',
        'H\xf4pital : 10 \xa4',
        '--b',
        'Content-Type: application/pdf; name="r\xe9sum\xe9.pdf"',
        'Content-Transfer-Encoding: base64',
        '',
        'JVBERi0=',
        '--b--',
      ]),
    );
    expect(mail.subject).toBe('XDM/1.0/DDM+Résultat œdème');
    expect(mail.from?.name).toBe("Hôpital à l'est");
    expect(mail.text.trim()).toBe('Hôpital : 10 €');
    expect(mail.attachments[0]?.filename).toBe('résumé.pdf');
  });

  it.each([
    ["filename*=utf-8''r%C3%A9sultat%20%E2%82%AC.pdf", 'résultat €.pdf'],
    ["filename*0*=iso-8859-15''r%E9sul; filename*1*=tat%A4.pdf", 'résultat€.pdf'],
    ['filename="=?utf-8?Q?r=C3=A9sultat.pdf?="', 'résultat.pdf'],
    ['filename = "a b.pdf"', 'a b.pdf'],
    ['filename="a\\"b.pdf"', 'a"b.pdf'],
    ['filename="=?utf-8?Q?a=00=0Ab.pdf?="', 'a b.pdf'],
  ])('reads the file name of %s', async (parameter, expected) => {
    const mail = await openMail(
      rawMail([
        'Content-Type: application/pdf',
        `Content-Disposition: attachment; ${parameter}`,
        '',
        '%PDF-',
      ]),
    );
    expect(mail.attachments[0]?.filename?.replaceAll(/ +/g, ' ')).toBe(expected);
  });

  it.each([
    [
      'HTML alone',
      ['Content-Type: text/html; charset=utf-8', '', '<p>Bonjour<br>à &eacute;t&eacute;</p>'],
      'Bonjour\nà été',
    ],
    [
      'HTML in multipart/mixed',
      [
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/html',
        '',
        '<b>Bonjour</b>',
        '--b--',
      ],
      'Bonjour',
    ],
    [
      'both alternatives',
      [
        'Content-Type: multipart/alternative; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'clair',
        '--b',
        'Content-Type: text/html',
        '',
        '<b>riche</b>',
        '--b--',
      ],
      'clair',
    ],
    ['a charset that nobody knows', ['Content-Type: text/plain; charset=x-martian', '', 'abc'], 'abc'],
    ['HTML nested beyond reason', ['Content-Type: text/html', '', '<div>'.repeat(100_000)], ''],
  ])('gives the text of %s', async (_case, lines, expected) => {
    const mail = await openMail(rawMail(lines));
    expect(mail.text.trim()).toBe(expected);
  });
});

describe('openMail', () => {
  it('takes long relay headers, which are not those of a part', async () => {
    const trace = Array.from({ length: 800 }, (_, hop) => `X-Trace-${hop}: ${'x'.repeat(200)}`);
    const mail = await openMail(documentMail({ headers: trace, attachments: [archivePart(ZIP)] }));
    expect(mail.attachments.length).toBe(1);
  });
});

describe('openMail mends', () => {
  const base64 = ZIP.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  const zipPart = (...headers: string[]) => [
    'From: a@b.fr',
    'Content-Type: multipart/mixed; boundary="x"',
    '',
    '--x',
    'Content-Type: text/plain',
    '',
    'Bonjour',
    '--x',
    ...headers,
    '',
    base64,
  ];

  it.each([
    [
      'no final boundary',
      zipPart('Content-Type: application/zip; name="IHE_XDM.zip"', 'Content-Transfer-Encoding: base64'),
    ],
    [
      'no Content-Transfer-Encoding',
      [...zipPart('Content-Type: application/zip; name="IHE_XDM.zip"'), '--x--'],
    ],
    [
      'the header of the ANS sample, misspelt, and blanks before the semicolon',
      [
        ...zipPart(
          'Content-Type: application/zip ; name="IHE_XDM.zip"',
          'Content-Transfert-Encoding: base64',
          'Content-Disposition: attachment;filename= "IHE_XDM.zip"',
        ),
        '--x--',
      ],
    ],
    [
      'a wrong 7bit',
      [
        ...zipPart('Content-Type: application/zip; name=IHE_XDM.zip', 'Content-Transfer-Encoding: 7bit'),
        '--x--',
      ],
    ],
    [
      'encoding in capitals and a comment',
      [
        ...zipPart(
          'Content-Type: application/zip; name=IHE_XDM.zip',
          'CONTENT-TRANSFER-ENCODING: BASE64 (x)',
        ),
        '--x--',
      ],
    ],
    [
      'blanks after the boundaries (RFC 2046 transport padding)',
      [
        ...zipPart('Content-Type: application/zip; name=IHE_XDM.zip', 'Content-Transfer-Encoding: base64'),
        '--x--',
      ].map(line => (line.startsWith('--x') ? `${line} \t` : line)),
    ],
  ])('%s', async (_case, lines) => {
    for (const raw of [rawMail(lines), Buffer.from(rawMail(lines).toString().replaceAll('\r\n', '\n'))]) {
      const mail = await openMail(raw);
      expect(mail.text.trim()).toBe('Bonjour');
      expect(mail.attachments.map(part => part.filename)).toEqual(['IHE_XDM.zip']);
      expect(Buffer.from(mail.attachments[0]?.bytes ?? []).equals(ZIP)).toBe(true);
    }
  });

  it('an archive that is the whole mail', async () => {
    const mail = await openMail(
      rawMail([
        'Content-Type: application/zip; name=IHE_XDM.zip',
        'Content-Transfer-Encoding: base64',
        '',
        base64,
      ]),
    );
    expect(Buffer.from(mail.attachments[0]?.bytes ?? []).equals(ZIP)).toBe(true);
  });

  const inner = documentMail({ messageId: '<inner@x.fr>', attachments: [archivePart(ZIP)] });
  const encoded = inner.toString('base64').replaceAll(/.{76}/g, '$&\r\n');

  it.each([
    ['as it should be', enclosing('Content-Type: message/rfc822', '', inner.toString())],
    [
      'inline',
      enclosing('Content-Type: message/rfc822', 'Content-Disposition: inline', '', inner.toString()),
    ],
    ['a blank line before its headers', enclosing('Content-Type: message/rfc822', '', '', inner.toString())],
    [
      'in base64',
      enclosing('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', encoded),
    ],
    ['in base64 that nothing announces', enclosing('Content-Type: message/rfc822', '', encoded)],
    [
      'as application/octet-stream named .eml',
      enclosing(
        'Content-Type: application/octet-stream; name="x.EML"',
        'Content-Transfer-Encoding: base64',
        '',
        encoded,
      ),
    ],
    [
      'as text/plain attached as .eml',
      enclosing(
        'Content-Type: text/plain',
        'Content-Disposition: attachment; filename=a.eml',
        '',
        inner.toString(),
      ),
    ],
  ])('an enclosed mail %s', async (_case, raw) => {
    const mail = await openMail(raw);
    expect(mail.enclosed.map(each => each.messageId)).toEqual(['<inner@x.fr>']);
    expect(mail.attachments).toEqual([]);
    expect(Buffer.from(mail.enclosed[0]?.attachments[0]?.bytes ?? []).equals(ZIP)).toBe(true);
  });

  it('a part called a mail that is none stays an attachment', async () => {
    const mail = await openMail(
      documentMail({ attachments: [{ contentType: 'text/x', filename: 'a.eml', content: 'rien' }] }),
    );
    expect(mail.attachments.map(part => part.filename)).toEqual(['a.eml']);
  });
});

describe('openHead', () => {
  it('reads the head of a mail that is cut short', () => {
    const raw = documentMail({ subject: '[KO x] été', attachments: [archivePart(ZIP)] });
    const head = openHead(raw.subarray(0, 600));
    expect([head.subject, head.errorSubject, head.messageId]).toEqual([
      '[KO x] été',
      true,
      '<exemple-1@tilleuls.mssante.fr>',
    ]);
  });

  it.each([
    ['multipart/report; report-type=delivery-status; boundary=b', 'dsn'],
    ['multipart/report; report-type="disposition-notification"', 'mdn'],
    ['text/plain', undefined],
  ])('tells a report by its type: %s', (type, report) => {
    expect(openHead(rawMail([`Content-Type: ${type}`, ''])).report).toBe(report);
  });
});

describe('openMail on hostile input', () => {
  it.each([
    ['10 000 parts', multipartMail(['From: a@b.fr'], 'multipart/mixed', manyParts(10_000)), 'MAIL-002'],
    ['a header line of 1 MB', rawMail([`Subject: ${'x'.repeat(1_000_000)}`, '', 'x']), 'MAIL-002'],
    ['a header line of 1 MB in a part', partHeader(1_000_000), 'MAIL-002'],
    ['100 enclosed mails', multipartMail([], 'multipart/mixed', manyMails(100)), 'MAIL-002'],
    [
      'a boundary that never comes',
      rawMail(['Content-Type: multipart/mixed; boundary=a', '', '--b', '', 'x', '--b--']),
      'MAIL-003',
    ],
    ['a multipart without boundary', rawMail(['Content-Type: multipart/mixed', '', 'x']), 'MAIL-003'],
  ])('refuses %s', async (_case, raw, code) => {
    const started = performance.now();
    await expect(openMail(raw)).rejects.toSatisfy(
      error => error instanceof GatewayError && error.code === code,
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['blank lines', Buffer.from('\r\n\r\n\r\n')],
    ['NULs', Buffer.alloc(10_000)],
    [
      'NULs in headers, names and text',
      rawBytes(['Subject: a\x00b', 'Content-Type: text/plain;\x00 name="\x00"', '', 'a\x00b']),
    ],
    [
      'a boundary of its own parts',
      rawMail([
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'x',
        '--b--',
        '--b--',
      ]),
    ],
    ['450 multiparts in one another', Buffer.from(nestedMultiparts(450))],
    [
      '2 MB of lines that look like boundaries',
      rawMail([
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        '--bx\r\n'.repeat(300_000),
        '--b--',
      ]),
    ],
    ['1 MB without a line end', rawMail(['Content-Type: text/plain', '', '-'.repeat(1_000_000)])],
    [
      'RFC 2231 pieces without end',
      rawMail([
        `Content-Type: text/plain;${Array.from({ length: 1200 }, (_, i) => ` name*${i}*=a;`).join('')}`,
        '',
        'x',
      ]),
    ],
  ])('bears %s', async (_case, raw) => {
    const started = performance.now();
    const mail = await openMail(raw);
    expect(`${mail.subject}${mail.text}`).not.toContain('\u0000');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('opens five levels of 100 and remembers that there are more', async () => {
    let raw = documentMail({ attachments: [archivePart(ZIP)] });
    for (let level = 0; level < 100; level++)
      raw = documentMail({ subject: 'TR: x', attachments: [mailPart(raw)] });
    const started = performance.now();
    const chain = deepest(await openMail(raw));
    expect(chain.length).toBe(MAX_NESTING + 1);
    expect(chain.map(mail => mail.tooDeep)).toEqual([false, false, false, false, false, true]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('keeps a bounce whose returned mail is cut short', async () => {
    const half = rawMail(['Content-Type: multipart/mixed; boundary=lost', '', 'cut']);
    const mail = await openMail(multipartMail([], 'multipart/mixed', [mailPart(half)]));
    expect([mail.enclosed.length, mail.attachments.length]).toEqual([0, 1]);
  });

  it('opens a 25 MB mail', async () => {
    const archive = Buffer.concat([ZIP, Buffer.alloc(18 * 1024 * 1024, 0xa5)]);
    const mail = await openMail(
      documentMail({ attachments: [mailPart(documentMail({ attachments: [archivePart(archive)] }))] }),
    );
    expect(Buffer.from(mail.enclosed[0]?.attachments[0]?.bytes ?? []).equals(archive)).toBe(true);
  });
});

describe('a mail that is made to hold the reader up', () => {
  const QP = ['Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable'];
  const filled = (head: readonly string[], filling: string, bytes: number): Buffer =>
    Buffer.concat([
      Buffer.from([...head, '', ''].join('\r\n')),
      Buffer.alloc(bytes, filling),
      Buffer.from('fin'),
    ]);

  // libqp is quadratic in each run of blanks: 100 kB took 10 s, 45 MB of lines of 900 took minutes.
  it.each([
    ['one run of blanks', ' ', 1_000_000],
    ['one run of tabs and blanks', '\t ', 1_000_000],
    ['lines of 900 blanks', `${' '.repeat(900)}x\r\n`, 20_000_000],
    ['lines of 200 blanks', `${' '.repeat(200)}x\r\n`, 20_000_000],
  ])('opens quoted-printable with %s in bounded time', async (_, filling, bytes) => {
    const start = performance.now();
    const mail = await openMail(filled(QP, filling, bytes));
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(mail.text).toMatch(/fin$/);
    expect(mail.text.length).toBeLessThan(bytes / 50);
  });

  // 45 MB of bare line feeds took all the memory of the reader.
  it.each(['\n', '\r\n'])('opens 45 MB of empty lines (%j), the parts around them whole', async end => {
    const start = performance.now();
    const lines = Buffer.alloc(45_000_000, end);
    const mail = await openMail(
      Buffer.concat([
        Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\navant'),
        lines,
        Buffer.from('--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n'),
        Buffer.from(`${ZIP.toString('base64')}\r\n--b--\r\n`),
      ]),
    );
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(mail.text.trim()).toBe('avant');
    expect(Buffer.from(mail.attachments[0]?.bytes ?? []).equals(ZIP)).toBe(true);
  });

  it('refuses a mail of more lines than memory would hold', async () => {
    await expect(openMail(filled([], 'a\n', 9_000_000))).rejects.toMatchObject({ code: 'MAIL-002' });
  });

  it('leaves alone the runs that people write', async () => {
    const table = `a${' '.repeat(900)}b\r\n${'\r\n'.repeat(500)}c`;
    const mail = await openMail(rawMail(['Content-Type: text/plain', '', table]));
    expect(mail.text.trim()).toBe(table.replaceAll('\r\n', '\n'));
  });

  // 49 enclosed mails of HTML cost 49 times what one may.
  it('turns HTML to text within one bound for all the enclosed mails', async () => {
    const html = rawMail(['Content-Type: text/html', '', '<p>mot</p>'.repeat(20_000)]);
    const start = performance.now();
    const parts = Array.from({ length: 49 }, () => mailPart(html));
    const mail = await openMail(multipartMail([], 'multipart/mixed', parts));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(mail.enclosed.map(({ text }) => text !== '').filter(Boolean)).toHaveLength(2);
    expect(mail.enclosed).toHaveLength(49);
  });
});

function enclosing(...part: string[]): Buffer {
  return rawMail([
    'From: a@b.fr',
    'Content-Type: multipart/mixed; boundary=out',
    '',
    '--out',
    ...part,
    '--out--',
  ]);
}

function manyParts(count: number): MailPart[] {
  return Array.from({ length: count }, () => ({ contentType: 'text/plain', content: 'x' }));
}

function manyMails(count: number): MailPart[] {
  return Array.from({ length: count }, () => mailPart(rawMail(['Subject: x', '', 'x'])));
}

function partHeader(length: number): Buffer {
  return rawMail([
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    `X: ${'x'.repeat(length)}`,
    '',
    'x',
    '--b--',
  ]);
}

function nestedMultiparts(levels: number): string {
  const open = Array.from(
    { length: levels },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  );
  return `${open.join('')}Content-Type: text/plain\r\n\r\nx\r\n`;
}

function deepest(mail: OpenedMail): OpenedMail[] {
  const [inner] = mail.enclosed;
  return inner === undefined ? [mail] : [mail, ...deepest(inner)];
}
