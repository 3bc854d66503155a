import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../samples/kit/cda.ts';
import { requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import {
  type AcceptContext,
  acceptRequest,
  logUnreadable,
  readSendable,
} from '../../src/flows/accept-request.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { RequestRules } from '../../src/formats/hl7/request-types.ts';
import { all, type Alter, PREVIOUS, RULES, set } from '../formats/hl7/request-kit.ts';
import { useBed } from '../kit/use-bed.ts';

const bed = useBed();

function context(rules: Partial<RequestRules> = {}, log: Logger = pino({ level: 'silent' })): AcceptContext {
  return {
    ...bed(),
    log,
    wake: () => undefined,
    gateway: { party: { application: 'PFI', facility: 'CHU_X' }, nil: 'DEV000000', product: 'pfi' },
    creator: { name: 'sgl', mailbox: 'labo', rules: { ...RULES, ...rules }, hasDmp: false, windowMs: 60_000 },
  };
}

/** The ACK as `AA`, or `AE` and ERR-5 and ERR-2. */
async function answerTo(message: Uint8Array, rules: Partial<RequestRules> = {}): Promise<string> {
  const { bytes } = await acceptRequest(message, context(rules));
  const ack = parseMessage(bytes);
  const err = ack.first('ERR');
  return [ack.first('MSA')?.field(1), err?.component(5, 1), err?.field(2)].filter(Boolean).join(' ');
}

const request = (overrides: Partial<RequestSample>) =>
  requestMessage({ documents: [cdaSample()], ...overrides });

describe('a document that no archive can be made of', () => {
  const bare = cdaDocument(cdaSample({ id: PREVIOUS }))
    .toString()
    .replace(/<languageCode [^>]*>/, '');
  const documents = [cdaSample({ level: 1 }), Buffer.from(bare)];
  const isDocument = (segment: string) => /^(?:OBX\|\d+\|ED|PRT)\|/.test(segment);
  /** The documents behind the metadata, with whoever is named under them. */
  const last: Alter = segments => [
    ...segments.filter(segment => !isDocument(segment)),
    ...segments.filter(isDocument),
  ];

  it.each([
    ['the second', { documents }, 'OBX^2^5'],
    ['the second, behind the metadata', { documents, alter: last }, 'OBX^12^5'],
    ['the only one, behind the metadata', { documents: documents.slice(1), alter: last }, 'OBX^11^5'],
  ])('is told by the OBX that it came in: %s', async (_, overrides, location) => {
    const message = request(overrides);
    expect(() => readSendable(message, RULES)).toThrow('REQ-018');
    expect(await answerTo(message)).toBe(`AE REQ-018 ${location}`);
  });
});

describe('the sender of a request', () => {
  const from = (application: string, facility: string, more: Partial<RequestSample> = {}) =>
    request({ ...more, alter: all(set('MSH', 3, application), set('MSH', 4, facility)) });

  it.each([
    ['a name', 'SGL', 'EMBRUNS', 'SGL', 'EMBRUNS'],
    [
      'a name, whatever its OID',
      'SGL^1.2.250.1.9.1^ISO',
      'EMBRUNS',
      'SGL^1.2.250.1.9.7^ISO',
      'EMBRUNS^1.2.3',
    ],
    [
      'an OID without a name',
      '^1.2.250.1.9.1^ISO',
      '^1.2.250.1.9.2^ISO',
      '""^1.2.250.1.9.1',
      ' ^1.2.250.1.9.2',
    ],
  ])('is known again by %s', async (_, application, facility, sameApplication, sameFacility) => {
    expect(await answerTo(from(application, facility))).toBe('AA');
    // Before it is judged: by rules that have become stricter it would be refused.
    expect(await answerTo(from(application, facility), { domains: [] })).toBe('AA');
    // Other bytes under one MSH-10: from the same sender they are another request.
    expect(await answerTo(from(sameApplication, sameFacility, { replyTo: 'a@port.fr' }))).toBe(
      'AE REQ-027 MSH^1^10',
    );
    expect(await answerTo(from('^1.2.250.1.9.5', facility))).toBe('AA');
  });
});

describe('the log', () => {
  const HEADER = 'MSH|^~\\&|SGL|EMBRUNS|PFI|EMBRUNS|20261120||ADT^A01|1|P|2.5\r';
  const UNREADABLE = { count: 100, isConnectionEnded: true };

  it.each([
    ['what a refused request was refused for', HEADER, true, [{ code: 'REQ-002', location: 'MSH^1^9^1^1' }]],
    ['nothing of what is no message, which comes in floods', '<html>', false, []],
    ['nothing of an empty one', '', false, []],
  ])('tells %s', async (_, message, isReadable, told) => {
    const lines: unknown[] = [];
    const log = pino({ base: null }, { write: line => void lines.push(JSON.parse(line)) });
    const answer = await acceptRequest(Buffer.from(message), context({}, log));
    expect(answer.isReadable).toBe(isReadable);
    expect(lines).toMatchObject(told);
    expect(lines).toHaveLength(told.length);
  });

  it('tells a run of them by its count', () => {
    const lines: unknown[] = [];
    const log = pino({ base: null }, { write: line => void lines.push(JSON.parse(line)) });
    logUnreadable(UNREADABLE, { log });
    expect(lines).toMatchObject([{ msg: 'request refused', code: 'REQ-001', ...UNREADABLE }]);
  });
});
