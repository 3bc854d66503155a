import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { array, assert, constantFrom, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MtomInput, type MtomPart, mtomMessage } from '../../../src/formats/soap/mtom.ts';
import { readSoapAnswer } from '../../../src/formats/soap/read-soap-answer.ts';
import { failureOf } from '../../kit/failure.ts';

const ACTION = 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b';
const BOUNDARY = 'pfi-0198c2f0-0000-7000-8000-000000000001';
const ENVELOPE = '<?xml version="1.0" encoding="UTF-8"?><e>L’été, cœur</e>';

function part(name: string, bytes: string | Uint8Array): MtomPart {
  return { cid: `${name}@pfi`, contentType: 'text/xml', name: `${name}.xml`, bytes: Buffer.from(bytes) };
}

const message = (change: Partial<MtomInput> = {}) =>
  mtomMessage({
    action: ACTION,
    envelope: ENVELOPE,
    boundary: BOUNDARY,
    parts: [part('Document01', '<a>é</a>')],
    ...change,
  });
const bodyOf = (change: Partial<MtomInput> = {}): Buffer => Buffer.concat(message(change).chunks);

describe('mtomMessage', () => {
  it('is written as XOP asks, line by line', () => {
    const { contentType } = message();
    expect(contentType).toBe(
      `multipart/related; boundary="${BOUNDARY}"; type="application/xop+xml"; start="<envelope@pfi-gateway>"; ` +
        `start-info="application/soap+xml"; action="${ACTION}"`,
    );
    expect(bodyOf().toString().split('\r\n')).toEqual([
      `--${BOUNDARY}`,
      `Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="${ACTION}"`,
      'Content-Transfer-Encoding: 8bit',
      'Content-ID: <envelope@pfi-gateway>',
      '',
      ENVELOPE,
      `--${BOUNDARY}`,
      'Content-Type: text/xml; name="Document01.xml"',
      'Content-Transfer-Encoding: binary',
      'Content-ID: <Document01@pfi>',
      'Content-Disposition: attachment; name="Document01.xml"; filename="Document01.xml"',
      '',
      '<a>é</a>',
      `--${BOUNDARY}--`,
      '',
    ]);
  });

  it('holds the documents themselves, no copies', () => {
    const documents = [part('Document01', 'un'), part('Document02', 'deux')];
    const { chunks } = message({ parts: documents });
    for (const { bytes } of documents) expect(chunks.filter(chunk => chunk === bytes)).toHaveLength(1);
  });

  it.each([
    ['a document', { parts: [part('Document01', `<a>${BOUNDARY}</a>`)] }],
    ['the last of them, at its end', { parts: [part('a', ''), part('b', `\r\n--${BOUNDARY}`)] }],
    ['the envelope', { envelope: `<e>${BOUNDARY}</e>` }],
  ])('refuses a boundary that occurs in %s, for this attempt', async (_, change) => {
    const failed = await failureOf(Promise.resolve().then(() => message(change)));
    expect(failed).toMatchObject({ code: 'DMP-018', class: 'transient' });
  });

  it.each<[string, Partial<MtomInput>]>([
    ['a name with a line end', { parts: [{ ...part('a', ''), name: 'a\r\nX: y' }] }],
    ['a name with a quote', { parts: [{ ...part('a', ''), name: 'a"b' }] }],
    ['a Content-ID in brackets', { parts: [{ ...part('a', ''), cid: '<a@b>' }] }],
    ['a type with a line end', { parts: [{ ...part('a', ''), contentType: 'text/xml\r\nX: y' }] }],
    ['two parts of one name', { parts: [part('a', 'un'), part('a', 'deux')] }],
    ['a part of the envelope’s name', { parts: [{ ...part('a', ''), cid: 'envelope@pfi-gateway' }] }],
    ['a boundary with a blank', { boundary: 'a b' }],
    ['a boundary that is too long', { boundary: 'a'.repeat(71) }],
    ['no boundary', { boundary: '' }],
  ])('writes no %s', async (_, change) => {
    expect(await failureOf(Promise.resolve().then(() => message(change)))).toMatchObject({ code: 'DMP-017' });
  });

  it('is read back by readSoapAnswer, whatever the documents hold', () => {
    const letter = constantFrom('<', '>', 'é', 'œ', '😀', '\r', '\n', '-', '\0');
    const hostile = oneof(
      uint8Array({ maxLength: 300 }),
      array(constantFrom('\r', '\n', '--', 'pfi', 'Content-ID: <a>', '\r\n\r\n', 'é')).map(texts =>
        Buffer.from(texts.join('')),
      ),
    );
    assert(
      property(string({ unit: letter }), array(hostile, { maxLength: 4 }), (envelope, documents) => {
        const parts = documents.map((bytes, at) => ({ ...part(`Document${at}`, ''), bytes }));
        const { contentType, chunks } = message({ envelope, parts });
        expect(Buffer.from(readSoapAnswer(contentType, Buffer.concat(chunks))).toString()).toBe(envelope);
      }),
    );
  });
});

const python = spawnSync('python3', ['--version']).status === 0;

/** Python's own MIME parser: each part's type, Content-ID, file name and digest. */
const PARSER = `
import email, hashlib, json, sys
from email import policy
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy.HTTP)
print(json.dumps({
  'type': mail.get_content_type(), 'start': mail.get_param('start'), 'info': mail.get_param('start-info'),
  'defects': [type(d).__name__ for p in mail.walk() for d in p.defects],
  'parts': [[p.get_content_type(), p['Content-ID'], p.get_filename(), hashlib.sha256(p.get_payload(decode=True)).hexdigest()] for p in mail.iter_parts()],
}))`;

describe.skipIf(!python)('Python’s email', () => {
  it('takes the message apart, byte for byte', () => {
    const every = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256));
    const documents = [
      part('Document01', `<a>é</a>\r\n\r\n--${BOUNDARY.slice(0, -1)}\r\n`),
      part('Document02', Buffer.concat([every, Buffer.from('\n\r\r\n')])),
      part('Signature01', ''),
    ];
    const { contentType, chunks } = message({ parts: documents });
    const run = spawnSync('python3', ['-c', PARSER], {
      input: Buffer.concat([Buffer.from(`Content-Type: ${contentType}\r\n\r\n`), ...chunks]),
      encoding: 'utf8',
    });
    const digest = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({
      type: 'multipart/related',
      start: '<envelope@pfi-gateway>',
      info: 'application/soap+xml',
      defects: [],
      parts: [
        ['application/xop+xml', '<envelope@pfi-gateway>', null, digest(ENVELOPE)],
        ...documents.map(({ cid, name, bytes }) => ['text/xml', `<${cid}>`, name, digest(bytes)]),
      ],
    });
  });
});
