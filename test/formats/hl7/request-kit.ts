import { expect, it } from 'vitest';
import { type CdaSample, cdaSample } from '../../../samples/kit/cda.ts';
import { requestMessage, type RequestSample } from '../../../samples/kit/request.ts';
import { confidential, LEVELS } from '../../kit/confidentiality.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { refusal } from '../../../src/formats/hl7/request-answer.ts';
import type { DocumentRequest, RequestRules } from '../../../src/formats/hl7/request-types.ts';

export const RULES: RequestRules = { matrix: 'meaning', domains: undefined, maxRecipients: 50 };

export type Overrides = Partial<RequestSample>;

/** Changes the segments of a message. */
export type Alter = RequestSample['alter'];

export function read(overrides: Overrides = {}, rules: Partial<RequestRules> = {}): DocumentRequest {
  return readRequest(requestMessage(overrides), { ...RULES, ...rules });
}

/** Why a message is refused: code and ERR-2. */
export function refused(overrides: Overrides, rules: Partial<RequestRules> = {}): readonly [string, unknown] {
  const { code, fields } = thrownBy(requestMessage(overrides), rules);
  return [code, fields['location']];
}

/** `taken`, or the code of the refusal. */
export function outcome(overrides: Overrides, rules: Partial<RequestRules> = {}): string {
  try {
    read(overrides, rules);
    return 'taken';
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
}

/** The fault that a message is refused for; fails where it is accepted, or where something else is thrown. */
export function thrownBy(message: Uint8Array, rules: Partial<RequestRules> = {}): GatewayError {
  try {
    readRequest(message, { ...RULES, ...rules });
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
  throw new Error('the message was accepted');
}

/** Writes a field of the nth segment of a name. */
export function set(name: string, field: number, value: string, nth = 1): Alter {
  return on(name, nth, segment => {
    const fields = segment.split('|');
    const place = name === 'MSH' ? field - 1 : field;
    while (fields.length <= place) fields.push('');
    fields[place] = value;
    return [fields.join('|')];
  });
}

/** Leaves the nth segment of a name out. */
export function without(name: string, nth = 1): Alter {
  return on(name, nth, () => []);
}

/** Puts a segment behind the nth of a name. */
export function after(name: string, nth: number, added: string): Alter {
  return on(name, nth, segment => [segment, added]);
}

/** Replaces a text wherever it stands. */
export function swap(from: string | RegExp, to: string): Alter {
  return segments => segments.map(segment => segment.replace(from, () => to));
}

/** One change after the other. */
export function all(...changes: readonly Alter[]): Alter {
  return segments => changes.reduce((changed, change) => change(changed), segments);
}

function on(name: string, nth: number, change: (segment: string) => string[]): Alter {
  return segments => {
    let seen = 0;
    return segments.flatMap(segment => {
      if (!segment.startsWith(name)) return [segment];
      seen += 1;
      return seen === nth ? change(segment) : [segment];
    });
  };
}

/** What is wrong; the code, ERR-2 and ERR-3 that it is answered with; how the message gets there. */
export type Case = readonly [
  wrong: string,
  code: string,
  location: string,
  condition: string,
  overrides: Overrides,
];

/** A message whose segments are changed. */
export const wrong = (alter: Alter, others: Overrides = {}): Overrides => ({ ...others, alter });

/** Each case is refused, and the refusal is written as ERR asks for it. */
export function refuses(cases: readonly Case[]): void {
  it.each(cases)('%s: %s at %s, ERR-3 %s', (_, code, location, condition, overrides) => {
    const request = requestMessage(overrides);
    const error = thrownBy(request);
    expect([error.code, error.fields['location']]).toEqual([code, location]);
    const self = { application: 'PFI', facility: 'EMBRUNS' };
    const ack = parseMessage(refusal({ request, error, self, controlId: '1', time: new Date(0) }));
    const [err] = ack.all('ERR');
    expect(ack.first('MSA')?.field(1)).toBe('AE');
    expect([err?.field(2), err?.component(3, 1), err?.field(4)]).toEqual([location, condition, 'E']);
    expect(err?.component(5, 1)).toBe(condition === '207' ? code : '');
    expect(err?.component(8, 1).replaceAll("'", '’')).toBe(`${code} : ${error.publicText}`);
  });
}

/** A document whose own header hides it: its confidentialityCode is another one. */
export function hiding(code: string, sample: Partial<CdaSample> = {}): Buffer {
  return confidential(`<confidentialityCode code="${code}" codeSystem="${LEVELS}"/>`, sample);
}

/** The document that {@link REPLACING} replaces. */
export const PREVIOUS = { root: '1.2.250.1.999.1.1.2026.1.0' };
export const REPLACING = [cdaSample({ replaces: PREVIOUS, version: 2 })];
