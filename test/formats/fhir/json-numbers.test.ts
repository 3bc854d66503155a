import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAsWritten, withPlainNumbers } from '../../../src/formats/fhir/json-numbers.ts';
import { isObject } from '../../../src/formats/fhir/resource.ts';
import { textOf } from '../../../src/formats/fhir/transaction-entries.ts';

const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,12}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?\d{1,3}$/)),
  )
  .map(parts => parts.join(''));

describe('a number', () => {
  it.each([
    ['10.00'],
    ['0.0'],
    ['-0'],
    ['1e2'],
    ['1E+2'],
    ['0.0000001'],
    ['12345678901234567890'],
    ['0.1234567890123456789'],
    ['1.50'],
  ])('%s is written again as it was', text => {
    for (const json of [
      `{"value":${text}}`,
      `{"list":[1,${text} ]}`,
      `[${text}]`,
      `{"a": ${text},"b":"2.50"}`,
    ])
      expect(JSON.stringify(parseAsWritten(json))).toBe(json.replaceAll(' ', ''));
  });

  it('of any form, at any place, is written again as it was, and read as JSON reads it', () => {
    const tree = fc.letrec<{ value: string }>(tie => ({
      value: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.string().map(text => JSON.stringify(text)),
        fc.array(tie('value'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
        fc
          .dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('value'), { maxKeys: 4, noNullPrototype: true })
          .map(
            all =>
              `{${Object.entries(all)
                .map(([name, value]) => `"${name}":${value}`)
                .join(',')}}`,
          ),
      ),
    })).value;
    fc.assert(
      fc.property(
        tree.map(inner => `{"resourceType":${inner}}`),
        json => {
          const parsed = parseAsWritten(json);
          expect(JSON.stringify(parsed)).toBe(json);
          expect(withPlainNumbers(parsed)).toEqual(JSON.parse(json));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('that is kept is no element with members, and its text is what a reader of texts sees', () => {
    const { value } = parseAsWritten('{"value":10.00}') as { readonly value: unknown };
    expect([isObject(value), textOf(value)]).toEqual([false, '10.00']);
  });

  it('that needs no keeping costs no copy', () => {
    const json = parseAsWritten('{"value":[1,2.5,{"text":"10.00"}]}');
    expect(withPlainNumbers(json)).toBe(json);
  });
});
