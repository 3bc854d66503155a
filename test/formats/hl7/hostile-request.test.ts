import { describe, expect, it } from 'vitest';
import { cdaSample } from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { Hl7Error } from '../../../src/formats/hl7/hl7-error.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { after, type Alter, type Overrides, read, refused, RULES, set, wrong } from './request-kit.ts';

const MEBIBYTE = 1024 * 1024;
/** ms: what is read here within a second took more than twenty when each value searched its segment anew. */
const SOON = 5_000;

/** Separators of two bytes, and text all of whose characters begin as they do: no search is slower. */
const SLOW = { separators: '§¬±×÷' } as const;
const slow = (bytes: number) => '£'.repeat(bytes / 2);

/** The code of the refusal and ERR-2, or `taken`. */
function outcomeOf(message: Uint8Array): string {
  try {
    readRequest(message, RULES);
    return 'taken';
  } catch (thrown) {
    if (thrown instanceof GatewayError) return `${thrown.code} ${thrown.fields['location']}`;
    throw thrown;
  }
}

/** Changes the fields of the first segment that a text is in. */
function change(part: string, alter: (fields: string[]) => string[][]): Alter {
  return segments => {
    const at = segments.findIndex(segment => segment.includes(part));
    const fields = (segments[at] ?? '').split('§');
    return segments.toSpliced(at, 1, ...alter(fields).map(each => each.join('§')));
  };
}

/** One field in place of another. */
const having = (fields: readonly string[], changes: Readonly<Record<number, string>>) =>
  Array.from(
    { length: Math.max(fields.length, ...Object.keys(changes).map(at => Number(at) + 1)) },
    (_, at) => changes[at] ?? fields[at] ?? '',
  );

describe('a message that is slow to search is read soon', () => {
  const identifiers = Array.from({ length: 98 }, (_, n) => `X${n}¬¬¬÷1.2.3.${n}÷ISO¬PI`).join('±');
  const persons = Array.from({ length: 10 }, (_, n) => `8${n}¬${slow(3_000)}¬¬¬¬¬¬¬x`).join('±');
  const many = (text: string | undefined) => Array.from({ length: 50 }, () => text).join('±');

  it.each<[string, string, Alter]>([
    [
      'a field of 48 MB before a hundred identifiers',
      'REQ-010 PID^1',
      change('PID§', fields => [
        having(fields, { 2: slow(48 * MEBIBYTE), 3: `${fields[3]}±${identifiers}` }),
      ]),
    ],
    [
      'a thousand recipients of 60 kB with fifty addresses each',
      'taken',
      change('RCT', fields =>
        Array.from({ length: 990 }, () => having(fields, { 1: slow(60_000), 15: many(fields[15]) })),
      ),
    ],
    [
      'nine hundred recipients of fifty addresses and ten identifiers each',
      'taken',
      change('RCT', fields =>
        Array.from({ length: 900 }, () => having(fields, { 5: persons, 15: many(fields[15]) })),
      ),
    ],
    [
      'metadata with 46 MB beside its answer, repeated a thousand times',
      'taken',
      change('MASQUE_PS', fields => [
        having(fields, { 5: `N¬${slow(46 * MEBIBYTE)}` }),
        ...Array.from({ length: 1000 }, () => fields),
      ]),
    ],
  ])('%s: %s', (_, outcome, alter) => {
    const message = requestMessage({ ...SLOW, alter });
    const start = performance.now();
    expect(outcomeOf(message)).toBe(outcome);
    expect(performance.now() - start).toBeLessThan(SOON);
  });

  it('whatever is read of it', () => {
    const message = Buffer.from(`MSH§^˜\\&§A\rZZZ§${slow(40 * MEBIBYTE)}§a^${slow(1000)}˜b§c`);
    const start = performance.now();
    const zzz = parseMessage(message).first('ZZZ');
    for (let time = 0; time < 200; time++) {
      expect([zzz?.component(2, 1), zzz?.component(2, 1, 2), zzz?.component(3, 1)]).toEqual(['a', 'b', 'c']);
    }
    expect(performance.now() - start).toBeLessThan(SOON);
  });
});

describe('a segment is no longer than 64 KiB', () => {
  const long = 'x'.repeat(64 * 1024);
  const base64 = Buffer.alloc(90_000, 'Cher confrère, ').toString('base64');
  const MAIL = 'OBX|12|ED|CORPSMAIL_PS^^MetaDMPMSS||^TEXT^^Base64^';

  it.each<[string, string, Overrides]>([
    ['PID', 'PID^1', wrong(set('PID', 2, long))],
    ['a PV1', 'PV1^1', wrong(set('PV1', 50, long))],
    ['the second PRT', 'PRT^2', wrong(set('PRT', 1, long, 2))],
    ['an NTE', 'NTE^1', wrong(after('OBX', 3, `NTE|1||${long}`))],
    ['a document’s OBX beside OBX-5, before it', 'OBX^1', wrong(set('OBX', 4, long))],
    ['a document’s OBX beside OBX-5, behind it', 'OBX^1', wrong(set('OBX', 20, long))],
    ['a TXA', 'TXA^1', wrong(set('TXA', 4, long), { type: 'MDM' })],
  ])('%s that is longer is refused at %s', (_, location, overrides) => {
    expect(refused(overrides)).toEqual(['REQ-010', location]);
  });

  it.each<[string, Overrides]>([
    ['a document', { documents: [cdaSample({ level: 1, pdf: Buffer.alloc(100_000, '%PDF-1.4 ') })] }],
    ['the text of a mail', wrong(after('OBX', 11, `${MAIL}${base64}||||||F`))],
    ['a segment that nothing is read from', wrong(after('OBX', 11, `ZZZ|${long}`))],
    ['a segment of just that length', wrong(set('PV1', 50, 'x'.repeat(60_000)))],
  ])('but for %s', (_, overrides) => {
    expect(read(overrides).recipients).toHaveLength(1);
  });
});

describe('line ends are counted', () => {
  const HEAD = 'MSH|^~\\&|DPI|CHU_X|PFI|CHU_X|20261120||ORU^R01|1|P|2.5\r';

  it.each([
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRLF', '\r\n'],
    ['LF and blanks', '\n   '],
    ['LF before what could be a name', '\nABC'],
    ['LF within short lines', 'QUJD\n'],
  ])('and a message of nothing but %s is refused', (_, unit) => {
    const message = Buffer.concat([Buffer.from(HEAD), Buffer.alloc(20 * MEBIBYTE, unit), Buffer.from('X')]);
    expect(() => parseMessage(message)).toThrow(new Hl7Error('too-many-segments'));
    expect(outcomeOf(message)).toBe('REQ-011 MSH^1');
  });

  it.each([76, 64, 48])('and base64 in lines of %i is one field, however long', width => {
    const lines = Buffer.alloc(20 * MEBIBYTE, `${'Q'.repeat(width)}\n`);
    const message = Buffer.concat([
      Buffer.from(`${HEAD}OBX|1|ED|||`),
      lines,
      Buffer.from('QQ||||||F\rNTE|1'),
    ]);
    const { segments } = parseMessage(message);
    expect(segments.map(({ name }) => name)).toEqual(['MSH', 'OBX', 'NTE']);
    expect([segments[1]?.bytes(5).length, segments[1]?.field(11)]).toEqual([lines.length + 2, 'F']);
  });

  it('and those around a message are not', () => {
    const blanks = Buffer.alloc(10 * MEBIBYTE, '\r\n');
    expect(parseMessage(Buffer.concat([blanks, Buffer.from(HEAD), blanks])).segments).toHaveLength(1);
  });
});
