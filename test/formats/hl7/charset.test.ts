import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { declaredCharset, decodeAs, encodeHl7, encodingFor } from '../../../src/formats/hl7/charset.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';

const latin9 = (text: string): Uint8Array => encodeHl7(text, '8859/15', 'refuse');
const every = new TextDecoder('iso-8859-15').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));

describe('encodeHl7', () => {
  it('writes UTF-8', () => {
    expect(encodeHl7('Œuvré€’', 'UNICODE UTF-8', 'refuse')).toEqual(Buffer.from('Œuvré€’'));
  });

  it('writes each of the 256 characters of 8859/15 as its byte', () => {
    expect([...latin9(every)]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  });

  it.each(['¤', '¦', '¨', '´', '¸', '¼', '½', '¾'])('does not take %s for its place in 8859/1', character => {
    expect(() => latin9(character)).toThrow(GatewayError);
  });

  it('composes a letter and its accent before giving up', () => {
    expect([...latin9('Zoe\u0301')]).toEqual([0x5a, 0x6f, 0xe9]);
  });

  it('escapes what 8859/15 lacks as the bytes of its UTF-8, and swaps no look-alike', () => {
    const written = Buffer.from(encodeHl7('l’œuf 😀 ?', '8859/15', 'escape')).toString('latin1');
    expect(written).toBe('l\\XE28099\\\xbduf \\XF09F9880\\ ?');
  });

  it('refuses it with HL7-001 where asked, naming nothing of the message', () => {
    const refusal = new GatewayError('HL7-001');
    expect(() => latin9('l’œuf')).toThrow(refusal);
    expect(refusal.fields).toEqual({});
  });

  it('keeps a byte order mark that stands in a value', () => {
    const bytes = encodeHl7('MSH|^~\\&|\uFEFFA', 'UNICODE UTF-8', 'refuse');
    expect(parseMessage(bytes).header.field(3)).toBe('\uFEFFA');
  });

  it('loses nothing by way of a message in 8859/15', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), value => {
        fc.pre(value.isWellFormed());
        const clean = value.replaceAll(/[\p{Cc}|^~\\&\u2028\u2029]/gu, '');
        const bytes = encodeHl7(`MSH|^~\\&|${'|'.repeat(14)}8859/15\rNTE|1|${clean}x`, '8859/15', 'escape');
        const read = parseMessage(bytes).first('NTE')?.component(2, 1);
        expect(read).toBe(`${clean.normalize('NFC')}x`);
      }),
    );
  });
});

const message = (declared: string) => `MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.6|||||FRA|${declared}\rNTE|1||`;

describe('encodingFor', () => {
  it.each([
    ['UNICODE UTF-8', 'é€', 'utf8'],
    ['UTF-8', 'é€', 'utf8'],
    ['8859/15', 'é€', 'latin9'],
    ['ISO-8859-15', 'é€', 'latin9'],
    ['8859/15~UNICODE UTF-8', 'é€', 'latin9'],
    ['8859/1', 'é¤', 'latin1'],
    ['', 'é€', 'utf8'],
    ['', 'é€', 'latin9'],
    ['ASCII', 'é€', 'latin9'],
    ['UNICODE UTF-8', 'é€', 'latin9'],
  ])('reads MSH-18 %j with %j written in %s', (declared, text, writtenIn) => {
    const head = Buffer.from(message(declared), 'latin1');
    const tail =
      writtenIn === 'latin9' ? latin9(text) : Buffer.from(text, writtenIn === 'utf8' ? 'utf8' : 'latin1');
    const bytes = Buffer.concat([head, tail]);
    expect(decodeAs(bytes, encodingFor(declaredCharset(bytes), bytes))).toBe(message(declared) + text);
  });
});
