import { assert, asyncProperty, constantFrom, option, property, record, string } from 'fast-check';
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
import { receivedMdn } from '../../../samples/special-mails.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { buildMdn } from '../../../src/formats/mail/mdn.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';
import { readMdn } from '../../../src/formats/mail/read-mdn.ts';
import type { MdnFacts } from '../../../src/formats/mail/receipt-types.ts';
import { acceptedDocument, notificationInput, refusedDocument } from '../../kit/notification-input.ts';

const AUTO = 'automatic-action/MDN-sent-automatically';
const OTHER = "Erreur 'Autre'";
const SENT = documentMail({ messageId: '<envoi-1@chu-x.mssante.fr>' });

/** An MDN of these fields; the head and the further parts as given. */
function mdnMail(
  fields: readonly string[],
  head: readonly string[] = [],
  parts: readonly MailPart[] = [],
): Buffer {
  return multipartMail(
    ['From: ps@b.mssante.fr', ...head],
    'multipart/report; report-type=disposition-notification',
    [
      { contentType: 'text/plain; charset=utf-8', content: 'Le courriel a été traité.\r\n' },
      { contentType: 'message/disposition-notification', content: `${fields.join('\r\n')}\r\n` },
      ...parts,
    ],
  );
}

const factsOf = async (raw: Buffer): Promise<MdnFacts> => {
  const mail = await openMail(raw);
  expect(classify(mail)).toEqual({ kind: 'receipt', report: 'mdn' });
  return readMdn(mail);
};
const errorOf = async (...fields: string[]): Promise<MdnFacts['error']> =>
  (await factsOf(mdnMail(fields))).error;
