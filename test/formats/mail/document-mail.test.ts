import { assert, property, string } from 'fast-check';
import { type ParsedMail, simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { xdmArchive } from '../../../samples/kit/archive.ts';
import { cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { samplePdf } from '../../../samples/kit/pdf.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { buildDocumentMail, type DocumentMailInput } from '../../../src/formats/mail/document-mail.ts';
import { parseHeaderBlock, splitHeaderBlock } from '../../../src/formats/mail/header-block.ts';
import { notificationFor } from '../../../src/formats/mail/notification-policy.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';

const sample = cdaSample({ patient: PATIENTS.oeuvrard });
const report = readCdaHeader(cdaDocument(sample));
/** As a subject names the patient (ECO.2.1.3). */
const OEUVRARD = 'OEUVRARD MAELYS 21/07/2002';
const ARCHIVE = await xdmArchive({ documents: [{ sample }] });
const PDF = { filename: '20261118_CR_OEUVRARD_Noel.pdf', bytes: samplePdf(['Compte rendu']) };

const INPUT: DocumentMailInput = {
  messageId: '<envoi-1@chu-x.mssante.fr>',
  date: new Date('2026-11-20T09:00:00Z'),
  from: { address: 'dpi.urologie@chu-x.mssante.fr', name: 'CHU X – Service d’urologie' },
  to: ['adam.hoda@b.mssante.fr', 'service@c.mssante.fr'],
  replyTo: 'urologie@chu-x.mssante.fr',
  audience: 'professionals',
  action: 'add',
  headers: [report],
  text: undefined,
  establishment: 'CHU X',
  archive: ARCHIVE,
  pdfs: [PDF],
  nil: 'DEV000000',
  insQualified: true,
  asksReading: true,
  patientMayAnswer: false,
};
const PATIENT: Partial<DocumentMailInput> = {
  audience: 'patient',
  to: ['279035121518989@patient.mssante.fr'],
};

const read = (change: Partial<DocumentMailInput> = {}): Promise<ParsedMail> =>
  simpleParser(Buffer.from(buildDocumentMail({ ...INPUT, ...change })));
const textOf = async (change: Partial<DocumentMailInput>): Promise<string> => (await read(change)).text ?? '';
const headersOf = (raw: Uint8Array): [string, string][] =>
  parseHeaderBlock(splitHeaderBlock(raw).block).map(({ name, value }) => [name, value]);

describe('buildDocumentMail', () => {
  it('writes the headers of an MSSanté mail, each once', () => {
    const headers = headersOf(buildDocumentMail(INPUT));
    expect(headers.map(([name]) => name)).toEqual([
      'date',
      'from',
      'reply-to',
      'to',
      'message-id',
      'subject',
      'disposition-notification-to',
      'x-mss-nil',
      'x-mss-codecda',
      'x-mss-ins',
      'mime-version',
      'content-type',
    ]);
    expect(Object.fromEntries(headers)).toMatchObject({
      date: 'Fri, 20 Nov 2026 09:00:00 +0000',
      'reply-to': 'urologie@chu-x.mssante.fr',
      to: 'adam.hoda@b.mssante.fr, service@c.mssante.fr',
      'message-id': '<envoi-1@chu-x.mssante.fr>',
      subject: `XDM/1.0/DDM+CR d'examens biologiques ${OEUVRARD}`,
      'disposition-notification-to': 'dpi.urologie@chu-x.mssante.fr',
      'x-mss-nil': 'DEV000000',
      'x-mss-codecda': '11502-2',
      'x-mss-ins': 'O',
    });
  });

  it('carries a text, IHE_XDM.zip and the PDFs, byte for byte', async () => {
    const mail = await read();
    expect(mail.from?.value).toEqual([{ address: INPUT.from.address, name: INPUT.from.name }]);
    expect(mail.headers.get('content-type')).toMatchObject({ value: 'multipart/mixed' });
    const parts = mail.attachments.map(({ contentType, filename, contentDisposition, content }) => ({
      contentType,
      filename,
      contentDisposition,
      bytes: content.toString('base64'),
    }));
    expect(parts).toEqual([
      {
        contentType: 'application/zip',
        filename: 'IHE_XDM.zip',
        contentDisposition: 'attachment',
        bytes: ARCHIVE.toString('base64'),
      },
      {
        contentType: 'application/pdf',
        filename: PDF.filename,
        contentDisposition: 'attachment',
        bytes: PDF.bytes.toString('base64'),
      },
    ]);
  });

  it('is a document mail to a gateway, and one that it answers', async () => {
    const mail = await openMail(buildDocumentMail(INPUT));
    const kind = classify(mail);
    expect(kind.kind === 'document' && kind.archives.map(({ bytes }) => ARCHIVE.equals(bytes))).toEqual([
      true,
    ]);
    const decision = notificationFor({
      mail: { ...mail, returnPath: INPUT.from.address },
      outcome: 'accepted',
      notify: { success: 'requested', failure: 'requested', loopGuard: 'strict' },
      ownAddress: 'adam.hoda@b.mssante.fr',
    });
    expect(decision).toEqual({ kind: 'mdn', to: INPUT.from.address });
  });

  it('asks for no reading and gives no Reply-To where none is wanted; says N for an INS that is not qualified', () => {
    const raw = buildDocumentMail({ ...INPUT, asksReading: false, replyTo: undefined, insQualified: false });
    const headers = new Map(headersOf(raw));
    expect(headers.has('disposition-notification-to')).toBe(false);
    expect(headers.has('reply-to')).toBe(false);
    expect(headers.get('x-mss-ins')).toBe('N');
  });

  it.each([
    ['the patient, who may not answer', { ...PATIENT }, 'FIN'],
    ['the patient, who may', { ...PATIENT, patientMayAnswer: true }, undefined],
    ['professionals', {}, undefined],
  ])('X-MSS-MES to %s', (_case, change, expected) => {
    expect(new Map(headersOf(buildDocumentMail({ ...INPUT, ...change }))).get('x-mss-mes')).toBe(expected);
  });

  it.each([
    ['two forms of one document', ['11502-2', '11502-2'], '11502-2'],
    ['two documents', ['11502-2', 'CERT_DECL'], '11502-2,CERT_DECL'],
    ['a code with what would be two', ['1,2 3\r\nBcc: x'], '123Bcc:x'],
  ])('X-MSS-CODECDA of %s', (_case, codes, expected) => {
    const headers = codes.map(code => ({ ...report, code: { ...report.code, code } }));
    const fields = new Map(headersOf(buildDocumentMail({ ...INPUT, headers })));
    expect(fields.get('x-mss-codecda')).toBe(expected);
    const label = codes.length === 1 ? "CR d'examens biologiques" : '2 documents';
    expect(fields.get('subject')).toBe(`XDM/1.0/DDM+${label} ${OEUVRARD}`);
  });

  it('writes 60 recipients in lines that servers take', async () => {
    const to = Array.from({ length: 60 }, (_, number) => `service.${number}@hopital-de-la-ville.mssante.fr`);
    const raw = Buffer.from(buildDocumentMail({ ...INPUT, to })).toString('latin1');
    expect(raw.split('\r\n').every(line => line.length <= 78)).toBe(true);
    expect((await openMail(Buffer.from(raw))).to.map(({ address }) => address)).toEqual(to);
  });

  it('gives the same bytes for the same input', () => {
    expect(Buffer.compare(buildDocumentMail(INPUT), buildDocumentMail({ ...INPUT }))).toBe(0);
  });

  it('writes a mail of 20 MB in well under a second or two', () => {
    const started = performance.now();
    buildDocumentMail({ ...INPUT, archive: Buffer.alloc(20 * 1024 * 1024, 0xa5) });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('the text', () => {
  it.each([
    [
      'professionals',
      'add',
      /CHU X vous adresse, pour votre patient :\n\n {2}- CR d'examens biologiques du 18\/11\/2026\n/,
    ],
    ['professionals', 'replace', /Ce document annule et remplace la version/],
    ['professionals', 'delete', /doit être supprimé du dossier du patient/],
    [
      'patient',
      'add',
      /CHU X vous envoie un document de santé :\n\n {2}- CR d'examens biologiques du 18\/11\/2026\n/,
    ],
    ['patient', 'replace', /Ce document annule et remplace celui que vous avez reçu/],
    ['patient', 'delete', /il doit être supprimé/],
  ] as const)('of our own, to %s, for %s', async (audience, action, expected) => {
    const text = await textOf({ audience, action });
    expect(text).toMatch(/^Bonjour,\n\n[^]*\n\nCordialement,\nCHU X\n$/);
    expect(text).toMatch(expected);
    const others = { add: /annule|supprimé/, replace: /supprimé/, delete: /annule/ } as const;
    expect(text).not.toMatch(others[action]);
  });

  it('of our own, of several documents: both forms of one in a line', async () => {
    const text = await textOf({ headers: [report, report], action: 'replace' });
    expect(text).toContain("  - CR d'examens biologiques du 18/11/2026 (2 fichiers)\n");
    expect(text).toContain('Ces documents annulent et remplacent');
    const other = {
      ...report,
      code: { ...report.code, display: undefined },
      title: undefined,
      effectiveTime: '2026',
    };
    expect(await textOf({ headers: [report, other] })).toContain('18/11/2026\n  - Document\n');
  });

  it.each([
    ['names the PDF to the patient', PATIENT, /ouvrez le fichier PDF/],
    ['names the PDFs to the patient', { ...PATIENT, pdfs: [PDF, PDF] }, /ouvrez les fichiers PDF/],
    ['tells the patient that no answer is read', PATIENT, /Il n’est pas possible de répondre/],
    ['names the archive of a deletion', { action: 'delete' }, /IHE_XDM\.zip porte cette demande/],
  ] as const)('%s', async (_case, change, expected) => {
    expect(await textOf(change)).toMatch(expected);
  });

  it.each([
    ['a PDF that is not there', { pdfs: [] }, /PDF/],
    ['a PDF to the patient that is not there', { ...PATIENT, pdfs: [] }, /PDF/],
    ['how to read what is to be deleted', { ...PATIENT, action: 'delete' }, /PDF/],
    ['that no answer is read, where one is', { ...PATIENT, patientMayAnswer: true }, /répondre/],
    ['any of that to professionals', {}, /répondre/],
  ] as const)('does not say %s', async (_case, change, unexpected) => {
    expect(await textOf(change)).not.toMatch(unexpected);
  });

  it('is CORPSMAIL as given, its line ends made one, control characters out', async () => {
    const given =
      'Cher confrère,\r\n\r\n  l’été\u0000 :\tvoir\u001b ci-joint…\rCordialement\u2028Dr\u0085X €\n\n';
    expect(await textOf({ text: given })).toBe(
      'Cher confrère,\n\n  l’été :\tvoir ci-joint…\nCordialement\nDr\nX €\n',
    );
  });

  it.each(['', ' \r\n\u0000 '])('is our own where CORPSMAIL is %j', async text => {
    expect(await textOf({ text })).toMatch(/^Bonjour,/);
  });

  it.each([
    ['replace', 'REMPLACEMENT : le document joint annule et remplace la version envoyée précédemment.'],
    [
      'delete',
      'SUPPRESSION : le document joint, envoyé précédemment, doit être supprimé ; n’en tenez plus compte.',
    ],
  ] as const)('is CORPSMAIL below a line that says %s', async (action, line) => {
    for (const audience of ['professionals', 'patient'] as const) {
      expect(await textOf({ text: 'Cher confrère,\n.\nFrom ici', action, audience })).toBe(
        `${line}\n\nCher confrère,\n.\nFrom ici\n`,
      );
    }
    expect(await textOf({ text: 'x', action, headers: [report, report] })).toMatch(/les documents joints/);
  });
});

describe('texts of other people’s software', () => {
  const any = string({ unit: 'binary', maxLength: 200 });

  it('make neither a header nor a part', () => {
    assert(
      property(any, any, any, any, (name, label, address, text) => {
        const { families } = report.patient;
        const raw = buildDocumentMail({
          ...INPUT,
          messageId: `<envoi-1@chu-x.mssante.fr>${name}`,
          from: { address: INPUT.from.address, name },
          to: [`a@b.fr${address}`, 'c@d.fr'],
          replyTo: `e@f.fr${address}`,
          headers: [
            {
              ...report,
              title: label,
              code: { code: label, system: undefined, display: name },
              patient: { ...report.patient, families: [...families, { value: label, qualifier: 'BR' }] },
            },
          ],
          text,
          establishment: name,
          nil: label,
          pdfs: [{ filename: `${label}.pdf`, bytes: PDF.bytes }],
        });
        const written = Buffer.from(raw).toString('latin1');
        expect(written).toMatch(/^(?:[\t -~]{0,998}\r\n)*$/);
        expect(headersOf(raw).map(([field]) => field)).toEqual(
          headersOf(buildDocumentMail(INPUT)).map(([field]) => field),
        );
        expect(written.match(/^--=_pfi_/gm)?.length).toBe(4);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['to', { to: ['a@b.fr, pirate@ailleurs.fr'] }, 'a@b.frpirate@ailleurs.fr'],
    ['reply-to', { replyTo: 'a@b.fr>\r\nBcc: <pirate@ailleurs.fr' }, 'a@b.frBccpirate@ailleurs.fr'],
    [
      'disposition-notification-to',
      { from: { address: 'a@b.fr;(x) g:c@d.fr', name: 'x' } },
      'a@b.frxgc@d.fr',
    ],
  ])('make no second mailbox in %s', (field, change, expected) => {
    expect(new Map(headersOf(buildDocumentMail({ ...INPUT, ...change }))).get(field)).toBe(expected);
  });
});
