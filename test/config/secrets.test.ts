import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { readSecret, readTls, redacted, sealingKey } from '../../src/config/secrets.ts';
import { MINIMAL, temporaryFolder, writeConfig } from './sample.ts';

describe('readSecret', () => {
  it.each([
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\n\n', 'secret\n'],
    [' secret ', ' secret '],
    ['', ''],
  ])('trims one newline at the end of a file: %j', (content, secret) => {
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, content);
    expect(readSecret({ file })).toBe(secret);
  });

  it('reads the file again each time, and gives a text as it is', () => {
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, 'one');
    expect(readSecret({ file })).toBe('one');
    writeFileSync(file, 'two');
    expect(readSecret({ file })).toBe('two');
    expect(readSecret('text\n')).toBe('text\n');
  });

  it('says CFG-003 and nothing of the path when the file has gone', () => {
    const file = join(temporaryFolder(), 'absent');
    expect(() => readSecret({ file })).toThrow(
      expect.objectContaining({ code: 'CFG-003', class: 'transient' }),
    );
  });

  it('gives the bytes of a sealing key', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(Uint8Array.from(sealingKey(Buffer.from(bytes).toString('base64')))).toEqual(bytes);
  });
});

describe('readTls', () => {
  it('reads the PEM texts', () => {
    const folder = temporaryFolder();
    const [ca, cert, key] = ['ca', 'cert', 'key'].map(name => join(folder, name));
    for (const [path, text] of [
      [ca, 'CA'],
      [cert, 'CERT'],
      [key, 'KEY'],
    ])
      writeFileSync(path ?? '', text ?? '');
    expect(readTls({ tls: 'implicit', ca, clientCertificate: { cert: cert ?? '', key: key ?? '' } })).toEqual(
      {
        mode: 'implicit',
        ca: 'CA',
        cert: 'CERT',
        key: 'KEY',
      },
    );
    expect(readTls({ tls: 'none' })).toEqual({
      mode: 'none',
      ca: undefined,
      cert: undefined,
      key: undefined,
    });
  });

  it('says CFG-003 when a certificate has gone', () => {
    const ca = join(temporaryFolder(), 'absent.pem');
    expect(() => readTls({ tls: 'starttls', ca })).toThrow(expect.objectContaining({ code: 'CFG-003' }));
  });
});

describe('redacted', () => {
  it('hides every secret of a configuration and nothing else', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const text = MINIMAL.replace('journal.db"', 'journal.db", key: "${KEY}"')
      .replace('smtp: {', 'smtp: { accessToken: { file: jeton },')
      .replace(/mllp: \{[^}]*\}/, 'http: { url: "https://dpi.example/", token: "${TOKEN}" }');
    const path = writeConfig(text, { jeton: 'S3cret-file' });
    const environment = { BAL_PASSWORD: 'S3cret-mail', KEY: key, TOKEN: 'S3cret-token' };
    const loaded = loadConfig(path, environment);
    const printed = JSON.stringify(redacted(loaded.config));
    for (const secret of ['S3cret', key]) expect(printed).not.toContain(secret);
    expect(redacted(loaded.config)).toMatchObject({
      journal: { key: '***' },
      mailboxes: [
        {
          address: 'dpi.urologie@chu-x.mssante.fr',
          imap: { password: '***', user: 'dpi' },
          smtp: { password: '***', accessToken: { file: join(dirname(path), 'jeton') } },
        },
      ],
      applications: [{ deliver: { http: { url: 'https://dpi.example/', token: '***' } } }],
    });
  });
});
