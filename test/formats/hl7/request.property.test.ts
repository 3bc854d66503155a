import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { refusal } from '../../../src/formats/hl7/request-answer.ts';
import { read, RULES } from './request-kit.ts';

const self = { application: 'PFI', facility: 'EMBRUNS' };

/** A value with anything in it; it begins and ends with a letter, for blanks around values are not kept. */
const value = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.stringMatching(/^[|^~\\&#*%!$˜\r\n\0]*$/),
  )
  .filter(text => text.isWellFormed())
  .map(text => `x${text}x`);
const writing = fc.constantFrom(
  { separators: '|^~\\&', charset: 'UNICODE UTF-8' },
  { separators: '|^~\\&', charset: '8859/15' },
  { separators: '|^˜\\&', charset: 'UNICODE UTF-8' },
  { separators: '#*%!$', charset: '8859/15' },
  { separators: '§¬±×÷', charset: 'UNICODE UTF-8' },
  { separators: '§¬±×÷', charset: '8859/15' },
) as fc.Arbitrary<{ separators: string; charset: 'UNICODE UTF-8' | '8859/15' }>;

describe('a request', () => {
  it('gives back every value, whatever is in it and however it is written', () => {
    fc.assert(
      fc.property(
        writing,
        fc.constantFrom('ORU', 'MDM'),
        fc.array(value, { minLength: 9, maxLength: 9 }),
        (how, type, values) => {
          const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = ''] = values;
          const request = read({
            ...how,
            type,
            from: [a, b],
            controlId: c,
            account: d,
            sender: { person: { id: e, family: f, given: g }, organization: { name: h, id: i } },
            recipients: [{ address: 'a@port.fr', device: a }],
          });
          expect(request.head.sender).toEqual({ application: [a], facility: [b] });
          expect(request.head.controlId).toBe(c);
          expect(request.sender?.person?.slice(0, 3)).toEqual([e, f, g]);
          expect(request.sender?.organization).toMatchObject({ name: h, id: i });
          expect(request.recipients).toEqual([
            { address: 'a@port.fr', identifier: a, audience: 'professionals' },
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });

  const DOCUMENT = cdaDocument(cdaSample());
  const MESSAGE = requestMessage({ type: 'MDM', documents: [cdaSample()] });

  it('that was damaged is read or refused, and the refusal can be written and read', () => {
    const damage = fc.record({
      at: fc.nat(MESSAGE.length - 1),
      drop: fc.nat(40),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), damages => {
        const damaged = damages.reduce(
          (bytes, { at, drop, put }) =>
            Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)]),
          MESSAGE,
        );
        const error = faultOf(damaged);
        if (error === undefined) return;
        expect(error.code).toMatch(/^REQ-/);
        const ack = parseMessage(
          refusal({ request: damaged, error, self, controlId: '1', time: new Date(0) }),
        );
        expect(ack.segments.map(({ name }) => name)).toEqual(['MSH', 'MSA', 'ERR']);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the document’s bytes, or none', () => {
    expect(Buffer.from(readRequest(MESSAGE, RULES).documents[0]?.bytes ?? []).equals(DOCUMENT)).toBe(true);
  });
});

function faultOf(message: Uint8Array): GatewayError | undefined {
  try {
    readRequest(message, RULES);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
}
