import { assert, option, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAccountSearch } from '../../../../src/formats/fhir/sas/account-search.ts';

const NATIONAL = 'urn:oid:1.2.250.1.71.4.2.1';

/** How a search parameter writes what would end a value (FHIR R4 search.html#escaping). */
const escaped = (text: string): string => text.replaceAll(/[\\|,$]/g, String.raw`\$&`);
/** What a URL's query cannot hold as it is. */
const raw = (text: string): string => text.replaceAll(/[%&#+]/g, encodeURIComponent);

const text = string({ unit: 'binary', minLength: 1 }).filter(each => {
  try {
    return each === each.trim() && encodeURIComponent(each) !== '';
  } catch {
    return false; // half a surrogate pair
  }
});
/** Every other character encoded, as hands do. */
const partly = (given: string): string =>
  Array.from(given, (each, index) => (index % 2 === 0 ? raw(each) : encodeURIComponent(each))).join('');

describe('the criterion of a conditional update', () => {
  it('is read whatever of it is percent-encoded', () => {
    assert(
      property(option(text, { nil: undefined }), text, (system, value) => {
        const given = system === undefined ? escaped(value) : `${escaped(system)}|${escaped(value)}`;
        for (const write of [encodeURIComponent, raw, partly]) {
          expect(readAccountSearch(`identifier=${write(given)}`)).toEqual({ search: { system, value } });
          expect(readAccountSearch(`_format=json&identifier=${write(given)}`)).toEqual({
            search: { system, value },
          });
        }
      }),
    );
  });

  it('is a criterion or findings, and never an error', () => {
    assert(
      property(string(), query => {
        const reading = readAccountSearch(query);
        expect('search' in reading || reading.findings.length > 0).toBe(true);
      }),
    );
  });

  it('takes linear time on hostile escapes', () => {
    const began = performance.now();
    readAccountSearch(`identifier=${'\\'.repeat(200_000)}`);
    expect(performance.now() - began).toBeLessThan(500);
  });

  it.each([
    [`identifier=${NATIONAL}|3456780581/11242343`, NATIONAL, '3456780581/11242343'],
    [`identifier=${NATIONAL}%7C3456780581%2F11242343&_format=json`, NATIONAL, '3456780581/11242343'],
    ['identifier=|8123', undefined, '8123'],
    ['identifier=|B6E39355-8A41-4C5E-9D0A-2F1F0C6B7A10', undefined, 'b6e39355-8a41-4c5e-9d0a-2f1f0c6b7a10'],
    ['identifier=8123', undefined, '8123'],
    ['identifier=a|1+2', 'a', '1+2'],
    ['identifier=a|1&identifier=a%7C1', 'a', '1'],
    ['%69dentifier=a|b|c', 'a', 'b|c'],
  ])('%s', (query, system, value) => {
    expect(readAccountSearch(query)).toEqual({ search: { system, value } });
  });

  it.each([
    ['', 'required'],
    ['_format=json', 'required'],
    ['identifier', 'value'],
    ['identifier=a|', 'value'],
    ['identifier=%20', 'value'],
    ['identifier=a|1&identifier=a|2', 'not-supported'],
    ['identifier=a|1&name=x', 'not-supported'],
    ['identifier=%7', 'invalid'],
    ['identifier=%ff', 'invalid'],
  ])('refused: %s', (query, code) => {
    expect(readAccountSearch(query)).toMatchObject({ findings: [{ severity: 'error', code }] });
  });
});
