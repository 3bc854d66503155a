import { describe, expect, it } from 'vitest';
import { readSoapAnswer } from '../../../src/formats/soap/read-soap-answer.ts';
import { failureOf } from '../../kit/failure.ts';

const ENVELOPE = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>';
const RELATED = 'multipart/related; type="application/xop+xml"; boundary="b"';
const read = (contentType: string, body: string): string =>
  Buffer.from(readSoapAnswer(contentType, Buffer.from(body, 'latin1'))).toString('latin1');
const lines = (...all: string[]): string => all.join('\r\n');

describe('readSoapAnswer', () => {
  it.each(['application/soap+xml; charset=utf-8', 'text/xml', 'text/html', ''])(
    'gives an answer that is not multipart as it is: %j',
    contentType => {
      expect(read(contentType, ENVELOPE)).toBe(ENVELOPE);
    },
  );

  it.each([
    ['the first part', RELATED, lines('--b', 'Content-ID: <1>', '', ENVELOPE, '--b--')],
    ['a part without headers', RELATED, lines('--b', '', ENVELOPE, '--b--', '')],
    ['what follows a preamble', RELATED, lines('Du texte --b', '--bc', '--b', 'X: y', '', ENVELOPE, '--b--')],
    [
      'a part between padded delimiters',
      RELATED,
      lines('--b \t', 'X: y', '', ENVELOPE, '--b  ', '', '2', '--b--'),
    ],
    ['a part with bare line feeds', RELATED, `--b\nX: y\n\n${ENVELOPE}\n--b--\n`],
    [
      'the part that start names',
      `${RELATED}; start="<2@x>"`,
      lines('--b', 'Content-ID: <1@x>', '', 'non', '--b', 'content-id: <2@x>', '', ENVELOPE, '--b--'),
    ],
    [
      'the part that start names without brackets',
      `${RELATED}; start=2`,
      lines('--b', 'Content-ID: <1>', '', 'non', '--b', 'Content-ID: <2>', '', ENVELOPE, '--b--'),
    ],
    [
      'the first part, where start names none',
      `${RELATED}; start="<3>"`,
      lines('--b', 'Content-ID: <1>', '', ENVELOPE, '--b', 'Content-ID: <2>', '', 'non', '--b--'),
    ],
    [
      'the part of an unquoted boundary, whatever its case',
      'Multipart/Related;Boundary=uuid:1+id=2',
      lines('--uuid:1+id=2', 'Content-Transfer-Encoding: BINARY', '', ENVELOPE, '--uuid:1+id=2--'),
    ],
  ])('reads %s', (_, contentType, body) => {
    expect(read(contentType, body)).toBe(ENVELOPE);
  });

  it('leaves blank lines and near-delimiters of the envelope where they are', () => {
    const content = `\r\n<a>\r\n\r\n--bb\r\n x--b\n</a>\r\n`;
    expect(read(RELATED, lines('--b', 'X: y', '', content, '--b--'))).toBe(content);
  });

  it('copies nothing', () => {
    const bytes = Buffer.from(lines('--b', '', ENVELOPE, '--b--'));
    expect(readSoapAnswer(RELATED, bytes).buffer).toBe(bytes.buffer);
  });

  it.each([
    ['no boundary', 'multipart/related', lines('--b', '', ENVELOPE, '--b--')],
    ['a boundary without end', `multipart/related; boundary=${'b'.repeat(5000)}`, ENVELOPE],
    ['another boundary', RELATED, lines('--c', '', ENVELOPE, '--c--')],
    ['a plain answer', RELATED, ENVELOPE],
    ['an answer cut inside the envelope', RELATED, lines('--b', '', ENVELOPE.slice(0, 20))],
    ['an answer cut inside the headers', RELATED, lines('--b', 'Content-ID: <1>')],
    ['no part', RELATED, lines('--b--')],
    [
      'headers without end',
      RELATED,
      lines('--b', ...Array<string>(2000).fill('X: yyyyyyyy'), '', 'e', '--b--'),
    ],
    [
      'an envelope in base64',
      RELATED,
      lines('--b', 'Content-Transfer-Encoding: base64', '', 'PGEvPg==', '--b--'),
    ],
    ['nothing', RELATED, ''],
  ])('refuses %s', async (_, contentType, body) => {
    const failed = await failureOf(Promise.resolve().then(() => read(contentType, body)));
    expect(failed).toMatchObject({ code: 'DMP-005', class: 'ambiguous' });
  });

  it.each([
    ['delimiters', '--b\r\n'],
    ['empty parts', '--b\r\n\r\n'],
    ['near-delimiters', '\n--bx'],
    ['line ends', '\r\n'],
    ['padding', '\n--b \t \t \t'],
  ])('takes no time over 8 MB of %s', (_, unit) => {
    const bytes = Buffer.from(unit.repeat((8 * 1024 * 1024) / unit.length));
    const started = performance.now();
    expect(() => readSoapAnswer(`${RELATED}; start="<x>"`, bytes)).toThrow('DMP-005');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
