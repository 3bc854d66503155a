import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../src/formats/xml/element.ts';
import { escapeXml } from '../../../src/formats/xml/escape-xml.ts';

describe('escapeXml', () => {
  it.each([
    ['Été', 'Été'],
    [`<a b="c">&'`, "&lt;a b=&quot;c&quot;&gt;&amp;'"],
    ['&amp;', '&amp;amp;'],
    ['\t\r\n', '&#9;&#13;&#10;'],
    ['\0\x08\x0b\x1f\uFFFE\uFFFF', '\uFFFD'.repeat(6)],
    ['\x7f\x85', '\x7f\x85'],
    ['\uD800a\uDC00', '\uFFFDa\uFFFD'],
    ['😀', '😀'],
  ])('%j', (text, expected) => {
    expect(escapeXml(text)).toBe(expected);
  });

  it('gives back any text that XML can hold, in an element and in an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const possible = text.replaceAll(/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g, '\uFFFD');
        const { attributes, text: content } = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        expect([attributes.get('b'), content]).toEqual([possible, possible]);
      }),
    );
  });
});
