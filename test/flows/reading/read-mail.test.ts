import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { xdmArchive } from '../../../samples/kit/archive.ts';
import { archivePart, documentMail, mailPart } from '../../../samples/kit/mail.ts';
import { readMail } from '../../../src/flows/reading/read-mail.ts';
import type { Reading } from '../../../src/flows/reading/reading.ts';
import { newDocument, newMail } from '../../kit/gateway.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

let archive: Buffer;
let mail: Buffer;
beforeAll(async () => {
  archive = await xdmArchive({ documents: [newDocument()] });
  mail = await newMail({ archive });
});

describe('archives', () => {
  it('the same one, attached and in the mail that is forwarded with it, is one', async () => {
    const both = documentMail({ attachments: [archivePart(archive), mailPart(mail)] });
    const reading = await readMail(both, LIMITS);
    expect(reading).toMatchObject({
      kind: 'documents',
      documents: [{ action: 'add', integrity: 'verified' }],
    });
  });

  it('two that differ are refused', async () => {
    const other = await xdmArchive({ documents: [newDocument()] });
    const both = documentMail({ attachments: [archivePart(archive), archivePart(other)] });
    expect(await readMail(both, LIMITS)).toMatchObject({ kind: 'refused', fault: { code: 'MAIL-008' } });
  });

  it('the archive goes back under its published name, with the PDFs and nothing else', async () => {
    const attachments = [
      archivePart(archive, 'ihe_xdm (1).ZIP'),
      { contentType: 'application/octet-stream', filename: 'cr.pdf', content: Buffer.from('%PDF-1.4') },
      { contentType: 'image/png', filename: 'logo.png', content: Buffer.of(1) },
    ];
    const reading = await readMail(documentMail({ attachments }), LIMITS);
    expect(reading.attachments.map(({ filename }) => filename)).toEqual(['IHE_XDM.zip', 'cr.pdf']);
    expect(Buffer.compare(reading.attachments[0]?.bytes ?? Buffer.of(0), archive)).toBe(0);
  });

  it('of a forwarded mail: the outer mail is answered, the inner one quoted', async () => {
    const outer = documentMail({ messageId: '<dehors@x.fr>', subject: 'TR', attachments: [mailPart(mail)] });
    const reading = await readMail(outer, LIMITS);
    expect(reading.kind === 'documents' && [reading.outer.messageId, reading.via.messageId]).toEqual([
      '<dehors@x.fr>',
      expect.not.stringMatching('dehors'),
    ]);
  });
});

describe('whatever comes', () => {
  const outcomes = ['documents', 'refused', 'unusable', 'other', 'receipt', 'error-mail'];

  it('a mail with some bytes changed is read to an end', async () => {
    const change = tuple(nat(mail.length - 1), nat(255));
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 40 }), async changes => {
        const hostile = Buffer.from(mail);
        for (const [place, byte] of changes) hostile[place] = byte;
        expect(outcomes).toContain((await readMail(hostile, LIMITS)).kind);
      }),
      { numRuns: 150 },
    );
  });

  it('a mail cut anywhere is read to an end', async () => {
    await assert(
      asyncProperty(nat(mail.length), async length => {
        expect(outcomes).toContain((await readMail(mail.subarray(0, length), LIMITS)).kind);
      }),
      { numRuns: 100 },
    );
  });

  it('an archive with some bytes changed is refused, held, or the document that its hash names', async () => {
    const genuine = handedOver(await readMail(mail, LIMITS));
    expect(genuine).toHaveLength(1);
    const change = tuple(nat(archive.length - 1), nat(255));
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 10 }), async changes => {
        const hostile = Buffer.from(archive);
        for (const [place, byte] of changes) hostile[place] = byte;
        const reading = await readMail(await newMail({ archive: hostile }), LIMITS);
        expect(genuine).toEqual(expect.arrayContaining(handedOver(reading)));
      }),
      { numRuns: 150 },
    );
  });
});

/** SHA-1 of the documents that would go to the application with a hash that was checked. */
function handedOver(reading: Reading): (string | undefined)[] {
  if (reading.kind !== 'documents') return [];
  return reading.documents
    .filter(({ refusal, hold, integrity }) => !refusal && !hold && integrity === 'verified')
    .map(({ sha1 }) => sha1);
}
