import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/formats/mail/classify.ts';
import { openMail } from '../../src/formats/mail/open-mail.ts';
import { readDsn } from '../../src/formats/mail/read-dsn.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const folder = join(SHARED, 'corpus/dsn');
const [LATE, LATE_POSTFIX] = [
  '<b3fad6d9-55e0-681f-2fb9-a9a68cb041a6@hop.test>',
  '<5a7ba134-facf-b68b-e503-88111292fc9d@hop.test>',
];

/** One recipient each; Exim gives no Original-Recipient. */
const REPORTS: Readonly<Record<string, { about: string; recipient: object }>> = {
  'exim-1.eml': {
    about: '<0e5b1e80-f8d1-7ff7-86e2-2dcdf791b40b@hop.test>',
    recipient: { final: 'absent@hop.test', action: 'failed', status: '5.0.0', reply: '550' },
  },
  // Its text says “relayed to non-DSN-aware mailer”.
  'exim-2.eml': {
    about: '<f26bf332-1a45-e806-d01e-a0b158ab5200@hop.test>',
    recipient: { final: 'ps1@hop.test', action: 'delivered', status: '2.0.0', reply: '250' },
  },
  'exim-3.eml': { about: LATE, recipient: { final: 'lent@hop.test', action: 'delayed', status: '4.0.0' } },
  'exim-4.eml': { about: LATE, recipient: { final: 'lent@hop.test', action: 'delayed', status: '4.0.0' } },
  'exim-5.eml': { about: LATE, recipient: { final: 'lent@hop.test', action: 'delayed', status: '4.0.0' } },
  'exim-6.eml': { about: LATE, recipient: { final: 'lent@hop.test', action: 'failed', status: '5.0.0' } },
  'postfix-1.eml': {
    about: '<017e7c9c-dec4-d49b-9620-5dc7bbfd19d3@hop.test>',
    recipient: { ...both('ps1@hop.test'), action: 'delivered', status: '2.0.0' },
  },
  'postfix-2.eml': {
    about: LATE_POSTFIX,
    recipient: { ...both('lent@hop.test'), action: 'delayed', status: '4.4.1' },
  },
  'postfix-3.eml': {
    about: LATE_POSTFIX,
    recipient: { ...both('lent@hop.test'), action: 'failed', status: '4.4.1' },
  },
};

function both(address: string): object {
  return { final: address, original: address };
}

describe.skipIf(!hasShared('corpus/dsn'))('readDsn on corpus/dsn', () => {
  it('knows every report of it', () => {
    expect(readdirSync(folder).filter(name => name.endsWith('.eml'))).toEqual(Object.keys(REPORTS).sort());
  });

  it.each(Object.entries(REPORTS))('%s', async (name, { about, recipient }) => {
    const mail = await openMail(readFileSync(join(folder, name)));
    expect(classify(mail)).toEqual({ kind: 'receipt', report: 'dsn' });
    expect(readDsn(mail)).toEqual({
      report: 'dsn',
      envelopeId: 'ENV-123',
      originalMessageId: about,
      recipients: [{ original: undefined, reply: undefined, ...recipient }],
    });
  });
});
