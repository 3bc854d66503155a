import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archivePart, documentMail, mailPart } from '../../samples/kit/mail.ts';
import { classify } from '../../src/formats/mail/classify.ts';
import { openMail } from '../../src/formats/mail/open-mail.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const dsns = join(SHARED, 'corpus/dsn');
const archives = join(SHARED, 'corpus/xdm');

const list = (folder: string, ending: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => ending.test(name))
    : [];

describe.skipIf(!hasShared('corpus/dsn'))('corpus/dsn', () => {
  it.each(list(dsns, /\.eml$/))('%s is a DSN, from nobody, made by a machine', async name => {
    const mail = await openMail(readFileSync(join(dsns, name)));
    expect(classify(mail)).toEqual({ kind: 'receipt', report: 'dsn' });
    expect(mail.returnPath).toBe('');
    expect(mail.automatic).toBe(true);
    expect(mail.messageId).toMatch(/^<.+@.+>$/);
  });
});

describe.skipIf(!hasShared('corpus/xdm'))('corpus/xdm', () => {
  it.each(list(archives, /\.zip$/i))(
    '%s comes out of a mail, and of a forwarded one, byte for byte',
    async name => {
      const bytes = readFileSync(join(archives, name));
      const direct = documentMail({ attachments: [archivePart(bytes, 'IHE_XDM.ZIP')] });
      for (const raw of [direct, documentMail({ subject: 'TR: ', attachments: [mailPart(direct)] })]) {
        const kind = classify(await openMail(raw));
        expect(kind.kind).toBe('document');
        expect(kind.kind === 'document' && kind.archives.map(found => bytes.equals(found.bytes))).toEqual([
          true,
        ]);
      }
    },
  );
});