const subject = (text: string): string => `Subject: =?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

describe('readMdn', () => {
  it('reads the ANS form of an acceptance', async () => {
    expect(await factsOf(receivedMdn())).toEqual({
      report: 'mdn',
      originalMessageId: '<lettre-4711@chu-x.mssante.fr>',
      finalRecipient: 'cabinet@port.mssante.fr',
      originalRecipient: 'cabinet@port.mssante.fr',
      disposition: 'processed',
      error: undefined,
    });
  });

  it('reads the RFC 8098 form that a mail reader sends', async () => {
    const facts = await factsOf(
      mdnMail([
        'Reporting-UA: poste-12.b.mssante.fr; Messagerie 4.1',
        'Final-Recipient: rfc822;"Dr. Élise Petit" <elise.petit@b.mssante.fr>',
        'Original-Message-ID:',
        '  <envoi-1@chu-x.mssante.fr>',
        'Disposition: manual-action/MDN-sent-manually; displayed',
      ]),
    );
    expect(facts).toEqual({
      report: 'mdn',
      originalMessageId: '<envoi-1@chu-x.mssante.fr>',
      finalRecipient: 'elise.petit@b.mssante.fr',
      originalRecipient: undefined,
      disposition: 'displayed',
      error: undefined,
    });
  });

  it.each(['displayed', 'processed', 'dispatched', 'deleted', 'denied'] as const)(
    '%s is no error',
    async type => {
      const facts = await factsOf(mdnMail([`Disposition: manual-action/MDN-sent-manually; ${type}`]));
      expect(facts).toMatchObject({ disposition: type, error: undefined });
    },
  );

  it('failed (RFC 2298) is an error', async () => {
    const facts = await factsOf(mdnMail([`Disposition: ${AUTO}; FAILED`]));
    expect(facts).toMatchObject({ disposition: 'failed', error: { code: '906', label: OTHER } });
  });

  it.each([
    ['processed/Error: 902^Identifiant patient inconnu', '902', 'Identifiant patient inconnu'],
    ['processed/Error:902^Identifiant patient inconnu', '902', 'Identifiant patient inconnu'],
    ['processed / error : 902 ^ Identifiant patient inconnu', '902', 'Identifiant patient inconnu'],
    ['PROCESSED/ERROR: 905^L’INS transmis n’est pas complet', '905', 'L’INS transmis n’est pas complet'],
    [
      'processed/Error: 903^=?utf-8?Q?INS_non_pr=C3=A9sent?= dans le document',
      '903',
      'INS non présent dans le document',
    ],
    ['processed/Error: 902^Inconnu^messageErrorCondition| E^Error^errorSeverity', '902', 'Inconnu'],
    ['processed/Error: 902|E', '902', 'Identifiant patient inconnu'],
    [
      'processed/Error: 902^Inconnu ; voir (service, unité) / archive',
      '902',
      'Inconnu ; voir (service, unité) / archive',
    ],
    [
      'processed/Error: 904',
      '904',
      "L'INS transmis ne correspond pas exactement à celui stocké dans la base du consommateur",
    ],
    ['processed/Error: 902^', '902', 'Identifiant patient inconnu'],
    ['processed/Error: 902 Inconnu', '902', 'Inconnu'],
    ['processed/Error: [902] Inconnu', '902', 'Inconnu'],
    ['processed/Error: Erreur 902^Inconnu', '902', 'Inconnu'],
    ['processed/Error: 950^Code du site', '950', 'Code du site'],
    ['processed/Error: DPI-12^Code du site', 'DPI-12', 'Code du site'],
    ['processed/Error: 951', '951', ''],
    ['processed/Error: dossier clos', '906', 'dossier clos'],
    ['processed/Error: dossier 90210 clos', '906', 'dossier 90210 clos'],
    ['processed/Error', '906', OTHER],
    ['processed/error,x-archive', '906', OTHER],
    ['displayed (sur un poste) / warning, error', '906', OTHER],
    ['processed; Error: 902^Inconnu', '902', 'Inconnu'],
  ])('tells the error of %s', async (value, code, label) => {
    for (const disposition of [`Disposition: ${AUTO}; ${value}`, `DISPOSITION:${AUTO};${value}`]) {
      expect(await errorOf(disposition)).toEqual({ code, label });
    }
  });

  it('takes a disposition without its mode, and a folded one', async () => {
    expect(await factsOf(mdnMail(['Disposition: processed/Error: 902^Inconnu']))).toMatchObject({
      disposition: 'processed',
      error: { code: '902', label: 'Inconnu' },
    });
    expect(await errorOf(`Disposition: ${AUTO};`, '  processed/Error: 902^Identifiant', '\tinconnu')).toEqual(
      {
        code: '902',
        label: 'Identifiant inconnu',
      },
    );
  });

  it('reads raw 8-bit labels', async () => {
    const lines = mdnMail([`Disposition: ${AUTO}; processed/Error: 906^Refus\xe9`])
      .toString('utf8')
      .split('\r\n');
    expect((await factsOf(rawBytes(lines))).error).toEqual({ code: '906', label: 'Refusé' });
  });

  it.each([
    ['the RFC 8098 form', ['Error: 902^Inconnu'], 'processed/error', '902', 'Inconnu'],
    ['a text without code', ['Error: disque plein'], 'processed/error', '906', 'disque plein'],
    [
      'the whole label in the field',
      ['Error: 905^L’INS est incomplet'],
      'processed/Error: 905^L’INS',
      '905',
      'L’INS est incomplet',
    ],
    ['a text beside a code', ['Error: voir le service'], 'processed/Error: 902^', '902', 'voir le service'],
    [
      'another code beside that of the ANS form',
      ['Error: 999^x'],
      'processed/Error: 902^Inconnu',
      '902',
      'Inconnu',
    ],
    ['a field alone', ['Error: 902^Inconnu'], 'processed', '902', 'Inconnu'],
    ['RFC 3798', ['Failure: 902^Inconnu'], 'failed', '902', 'Inconnu'],
    ['several fields', ['Error: disque plein', 'Error: 902^'], 'processed/error', '902', 'disque plein'],
    ['an encoded field', ['Error: =?utf-8?Q?902^Refus=C3=A9?='], 'processed/error', '902', 'Refusé'],
  ])('reads fields of error: %s', async (_case, fields, value, code, label) => {
    expect(await errorOf(`Disposition: ${AUTO}; ${value}`, ...fields)).toEqual({ code, label });
  });

  it('takes no empty field for an error', async () => {
    expect(await errorOf(`Disposition: ${AUTO}; processed`, 'Error: ')).toBeUndefined();
  });

  it.each([
    [
      'processed/error',
      '[KO Intégration système !][902] XDM/1.0/DDM+CR',
      { code: '902', label: 'Identifiant patient inconnu' },
    ],
    [
      'processed',
      '[KO Intégration système !][902] XDM/1.0/DDM+CR',
      { code: '902', label: 'Identifiant patient inconnu' },
    ],
    ['processed/Error: dossier clos', '[KO !][902] XDM/1.0/DDM+CR', { code: '902', label: 'dossier clos' }],
    ['processed/Error: 903^Sans INS', '[KO !][902] XDM/1.0/DDM+CR', { code: '903', label: 'Sans INS' }],
    ['processed', '[Erreur d’intégration !] XDM/1.0/DDM+CR', { code: '906', label: OTHER }],
    ['processed', 'XDM/1.0/DDM+CR [902]', undefined],
    ['processed/error', 'XDM/1.0/DDM+CR [902]', { code: '906', label: OTHER }],
  ])('of %s and the subject %s', async (value, text, expected) => {
    const facts = await factsOf(mdnMail([`Disposition: ${AUTO}; ${value}`], [subject(text)]));
    expect(facts.error).toEqual(expected);
  });
});

describe('the mail that an MDN is about', () => {
  it.each([
    '<envoi-1@chu-x.mssante.fr>',
    ' < envoi-1@chu-x.mssante.fr > ',
    'envoi-1@chu-x.mssante.fr',
    '<envoi-1@chu-x.mssante.fr> (identifiant)',
    '\r\n <envoi-1@chu-x.mssante.fr>',
  ])('is named as %j', async value => {
    const facts = await factsOf(mdnMail([`Original-Message-ID: ${value}`], ['In-Reply-To: <autre@x.fr>']));
    expect(facts.originalMessageId).toBe('<envoi-1@chu-x.mssante.fr>');
  });

  it.each<[string, string[], MailPart[]]>([
    ['given back', ['In-Reply-To: <autre@x.fr>'], [mailPart(SENT)]],
    [
      'given back as headers',
      [],
      [{ contentType: 'text/rfc822-headers', content: 'Message-ID: <envoi-1@chu-x.mssante.fr>\r\n' }],
    ],
    ['answered', ['In-Reply-To: <envoi-1@chu-x.mssante.fr>', 'References: <autre@x.fr>'], []],
    ['last of the references', ['References: <avant@x.fr> <envoi-1@chu-x.mssante.fr>'], []],
  ])('is the one %s, where no field names it', async (_case, head, parts) => {
    for (const fields of [[], ['Original-Message-ID: ']]) {
      const facts = await factsOf(mdnMail([...fields, `Disposition: ${AUTO}; processed`], head, parts));
      expect(facts.originalMessageId).toBe('<envoi-1@chu-x.mssante.fr>');
    }
  });

  it('is unknown where nothing tells it; so is all that is missing', async () => {
    expect(await factsOf(mdnMail([]))).toEqual({
      report: 'mdn',
      originalMessageId: undefined,
      finalRecipient: undefined,
      originalRecipient: undefined,
      disposition: undefined,
      error: undefined,
    });
  });
});

describe('other shapes', () => {
  const fields = [
    'Original-Recipient: rfc822;service@b.mssante.fr ',
    'Final-Recipient: rfc822; auto@b.mssante.fr ',
    'Original-Message-ID: <199509192301.23456 >',
    `Disposition:${AUTO}; processed/Error: 902^Inconnu^messageErrorCondition| E^Error^errorSeverity`,
  ];
  const expected = {
    report: 'mdn',
    originalMessageId: '<199509192301.23456>',
    finalRecipient: 'auto@b.mssante.fr',
    originalRecipient: 'service@b.mssante.fr',
    disposition: 'processed',
    error: { code: '902', label: 'Inconnu' },
  };

  it.each(['\r\n', '\n'])('the ANS sample as it is printed: parts without a blank line (%j)', async end => {
    const lines = [
      'From: auto@b.mssante.fr',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary="RAA.1/x"',
      '',
      '--RAA.1/x',
      'Le document n’a pas pu être intégré.',
      '--RAA.1/x',
      'Content-Type: message/disposition-notification',
      ...fields,
      '--RAA.1/x',
      'Content-Type: message/rfc822',
      'Ici le courriel.',
      '--RAA.1/x—',
      'Content-Type: application/zip ; name="IHE_XDM.zip"',
      'Content-Transfert-Encoding: base64',
      'Content-Disposition: attachment;filename= "IHE_XDM.zip"',
      '',
      'UEsDBAo=',
    ];
    expect(await factsOf(Buffer.from(lines.join(end)))).toEqual(expected);
  });

  it('a notification in multipart/mixed, and one that is the whole mail', async () => {
    const part = { contentType: 'message/disposition-notification', content: fields.join('\r\n') };
    const lone = rawMail(['From: x@b.fr', 'Content-Type: message/disposition-notification', '', ...fields]);
    for (const raw of [documentMail({ subject: 'Lu', attachments: [part] }), lone]) {
      expect(await factsOf(raw)).toMatchObject({ ...expected, disposition: 'processed' });
    }
  });
});

describe('what buildMdn writes', () => {
  const original = openMail(documentMail({ attachments: [archivePart(Buffer.from('PK\u0003\u0004'))] }));
  const label = string({ unit: 'grapheme', maxLength: 300 });
  const error = record({ code: constantFrom('900', '902', '906', '950', 'DPI-12'), label });

  it('is read back, for every outcome', async () => {
    const mail = await original;
    await assert(
      asyncProperty(option(error, { nil: undefined }), async told => {
        const documents = [told === undefined ? acceptedDocument : { ...refusedDocument, error: told }];
        const facts = await factsOf(
          Buffer.from(buildMdn(notificationInput(mail, { error: told, documents }))),
        );
        expect(facts).toMatchObject({
          originalMessageId: mail.messageId,
          finalRecipient: 'dpi.urologie@chu-x.mssante.fr',
          originalRecipient: 'urologie@chu-x.mssante.fr',
          disposition: 'processed',
        });
        expect(facts.error?.code).toBe(told?.code);
        const written = told?.label.replaceAll(/[\^|]/g, ' ').replaceAll(/\s+/g, ' ').trim();
        // A label with nothing in it is written as “Erreur”.
        expect(facts.error?.label.replaceAll(/\s+/g, ' ')).toBe(written === '' ? 'Erreur' : written);
      }),
      { numRuns: 200 },
    );
  });
});

describe('whatever an MDN holds', () => {
  it.each(['; ', ';(', '/', 'processed/', 'error,', 'a,', '^', ' ', '=?utf-8?Q?', '(', '902'])(
    'is read in linear time: 1 MB of %j',
    async unit => {
      const run = unit.repeat(1_000_000 / unit.length);
      const mail = await openMail(
        mdnMail([`Disposition: ${run}`, `Error: ${run}`, `Final-Recipient: ${run}`]),
      );
      const started = performance.now();
      readMdn(mail);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );

  it('opens 20 MB of notifications without a blank line as fast as any', async () => {
    const unit = 'Content-Type: message/disposition-notification\r\n\r\n';
    const started = performance.now();
    await openMail(mdnMail([unit.repeat(20_000_000 / unit.length)]));
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('reads any fields to an end; labels are one line', async () => {
    const mail = await openMail(mdnMail([]));
    const any = string({ unit: 'binary' });
    assert(
      property(any, any, any, (disposition, field, id) => {
        const content = Buffer.from(
          `Disposition: ${AUTO}; processed/${disposition}\r\nError: ${field}\r\nOriginal-Message-ID: ${id}\r\n`,
        );
        const part = { filename: undefined, contentType: 'message/disposition-notification', bytes: content };
        const facts = readMdn({ ...mail, attachments: [part] });
        expect(`${facts.error?.code ?? ''} ${facts.error?.label ?? ''}`).not.toMatch(/[\u0000-\u001f]/);
        expect(facts.originalMessageId ?? '<x>').toMatch(/^<[^\s<>]+>$/);
      }),
    );
  });
});
