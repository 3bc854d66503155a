import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  at,
  attribute,
  attributeValue,
  childOf,
  childrenOf,
  decodeEntities,
  parseXml,
  textOf,
} from '../../../src/formats/xml/element.ts';
import { MAX_DEPTH } from '../../../src/formats/xml/scan.ts';
import { XmlError, type XmlReason } from '../../../src/formats/xml/xml-error.ts';

function thrownBy(read: () => unknown): XmlError | undefined {
  try {
    read();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof XmlError) return thrown;
    throw thrown;
  }
}

function reasonOf(read: () => unknown): XmlReason | 'accepted' {
  return thrownBy(read)?.reason ?? 'accepted';
}

const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
const escape = (value: string) => value.replaceAll(/[<>&"'\t]/g, found => `&#${found.charCodeAt(0)};`);

describe('parseXml refuses what is not well formed', () => {
  it.each([
    ['nothing', ''],
    ['blanks only', ' \n '],
    ['a declaration only', '<?xml version="1.0"?>'],
    ['text alone', 'hello'],
    ['text before the root', 'x<a/>'],
    ['text after the root', '<a/>x'],
    ['a no-break space after the root', '<a/>\u00a0'],
    ['a second root', '<a/><b/>'],
    ['a second root with content', '<a></a><a>x</a>'],
    ['CDATA after the root', '<a/><![CDATA[x]]>'],
    ['a tag left open', '<a>'],
    ['a tag closed twice', '<a></a></a>'],
    ['tags that cross', '<a><b></a></b>'],
    ['another end tag', '<a></b>'],
    ['an end tag with an attribute', '<a></a x="1">'],
    ['an end tag without a name', '<a></>'],
    ['an unfinished start tag', '<a'],
    ['an unfinished attribute', '<a x="1'],
    ['an unfinished comment', '<a><!-- </a>'],
    ['an unfinished CDATA', '<a><![CDATA[ </a>'],
    ['an unfinished instruction', '<a><?x </a>'],
    ['two hyphens in a comment', '<a><!-- b -- c --></a>'],
    ['a comment ended by three hyphens', '<a><!-- b ---></a>'],
    ['an XML declaration inside', '<a><?xml version="1.0"?></a>'],
    ['an XML declaration after the root', '<a/><?xml version="1.0"?>'],
    ['an instruction without a target', '<a><? x?></a>'],
    ['a reference cut in two by a comment', '<a>&am<!-- -->p;</a>'],
    ['an unknown declaration', '<a><!WHATEVER x="1"></a>'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['an attribute without a value', '<a x/>'],
    ['attributes without a blank between', '<a x="1"y="2"/>'],
    ['< in an attribute', '<a x="<"/>'],
    ['< in a tag', '<a <b/>'],
    [']]> in text', '<a>]]></a>'],
    ['a name that begins with a digit', '<1a/>'],
    ['a blank before the name', '< a/>'],
    ['a name that begins with a colon', '<:a/>'],
    ['a name with two colons', '<a:b:c xmlns:a="u"/>'],
    ['a lone ampersand', '<a>&</a>'],
    ['a lone ampersand in an attribute', '<a x="&"/>'],
    ['an unknown entity', '<a>&eacute;</a>'],
    ['an entity in capitals', '<a>&LT;</a>'],
    ["an entity named as an object's member", '<a>&constructor;</a>'],
    ['an entity without its semicolon', '<a>&amp</a>'],
    ['a reference to NUL', '<a>&#0;</a>'],
    ['a reference to a control character', '<a>&#28;</a>'],
    ['a reference to half a character', '<a>&#xD800;</a>'],
    ['a reference past Unicode', '<a>&#x110000;</a>'],
    ['a control character', '<a>\u000b</a>'],
    ['a NUL', '<a>\0</a>'],
    ['half a character', '<a>\ud800</a>'],
    ['a prefix that nothing declares', '<p:a/>'],
    ['an attribute prefix that nothing declares', '<a p:x="1"/>'],
    ['a prefix declared beside, not above', '<a><b xmlns:p="u"/><p:c/></a>'],
    ['__proto__ as an element', '<__proto__/>'],
    ['__proto__ as an attribute', '<a __proto__="x"/>'],
    ['constructor as an element (well formed; the parser refuses it)', '<constructor/>'],
  ])('%s', (_, text) => {
    expect(reasonOf(() => parseXml(text))).toBe('malformed');
  });

  it.each([
    ['an internal DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an external DTD', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['a DOCTYPE in small letters', '<!doctype a><a/>'],
    ['a declaration without DOCTYPE', '<a><!ENTITY b "c"></a>'],
    ['a DOCTYPE after the root', '<a/><!DOCTYPE a>'],
  ])('%s is a DOCTYPE', (_, text) => {
    expect(reasonOf(() => parseXml(text))).toBe('doctype');
  });

  it.each([['<DURANDAL><b></DURANDAL>'], ['<a><__proto__>DURANDAL</__proto__></a>'], ['<a>DURANDAL&x;</a>']])(
    'and never says a word of the text: %s',
    text => {
      const thrown = thrownBy(() => parseXml(text));
      expect(`${String(thrown)} ${String(thrown?.cause)}`).toBe('XmlError: XML malformed undefined');
    },
  );
});

describe('parseXml reads', () => {
  it.each([
    [
      'text around comments, instructions and CDATA',
      '<a>x<!-- c -->y<?pi z?>&amp;<![CDATA[&lt;<b>]]></a>',
      'xy&&lt;<b>',
    ],
    ['CDATA split to hold its own end', '<a><![CDATA[]]]]><![CDATA[>]]></a>', ']]>'],
    ['an empty CDATA', '<a><![CDATA[]]></a>', ''],
    ['every kind of reference', '<a>&lt;&gt;&amp;&quot;&apos;&#39;&#233;&#xE9;&#x1F600;</a>', "<>&\"''éé😀"],
    ['an entity written twice only once', '<a>&amp;amp;#65;</a>', '&amp;#65;'],
    ['DOCTYPE inside a comment', '<a><!-- <!DOCTYPE a> -->x</a>', 'x'],
    ['DOCTYPE inside CDATA', '<a><![CDATA[<!DOCTYPE a>]]></a>', '<!DOCTYPE a>'],
    ['an instruction with markup in it', '<?p <b> ?><a>x</a><?q?><!-- end -->\n', 'x'],
    ['an apostrophe in an instruction', "<a><?note l'en-tete?>x<?note?></a>", 'x'],
    ['a quoted end in an instruction, which hides nothing', '<a><?p "?>x<?q "?></a>', 'x'],
    ['a number as text', '<a>0012.50</a>', '0012.50'],
    ['> in text', '<a>1 > 0</a>', '1 > 0'],
  ])('%s', (_, text, expected) => {
    expect(parseXml(text).text).toBe(expected);
  });

  it('names and attributes that are members of every list', () => {
    const root = parseXml('<a xmlns="u" length="1"><length v="2"/><map v="3"/></a>');
    expect(root.attributes.get('length')).toBe('1');
    expect(root.attributes.get('hasOwnProperty')).toBeUndefined();
    expect(attribute(childOf(root, 'length'), 'v')).toBe('2');
    expect(attribute(childOf(root, 'map'), 'v')).toBe('3');
  });

  it('attributes: quotes of either kind, >, line ends as spaces, references kept', () => {
    const { attributes } = parseXml(`<a a='"' b=">" c="1\r\n2\t3" d="1&#10;2" e = "x"/>`);
    expect(Object.fromEntries(attributes)).toEqual({ a: '"', b: '>', c: '1 2 3', d: '1\n2', e: 'x' });
  });

  it('namespaces by declaration, whatever the prefix', () => {
    const root = parseXml(
      '<x:a xmlns:x="u" xmlns="v"><b/><x:b i="1"/><y:b xmlns:y="u" i="2"/><b xmlns="u" i="3"/><b xmlns="" i="4"/></x:a>',
    );
    expect(root).toMatchObject({ namespace: 'u', name: 'a' });
    expect(root.children.map(child => child.namespace)).toEqual(['v', 'u', 'u', 'u', '']);
    expect(childrenOf(root, 'b').map(child => attribute(child, 'i'))).toEqual(['1', '2', '3']);
  });

  it('a namespace written with a reference', () => {
    expect(parseXml('<a xmlns="urn:hl7&#45;org:v3"/>').namespace).toBe('urn:hl7-org:v3');
  });

  it('the depth that is allowed, and none beyond', () => {
    expect(reasonOf(() => parseXml(nested(MAX_DEPTH)))).toBe('accepted');
    expect(reasonOf(() => parseXml(nested(MAX_DEPTH + 1)))).toBe('too-deep');
  });

  it('paths, attributes and text as the readers ask for them', () => {
    const root = parseXml('<a xmlns="u"><b><c x=" 1 " y=" ">\n  one\n  two </c></b><b><c x="2"/></b></a>');
    expect(attribute(at(root, 'b/c'), 'x')).toBe('1');
    expect(attribute(at(root, 'b/c'), 'y')).toBeUndefined();
    expect(textOf(at(root, 'b/c'))).toBe('one two');
    expect(textOf(at(root, 'b/d/e'))).toBeUndefined();
  });
});

describe('parseXml gives back what was escaped', () => {
  const character = fc.constantFrom('a', 'Z', '9', 'é', 'Œ', '€', '😀', ...'<>&"\' \t;#-[]!?/='.split(''));
  const content = fc.string({ unit: character, maxLength: 60 });

  it('as text and as attribute', () => {
    fc.assert(
      fc.property(content, content, (text, value) => {
        const root = parseXml(`<a v="${escape(value)}">${escape(text)}</a>`);
        expect(root.text).toBe(text);
        expect(root.attributes.get('v')).toBe(value);
      }),
    );
  });

  it('and throws nothing but XmlError on anything else', () => {
    const tags = [
      '<a',
      '>',
      '</a>',
      '<a/>',
      ' x="',
      '"',
      "'",
      ' ',
      '=',
      ':',
      'xmlns:p="u"',
      '<p:b>',
      '<__proto__>',
    ];
    const others = [
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x',
      '?>',
      '<!DOCTYPE',
      '&amp;',
      '&',
      '&#x',
      ';',
      'text',
      '\0',
    ];
    const piece = fc.constantFrom(...tags, ...others);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), pieces => {
        const text = pieces.join('');
        expect(['accepted', 'malformed', 'doctype']).toContain(reasonOf(() => parseXml(text)));
        expect(['accepted', 'malformed', 'doctype']).toContain(reasonOf(() => parseXml(`<a>${text}</a>`)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('decodeEntities and attributeValue', () => {
  it('leave a text without ampersand alone', () => {
    expect(decodeEntities('a;b#x')).toBe('a;b#x');
    expect(attributeValue('a\nb')).toBe('a b');
  });
});

describe('hostile sizes end soon', () => {
  const many = 200_000;
  it.each<[string, () => string, XmlReason | 'accepted']>([
    ['nested tags', () => '<a>'.repeat(many) + '</a>'.repeat(many), 'too-deep'],
    ['nested tags never closed', () => '<a>'.repeat(many), 'too-deep'],
    ['open angle brackets', () => `<a>${'<'.repeat(many)}`, 'malformed'],
    ['comments never closed', () => `<a>${'<!--'.repeat(many)}`, 'malformed'],
    ['CDATA never closed', () => `<a>${'<![CDATA['.repeat(many)}`, 'malformed'],
    ['instructions never closed', () => `<a>${'<?'.repeat(many)}`, 'malformed'],
    ['quotes in one tag', () => `<a ${'x="" '.repeat(many)}`, 'malformed'],
    ['a name without end', () => `<${'a'.repeat(4_000_000)}`, 'malformed'],
    ['a blank tag', () => `<a${' '.repeat(4_000_000)}`, 'malformed'],
    ['an entity without end', () => `<a>&${'a'.repeat(4_000_000)}</a>`, 'malformed'],
    ['ampersands', () => `<a>${'&'.repeat(4_000_000)}</a>`, 'malformed'],
    ['siblings', () => `<a>${'<b/>'.repeat(many - 1)}</a>`, 'accepted'],
    ['a sibling too many', () => `<a>${'<b/>'.repeat(many)}</a>`, 'too-large'],
    ['comments', () => `<a>${'<!---->'.repeat(many)}</a>`, 'accepted'],
    ['attributes', () => `<a ${Array.from({ length: many }, (_, n) => `x${n}=""`).join(' ')}/>`, 'accepted'],
    ['a huge attribute', () => `<a x="${'y'.repeat(4_000_000)}"/>`, 'accepted'],
    [
      'many declarations above many declarations',
      () =>
        `<a ${Array.from({ length: 30_000 }, (_, n) => `xmlns:p${n}="u"`).join(' ')}>${'<b xmlns:q="u"/>'.repeat(30_000)}</a>`,
      'accepted',
    ],
  ])('%s', (_, make, expected) => {
    const text = make();
    const start = performance.now();
    expect(reasonOf(() => parseXml(text))).toBe(expected);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
