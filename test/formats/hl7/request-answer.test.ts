import { Hl7Message as MedplumMessage } from '@medplum/core';
import { Message as NodeHl7Message } from 'node-hl7-client';
import { describe, expect, it } from 'vitest';
import { requestMessage } from '../../../samples/kit/request.ts';
import { type ErrorCode } from '../../../src/errors/catalogue.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { REQUEST_FAULTS } from '../../../src/errors/catalogue/request.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { acceptance, refusal } from '../../../src/formats/hl7/request-answer.ts';
import { type Overrides, set, wrong } from './request-kit.ts';

const self = { application: 'PFI', facility: 'CHU_X' };
const answer = { controlId: 'ACK-1', time: new Date('2026-11-20T08:00:00Z') };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

function refuse(request: Uint8Array | undefined, code: ErrorCode, location?: string): string {
  const error = new GatewayError(code, location === undefined ? {} : { fields: { location } });
  return text(refusal({ ...answer, request, error, self }));
}

describe('an acceptance', () => {
  it.each<[string, Overrides, string]>([
    [
      'an ORU',
      {},
      'MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ACK^R01^ACK|ACK-1|P|2.5|||||FRA|UNICODE UTF-8\rMSA|AA|EMB-000001\r',
    ],
    [
      'an MDM',
      { type: 'MDM', action: 'delete', charset: '8859/15', processingId: 'T', controlId: 'É|1' },
      'MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ACK^T04^ACK|ACK-1|T|2.6|||||FRA|8859/15\rMSA|AA|\xc9\\F\\1\r',
    ],
    [
      'parties with their OID',
      wrong(set('MSH', 3, 'SGL^1.2.250.1.999&x^ISO')),
      'MSH|^~\\&|PFI|EMBRUNS|SGL^1.2.250.1.999\\T\\x^ISO|EMBRUNS|20261120090000+0100||ACK^R01^ACK|ACK-1|P|2.5|||||FRA|UNICODE UTF-8\rMSA|AA|EMB-000001\r',
    ],
  ])('of %s', (_, overrides, expected) => {
    expect(text(acceptance({ ...answer, request: requestMessage(overrides) }))).toBe(expected);
  });

  it('is written with the standard separators, whatever those of the request', () => {
    const ack = acceptance({
      ...answer,
      request: requestMessage({ separators: '#*%!$', controlId: 'a#b|c' }),
    });
    expect(text(ack)).toMatch(/^MSH\|\^~\\&\|PFI\|.*\rMSA\|AA\|a#b\\F\\c\r$/);
  });

  it('has the same values for @medplum/core and node-hl7-client', () => {
    const ack = text(acceptance({ ...answer, request: requestMessage({ type: 'MDM' }) })).trimEnd();
    const medplum = MedplumMessage.parse(ack);
    expect(medplum.segments.map(({ name }) => name)).toEqual(['MSH', 'MSA']);
    expect(medplum.getSegment('MSA')?.getField(2).toString()).toBe('EMB-000001');
    const other = new NodeHl7Message({ text: ack });
    expect(['MSH.5', 'MSH.9.2', 'MSH.12', 'MSA.1', 'MSA.2'].map(path => String(other.get(path)))).toEqual([
      'SGL',
      'T02',
      '2.6',
      'AA',
      'EMB-000001',
    ]);
  });
});

describe('a refusal', () => {
  it('locates, classifies and explains', () => {
    const why = REQUEST_FAULTS['REQ-016'].why;
    const ack = refuse(requestMessage(), 'REQ-016', 'PID^1^3');
    expect(Buffer.from(ack, 'latin1').toString()).toBe(
      'MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ACK^R01^ACK|ACK-1|P|2.5|||||FRA|UNICODE UTF-8\r' +
        'MSA|AE|EMB-000001\r' +
        `ERR||PID^1^3|207^Application error^messageErrorCondition|E|REQ-016^${why}^applicationErrorCode|||REQ-016 : ${why}\r`,
    );
    const medplum = MedplumMessage.parse(Buffer.from(ack, 'latin1').toString().trimEnd());
    expect(medplum.getSegment('ERR')?.getField(2).getComponent(3)).toBe('3');
    expect(medplum.getSegment('ERR')?.getField(8).toString()).toBe(`REQ-016 : ${why}`);
  });

  const conditions: Readonly<Record<string, string>> = {
    '001': '100^Segment sequence error',
    '002': '200^Unsupported message type',
    '003': '201^Unsupported event code',
    '004': '202^Unsupported processing',
    '005': '203^Unsupported version',
    '006': '199^Other HL7 Error',
    '007': '100^Segment sequence error',
    '008': '101^Required field missing',
    '009': '103^Table value not found',
    '010': '102^Data type error',
    '011': '198^Non-conformant cardinality',
    '023': '101^Required field missing',
    '024': '102^Data type error',
    '028': '199^Other HL7 Error',
    '029': '199^Other HL7 Error',
  };

  it.each(Object.keys(REQUEST_FAULTS) as ErrorCode[])(
    '%s has the condition that HL7 has for it, or 207',
    code => {
      const err = refuse(requestMessage(), code).split('\r')[2] ?? '';
      const condition = conditions[code.slice(4)];
      expect(err.startsWith(`ERR|||${condition ?? '207^Application error'}^messageErrorCondition|E|`)).toBe(
        true,
      );
      expect(err.includes(`|E|${code}^`)).toBe(condition === undefined);
    },
  );

  it('is AR for what passes, and names any other fault too', () => {
    expect(refuse(requestMessage(), 'REQ-030')).toMatch(
      /\rMSA\|AR\|EMB-000001\rERR\|\|\|207\^.*\|E\|REQ-030\^/,
    );
    expect(refuse(requestMessage(), 'GEN-001')).toMatch(
      /\rERR\|\|\|207\^Application error\^messageErrorCondition\|E\|GEN-001\^/,
    );
  });

  it('can be read in 8859/15: our own words have no escapes', () => {
    const ack = refuse(requestMessage({ charset: '8859/15' }), 'REQ-024', 'PRT^2^15^1^4');
    expect(ack).toContain(
      "REQ-024 : L'adresse d'un destinataire ou de r\xe9ponse n'est pas une adresse de messagerie.",
    );
    for (const code of Object.keys(REQUEST_FAULTS) as ErrorCode[]) {
      expect(refuse(requestMessage({ charset: '8859/15' }), code)).not.toMatch(/\\X/);
    }
  });

  it.each([
    ['nothing', undefined],
    ['no bytes', Buffer.alloc(0)],
    ['HTML', Buffer.from('<html>')],
    ['no separators', Buffer.from('MSH')],
  ])('of %s comes from the gateway itself', (_, request) => {
    expect(refuse(request, 'REQ-001', 'MSH^1')).toMatch(
      /^MSH\|\^~\\&\|PFI\|CHU_X\|\|\|20261120090000\+0100\|\|ACK\|ACK-1\|P\|2\.6\|\|\|\|\|FRA\|UNICODE UTF-8\rMSA\|AE\rERR\|\|MSH\^1\|100/,
    );
  });

  it.each([
    ['cut in the header', (request: Buffer) => request.subarray(0, 60), 'ACK^R01^ACK', 'MSA|AE'],
    [
      'cut in the document',
      (request: Buffer) => request.subarray(0, 900),
      'ACK^R01^ACK',
      'MSA|AE|EMB-000001',
    ],
    [
      'with 200 000 segments',
      (request: Buffer) => Buffer.concat([request, Buffer.from('OBX|1\r'.repeat(200_000))]),
      'ACK^R01^ACK',
      'MSA|AE|EMB-000001',
    ],
    ['without event', () => requestMessage(wrong(set('MSH', 9, 'ORU'))), 'ACK', 'MSA|AE|EMB-000001'],
    [
      'of an event that is none',
      () => requestMessage(wrong(set('MSH', 9, 'ORU^<b>\\F\\'))),
      'ACK',
      'MSA|AE|EMB-000001',
    ],
    [
      'in MLLP framing',
      (request: Buffer) => Buffer.concat([Buffer.of(0x0b), request, Buffer.of(0x1c, 0x0d)]),
      'ACK^R01^ACK',
      'MSA|AE|EMB-000001',
    ],
  ])('mirrors a request %s', (_, change, type, msa) => {
    const [msh = '', second] = refuse(change(requestMessage()), 'REQ-029').split('\r');
    expect([msh.split('|')[8], second]).toEqual([type, msa]);
  });

  it.each([
    ['ORU^R01', '2.5', '2.5'],
    ['ORU^R01', '2.6', '2.6'],
    ['ORU^R01', '2.3.1', '2.5'],
    ['MDM^T02', '2.3', '2.6'],
    ['ADT^A01', '', '2.6'],
  ])('to a %s of version %s is of version %s', (type, given, version) => {
    const request = requestMessage(wrong(segments => set('MSH', 12, given)(set('MSH', 9, type)(segments))));
    expect(refuse(request, 'REQ-005').split('|')[11]).toBe(version);
  });

  it('repeats no more than a little of a hostile header, and no segment', () => {
    const request = requestMessage({
      controlId: `a\rERR|x${'é'.repeat(30_000)}`,
      from: ['b\nMSA|AA|', 'c'.repeat(1000)],
    });
    const ack = refuse(request, 'REQ-010', 'MSH^1^10');
    expect(ack.length).toBeLessThan(2500);
    expect(parseMessage(Buffer.from(ack, 'latin1')).segments.map(({ name }) => name)).toEqual([
      'MSH',
      'MSA',
      'ERR',
    ]);
  });

  it('holds nothing of the patient', () => {
    for (const code of Object.keys(REQUEST_FAULTS) as ErrorCode[]) {
      expect(refuse(requestMessage(), code, 'PID^1^3')).not.toMatch(
        /MORVAN|CLAIRE|2850629019042|19850614|8000123/,
      );
    }
  });
});
