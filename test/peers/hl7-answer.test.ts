import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { Ack, AckCode } from '../../src/formats/hl7/types.ts';
import { checkAnswer, deadlineMs, isEarlyYes, readAnswer } from '../../src/peers/hl7-answer.ts';

const ack = (code: AckCode, controlId = '1'): Ack => ({ code, controlId, errors: [] });
const MEBIBYTE = 1024 * 1024;

describe('an answer', () => {
  it('is the ACK of the message sent, whose control id may stand among blanks', () => {
    const bytes = Buffer.from('MSH|^~\\&|||||||ACK|9|P|2.6\rMSA|AA|1\r');
    expect(readAnswer(bytes, ' 1 ')).toEqual(ack('AA'));
    expect(() => readAnswer(bytes, '2')).toThrow(new GatewayError('HL7-004'));
    expect(() => readAnswer(Buffer.from('<html>'), '1')).toThrow(new GatewayError('HL7-002'));
    expect(() => checkAnswer(ack('AE', '3'), '1')).toThrow(new GatewayError('HL7-004'));
  });

  it.each<[AckCode, boolean]>([
    ['AA', true],
    ['CA', true],
    ['AE', false],
    ['AR', false],
    ['CE', false],
    ['CR', false],
  ])('%s before the message has left is an early yes: %s', (code, expected) => {
    expect(isEarlyYes(ack(code), false)).toBe(expected);
    expect(isEarlyYes(ack(code), true)).toBe(false);
  });

  it.each([
    [0, 5_000],
    [MEBIBYTE - 1, 5_000],
    [MEBIBYTE, 6_000],
    [50 * MEBIBYTE, 55_000],
  ])('to %i bytes is waited for %i ms where the timeout is 5 s', (bytes, expected) => {
    expect(deadlineMs(5_000, bytes)).toBe(expected);
  });
});
