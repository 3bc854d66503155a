import { describe, expect, it } from 'vitest';
import { cdaSample } from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { parseRequest } from '../../../src/formats/hl7/request-charset.ts';
import { type Overrides, read, RULES, set, thrownBy } from './request-kit.ts';

describe('the charset of MSH-18', () => {
  const latin = (text: string, charset: string, from = requestMessage()) =>
    Buffer.from(from.toString('latin1').replace('UNICODE UTF-8', charset).replace('SGL', text), 'latin1');

  it.each([
    ['UTF-8 called 8859/15', latin('\xc3\x89t\xc3\xa9', '8859/15')],
    ['8859/15 called UTF-8', latin('\xc9t\xe9', 'UNICODE UTF-8')],
    [
      'Windows-1252 called 8859/15',
      latin('l\x92\xe9t\xe9', '8859/15', requestMessage({ charset: '8859/15' })),
    ],
    ['UTF-8 cut in a character', latin('\xc3', 'UTF-8')],
  ])('is what the message is written in: %s', (_, message) => {
    const { code, fields } = thrownBy(message);
    expect([code, fields]).toEqual(['REQ-010', { location: 'MSH^1^18' }]);
  });

  it.each([
    ['˜ of Windows-1252 called 8859/15', '8859/15', '\x98'],
    ['˜ of UTF-8 called 8859/15', '8859/15', '\xcb\x9c'],
    ['˜ of Windows-1252 called UTF-8', 'UNICODE UTF-8', '\x98'],
  ])('is what the separators are written in: %s', (_, charset, mark) => {
    const text = requestMessage().toString('latin1').replace('UNICODE UTF-8', charset);
    const { code, fields } = thrownBy(Buffer.from(text.replace('|^~', `|^${mark}`), 'latin1'));
    expect([code, fields]).toEqual(['REQ-010', { location: 'MSH^1^18' }]);
  });

  it.each(['UNICODE UTF-8', 'UTF-8', '8859/15', 'ISO 8859-15'])(
    'may be any while all is ASCII: %s',
    charset => {
      const message = Buffer.from(
        requestMessage()
          .toString()
          .replace('UNICODE UTF-8', charset)
          .replaceAll(/[^\0-\x7f]/g, 'e'),
      );
      expect(readRequest(message, RULES).head.charset).toBe(
        charset.includes('UTF') ? 'UNICODE UTF-8' : '8859/15',
      );
    },
  );
});

describe('a text in another charset than its message', () => {
  const TEXTS = [
    [
      'Windows-1252',
      'Voici l\x92\xe9chographie \x96 \xe0 bient\xf4t, l\xe0',
      'Voici l’échographie – à bientôt, là',
    ],
    ['8859/15', 'Re\xe7u 10 \xa4, bonne sant\xe9', 'Reçu 10 €, bonne santé'],
    ['UTF-8', latin1('Voici l’échographie, bonne santé'), 'Voici l’échographie, bonne santé'],
    ['UTF-8, cut in its last character', latin1('Bonne santé').slice(0, -1), 'Bonne sant'],
  ] as const;
  const FIELDS = [
    ['OBX-5.1', (text: string) => text],
    ['OBX-5.5', (text: string) => `^TEXT^^A^${text}`],
  ] as const;
  const MESSAGES: readonly Overrides[] = [
    { charset: 'UNICODE UTF-8', from: ['Œ', 'É'] },
    { charset: '8859/15', from: ['Œ', 'É'] },
    { charset: 'UNICODE UTF-8' },
    { charset: '8859/15' },
    { charset: 'UNICODE UTF-8', from: ['Œ', 'É'], version: '2.0', separators: '|^˜\\&' },
    { charset: 'UNICODE UTF-8', from: ['Œ', 'É'], version: '2.0', alter: set('MSH', 18, '') },
  ];
  const cases = MESSAGES.flatMap(overrides =>
    TEXTS.flatMap(([charset, bytes, text]) =>
      FIELDS.map(
        ([where, field]) =>
          [
            `${charset} in ${where} of ${overrides.alter ? 'no declared charset' : overrides.charset}`,
            overrides,
            field(bytes),
            text,
          ] as const,
      ),
    ),
  );

  it.each(cases)('is read as what it is, the rest as it was: %s', (_, overrides, field, expected) => {
    const text = { professionals: expected, patient: undefined };
    expect(readRequest(withText(overrides, field), RULES)).toEqual({ ...read(overrides), text });
  });

  it('is the only field that may be: a name beside it is refused', () => {
    const faulty = withText({ from: ['Œ', 'É'] }, 'sant\xe9');
    const other = Buffer.from(faulty.toString('latin1').replace('EMBRUNS', 'EMBRUNS \xe9'), 'latin1');
    const { code, fields } = thrownBy(other);
    expect([code, fields]).toEqual(['REQ-010', { location: 'MSH^1^18' }]);
    // UTF-8 under 8859/15: the text in 8859/15 does not make it right.
    const swapped = Buffer.from(faulty.toString('latin1').replace('UNICODE UTF-8', '8859/15'), 'latin1');
    expect(thrownBy(swapped).code).toBe('REQ-010');
    // In the rest of its OBX neither: it is no text.
    const label = Buffer.from(faulty.toString('latin1').replace('CORPSMAIL_PS^', '$&\xe9'), 'latin1');
    expect(thrownBy(label).code).toBe('REQ-010');
  });

  it('costs no copy of the document', () => {
    const pdf = Buffer.alloc(30 * 1024 * 1024, 0x25);
    const message = withText({ documents: [cdaSample({ level: 1, pdf })] }, 'sant\xe9');
    const held = process.memoryUsage();
    const parsed = parseRequest(message);
    const now = process.memoryUsage();
    expect(parsed.encoding).toBe('utf-8');
    expect(now.arrayBuffers - held.arrayBuffers + now.heapUsed - held.heapUsed).toBeLessThan(8 * 1024 * 1024);
  });
});

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A message with a text for professionals, whose bytes are those of a field as Latin-1. */
function withText(overrides: Overrides, field: string): Buffer {
  const { alter = (segments: string[]) => segments } = overrides;
  const obx = 'OBX|12|ED|CORPSMAIL_PS^^MetaDMPMSS||@@||||||F';
  const message = requestMessage({ ...overrides, alter: segments => [...alter(segments), obx] });
  return Buffer.from(
    message.toString('latin1').replace('@@', () => field),
    'latin1',
  );
}
