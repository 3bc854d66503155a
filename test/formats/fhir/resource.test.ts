import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { outcomeOf } from '../../../src/formats/fhir/operation-outcome.ts';
import { parseJson, parseResource } from '../../../src/formats/fhir/resource.ts';
import { rulesFor } from '../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../src/formats/fhir/validation/validate.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
function code(body: Uint8Array): string | undefined {
  try {
    parseResource(body);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe('parseResource', () => {
  it('reads a resource, with a BOM too; of a member that is there twice the last counts', () => {
    expect(parseResource(bytes('\ufeff{"resourceType":"Basic","id":"a","id":"b"}'))).toEqual({
      resourceType: 'Basic',
      id: 'b',
    });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{', 'FHIR-001'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'FHIR-001'],
    ['a list', '[]', 'FHIR-001'],
    ['no resourceType', '{"id":"a"}', 'FHIR-001'],
    ['a member that no element is called', '{"resourceType":"Basic","a b":1}', 'FHIR-001'],
    ['a member with a name without end', `{"resourceType":"Basic","${'a'.repeat(65)}":1}`, 'FHIR-001'],
    ['what is too deep', `{"resourceType":"Basic","a":${'['.repeat(64)}${']'.repeat(64)}}`, 'FHIR-002'],
    ['too many values', `{"resourceType":"Basic","a":[${'0,'.repeat(400_000)}0]}`, 'FHIR-002'],
  ])('refuses %s', (_, text, expected) => {
    expect(code(typeof text === 'string' ? bytes(text) : text)).toBe(expected);
  });

  it('takes what is as deep as may be', () => {
    const deep = `{"resourceType":"Basic","a":${'['.repeat(63)}${']'.repeat(63)}}`;
    expect(code(bytes(deep))).toBeUndefined();
  });
});

describe('what a hostile resource costs', () => {
  it('references to contained resources are found at once, however many there are', () => {
    const many = 20_000;
    const contained = Array.from({ length: many }, (_, at) => ({ resourceType: 'Account', id: `c${at}` }));
    const account = Array.from({ length: many }, () => ({ reference: `#c${many - 1}` }));
    const json = JSON.stringify({ resourceType: 'Encounter', account, contained });
    const encounter = parseResource(bytes(json));
    const profile = 'http://hl7.org/fhir/StructureDefinition/Encounter';
    const begun = performance.now();
    validate(encounter, rulesFor('dui'), profile);
    // Quadratic, it took minutes.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('an outcome tells some hundred findings at most', () => {
    const finding = { severity: 'error', code: 'value', path: 'a', message: 'b', rule: 'c' } as const;
    const { issue } = outcomeOf(Array.from({ length: 5_000 }, () => finding));
    expect(issue).toHaveLength(400);
  });

  it('a code of millions of blanks is refused, and no error', () => {
    const code_ = ' '.repeat(5_000_000);
    const patient = { resourceType: 'Patient', gender: code_ };
    expect(() =>
      validate(patient, rulesFor('dui'), 'http://hl7.org/fhir/StructureDefinition/Patient'),
    ).not.toThrow();
  });
});

it('parseJson reads simple JSON too', () => {
  expect(parseJson(bytes('{"flux":"15","dispositifs":[]}'))).toEqual({ flux: '15', dispositifs: [] });
});
