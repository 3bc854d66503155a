import { assert, asyncProperty, constantFrom, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archivePart, documentMail, mailPart } from '../../../samples/kit/mail.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { buildErrorMail } from '../../../src/formats/mail/error-mail.ts';
import { errorCodeOf } from '../../../src/formats/mail/error-subject.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';
import { readErrorMail } from '../../../src/formats/mail/read-error-mail.ts';
import type { ErrorMailFacts } from '../../../src/formats/mail/receipt-types.ts';
import { notificationInput } from '../../kit/notification-input.ts';

const SENT = documentMail({ messageId: '<envoi-1@chu-x.mssante.fr>' });
const KO = '[KO Intégration système !][902] XDM/1.0/DDM+CR MARCHETTI Lucie 14/02/1971';

const factsOf = async (raw: Uint8Array): Promise<ErrorMailFacts> => {
  const mail = await openMail(raw);
  expect(classify(mail)).toMatchObject({ kind: 'error-mail' });
  return readErrorMail(mail);
};

describe('errorCodeOf', () => {
  it.each([
    ['[KO Intégration système !][902] XDM/1.0/DDM+CR', '902'],
    ['[Erreur d’intégration !][902] XDM/1.0/DDM+CR', '902'],
    ["TR: Re : [ERREUR d'intégration] [ 904 ] XDM/1.0/DDM+CR", '904'],
    ['[KO][950]', '950'],
    ['[KO][DPI-12] XDM/1.0/DDM+CR', 'DPI-12'],
    ['[KO] votre envoi [903]', '903'],
    ['[KO][CHU X][905] XDM', '905'],
    ['[KO 902] XDM/1.0/DDM+CR', undefined],
    ['[KO][CHU X] XDM/1.0/DDM+CR', undefined],
    ['[KO][] XDM [12] [1234]', undefined],
    ['[KO]', undefined],
    ['XDM/1.0/DDM+CR [902]', undefined],
    ['[902] XDM', undefined],
    ['', undefined],
  ])('of %j is %s', (subject, code) => {
    expect(errorCodeOf(subject)).toBe(code);
  });

  it.each(['[', '[ ', '[9', '[902', ' '])('is linear on 256 KB of %j', unit => {
    const started = performance.now();
    errorCodeOf(`[KO]${unit.repeat(Math.floor(262_144 / unit.length))}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('readErrorMail', () => {
  it.each([
    [KO, '902'],
    ['[Erreur d’intégration !][902] XDM/1.0/DDM+ECHOGRAPHIE', '902'],
    ['[KO] XDM/1.0/DDM+CR', '906'],
  ])('of %s', async (subject, code) => {
    const raw = documentMail({ subject, attachments: [mailPart(SENT, 'message_original.eml')] });
    expect(await factsOf(raw)).toEqual({ report: 'error-mail', code, about: ['<envoi-1@chu-x.mssante.fr>'] });
  });

  it('is about what it answers, and every mail that it encloses or gives the headers of', async () => {
    const forward = documentMail({
      messageId: '<transfert@x.fr>',
      headers: ['References: <avant@x.fr>'],
      attachments: [mailPart(SENT)],
    });
    const headers = { contentType: 'text/rfc822-headers', content: 'Message-ID: <entetes@x.fr>\r\n' };
    const raw = documentMail({
      subject: KO,
      messageId: '<soi-meme@x.fr>',
      headers: ['In-Reply-To: <reponse@x.fr>'],
      attachments: [mailPart(forward), headers],
    });
    expect((await factsOf(raw)).about).toEqual([
      '<reponse@x.fr>',
      '<entetes@x.fr>',
      '<avant@x.fr>',
      '<transfert@x.fr>',
      '<envoi-1@chu-x.mssante.fr>',
    ]);
  });

  it('finds the original that cannot be opened', async () => {
    const unreadable = Buffer.from(SENT.toString().replace('boundary=', 'bondary='));
    const raw = documentMail({ subject: KO, attachments: [mailPart(unreadable, 'message_original.eml')] });
    expect((await factsOf(raw)).about).toEqual(['<envoi-1@chu-x.mssante.fr>']);
  });

  it('is about nothing where it encloses and answers nothing', async () => {
    expect((await factsOf(documentMail({ subject: KO }))).about).toEqual([]);
  });
});

it('what buildErrorMail writes is read back, whatever the label', async () => {
  const mail = await openMail(documentMail({ attachments: [archivePart(Buffer.from('PK\u0003\u0004'))] }));
  await assert(
    asyncProperty(
      constantFrom('900', '902', '950', 'DPI-12'),
      string({ unit: 'binary' }),
      async (code, label) => {
        const raw = buildErrorMail({ ...notificationInput(mail), error: { code, label } });
        expect(await factsOf(raw)).toEqual({ report: 'error-mail', code, about: [mail.messageId] });
      },
    ),
    { numRuns: 100 },
  );
});
