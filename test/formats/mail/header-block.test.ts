import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import {
  allFields,
  decodeText,
  firstField,
  MAX_HEADER_BLOCK,
  parseHeaderBlock,
  parseStructured,
  splitHeaderBlock,
} from '../../../src/formats/mail/header-block.ts';
import { encodeUnstructured } from '../../../src/formats/mail/mime-writer.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function subjectOf(block: Buffer): string {
  return decodeText(firstField(parseHeaderBlock(block), 'subject') ?? '');
}

describe('splitHeaderBlock', () => {
  it.each([
    ['CRLF', 'A: 1\r\n\r\nbody', 'A: 1\r\n\r\n', 'body'],
    ['bare LF', 'A: 1\n\nbody', 'A: 1\n\n', 'body'],
    ['mixed', 'A: 1\n\r\nbody', 'A: 1\n\r\n', 'body'],
    ['blank lines before', '\r\n\nA: 1\r\n\r\nbody', 'A: 1\r\n\r\n', 'body'],
    ['no body', 'A: 1', 'A: 1', ''],
    ['nothing', '', '', ''],
  ])('cuts at the first blank line: %s', (_case, raw, block, body) => {
    const split = splitHeaderBlock(bytes(raw));
    expect(Buffer.from(split.block).toString('latin1')).toBe(block);
    expect(Buffer.from(split.body).toString('latin1')).toBe(body);
  });

  it.each([
    ['one line of 1 MB', bytes(`Subject: ${'x'.repeat(1_000_000)}\r\n\r\nbody`)],
    ['no line end at all', Buffer.alloc(1_000_000, 0x41)],
    ['100 000 fields', bytes('A: 1\r\n'.repeat(100_000))],
  ])('refuses a header block over the limit: %s', (_case, raw) => {
    const code = codeOf(() => splitHeaderBlock(raw));
    expect(code).toBe('MAIL-002');
  });

  it('takes a block of exactly the limit', () => {
    const end = '\r\n\r\n';
    const raw = bytes(`A: ${'x'.repeat(MAX_HEADER_BLOCK - 3 - end.length)}${end}`);
    expect(splitHeaderBlock(raw).block.length).toBe(MAX_HEADER_BLOCK);
  });
});

describe('parseHeaderBlock', () => {
  it('unfolds, lower-cases names and passes over what is no field', () => {
    const fields = parseHeaderBlock(
      bytes('From x@y Mon Nov 20\r\nSUBJECT : a\r\n b\n\tc\r\nno field here\r\nX-Empty:\r\nTo: z@y\r\n\r\n'),
    );
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['subject', 'a b\tc'.replace('\t', ' ')],
      ['x-empty', ''],
      ['to', 'z@y'],
    ]);
    expect(allFields(fields, 'to')).toEqual(['z@y']);
  });

  it.each([
    ['UTF-8', Buffer.from('Subject: CR d’hôpital – œdème\r\n'), 'CR d’hôpital – œdème'],
    ['ISO-8859-15', bytes('Subject: r\xe9sultat \xbddema \xa4\r\n'), 'résultat œdema €'],
    ['Windows-1252', bytes('Subject: compte rendu d\x92h\xf4pital\r\n'), 'compte rendu d’hôpital'],
  ])('reads raw 8-bit headers in %s', (_charset, block, expected) => {
    expect(subjectOf(block)).toBe(expected);
  });

  it('decides the charset of each field on its own', () => {
    const block = Buffer.concat([bytes('From: \xe9mile <e@x.fr>\r\n'), Buffer.from('Subject: été\r\n')]);
    expect(parseHeaderBlock(block).map(field => field.value)).toEqual(['émile <e@x.fr>', 'été']);
  });

  it('lets no control character out', () => {
    const value = subjectOf(bytes('Subject: a\x00b\x07c =?utf-8?Q?d=0D=0ABcc:_e=00?=\r\n'));
    expect(value).toBe('a b c d  Bcc: e');
  });
});

describe('decodeText', () => {
  it.each([
    ['a word', '=?utf-8?Q?=C3=A9t=C3=A9?=', 'été'],
    ['a letter cut in two words', '=?utf-8?B?w4M=?= =?utf-8?B?qQ==?='.replace('w4M=', 'ww=='), 'é'],
    ['words of two charsets', '=?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?=', 'éé'],
    ['text between words', '=?utf-8?Q?a?= b =?utf-8?Q?c?=', 'a b c'],
    ['an unknown charset is left as text', '=?x-martian?Q?=E9?= =?utf-8?Q?=C3=A9?=', '=?x-martian?Q?=E9?= é'],
    ['an unknown encoding is left as text', '=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['an unfinished word is left as text', 'a =?utf-8?Q?b', 'a =?utf-8?Q?b'],
    ['a language tag', '=?utf-8*fr?Q?=C3=A9?=', 'é'],
  ])('%s', (_case, value, expected) => {
    expect(decodeText(value)).toBe(expected);
  });

  it('reads back whatever encodeUnstructured writes', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 200 }), text => {
        const line = text
          .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ' ')
          .replaceAll(/ +/g, ' ')
          .trim();
        expect(decodeText(encodeUnstructured(line))).toBe(line);
      }),
    );
  });

  it.each([
    ['openings', '=?'.repeat(128 * 1024)],
    ['words', '=?utf-8?Q?a?= '.repeat(18 * 1024)],
    ['words and blanks', `=?utf-8?Q?a?=${' '.repeat(250_000)}`],
    ['unknown charsets', Array.from({ length: 15_000 }, (_, i) => `=?x${i}?Q?a?=`).join('')],
  ])('is linear on hostile input: %s', (_case, value) => {
    const started = performance.now();
    decodeText(value);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('parseStructured', () => {
  it('reads value and parameters, blanks before the semicolon, RFC 2231', () => {
    const { value, params } = parseStructured(
      'Application/ZIP ; name*=utf-8\'\'r%C3%A9sum%C3%A9.zip; X="a;b"',
    );
    expect(value).toBe('application/zip');
    expect(params.get('name')).toBe('résumé.zip');
    expect(params.get('x')).toBe('a;b');
  });

  it('reads an absent field as nothing', () => {
    expect(parseStructured(undefined).value).toBe('');
    expect(parseStructured('').value).toBe('');
  });
});

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
  return undefined;
}
