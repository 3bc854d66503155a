import { describe, expect, it } from 'vitest';
import { callName, identifierText } from '../../../src/flows/fhir/call-parts.ts';

const MEMBERS = ['identifier', 'message'];

describe('the name of a call', () => {
  it.each([
    [{ message: 'urn:x|7' }, { identifier: { system: 'urn:x', value: '7' } }],
    [{ message: 'urn:x|7' }, { message: { systeme: 'urn:x', valeur: '7' } }],
    [{ message: '["urn:x","7"]' }, { message: { systeme: 'urn:x', valeur: '7' } }],
    [{ message: '7' }, { identifier: '7' }],
    [{ identifier: { system: 'a|b', value: 'c' } }, { identifier: { system: 'a', value: 'b|c' } }],
  ])('%j is not that of %j', (one, other) => {
    expect(callName(one, MEMBERS)).toBeDefined();
    expect(callName(one, MEMBERS)).not.toBe(callName(other, MEMBERS));
  });

  it('is the same whatever stands beside it', () => {
    const [one, other] = [{ message: 'M-1' }, { flux: '15', message: ' M-1 ' }];
    expect(callName(one, MEMBERS)).toBe(callName(other, MEMBERS));
  });

  it.each([{ valeur: 'DUP-1' }, { valeur: ' DUP-1 ' }, { value: 'DUP-1' }, { valeur: 'DUP-1', systeme: '' }])(
    'as a text is that of %j: it was sent twice',
    message => {
      expect(callName({ message }, MEMBERS)).toBe(callName({ message: 'DUP-1' }, MEMBERS));
    },
  );

  it.each([undefined, 'x', [], {}, { message: null }, { message: '' }, { identifier: { system: 'a' } }])(
    '%j has none',
    json => {
      expect(callName(json, MEMBERS)).toBeUndefined();
    },
  );
});

it('the parts of an identifier stay apart', () => {
  expect(identifierText({ system: 'a|b', value: 'c' })).not.toBe(
    identifierText({ system: 'a', value: 'b|c' }),
  );
});
