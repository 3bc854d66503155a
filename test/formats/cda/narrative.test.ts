import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { readNarrative } from '../../../src/formats/cda/narrative.ts';
import { cdaBytes } from './cda-text.ts';
import { outlineOf } from './narrative-outline.ts';
import { documentWithText, mediaXml, sectionXml, structuredDocument } from './structured-document.ts';
import { codeOf } from './thrown-by.ts';

/** The outline of a section's text, without the section's own line. */
const outline = (text: string, entries = '') =>
  outlineOf(readNarrative(documentWithText(text, entries)))
    .split('\n')
    .slice(1)
    .join('\n');

describe('text', () => {
  it.each([
    ['bare', 'Hémoglobine\n   basse', 'Hémoglobine basse'],
    ['entities and CDATA', 'a &lt;b&gt; &#233;<![CDATA[ <c> & ]]>', 'a <b> é <c> & '],
    ['paragraphs', '<paragraph>un</paragraph> <paragraph>deux</paragraph>', 'un\ndeux'],
    ['around a paragraph', 'avant<paragraph>un</paragraph>après', 'avant\nun\naprès'],
    ['line breaks, but for those at the ends', '<br/>un<br/>deux<br/><br/>', 'un⏎deux'],
    [
      'styles',
      '<content styleCode="Bold">a</content><content styleCode="xFgRed Italics">b</content><content styleCode="Underline">c</content><content styleCode="Emphasis">d</content>',
      '*{a}/{b}_{c}/{d}',
    ],
    [
      'styles as samples write them',
      '<content styleCode="BoldItalics">a</content><content styleCode="bold">b</content>',
      '*/{a}*{b}',
    ],
    [
      'styles inside styles',
      '<content styleCode="Bold">a<content styleCode="Italics">b</content></content>c',
      '*{a}*/{b}c',
    ],
    [
      'what a revision took out',
      '<content revised="delete">5 mg</content><content revised="insert">10 mg</content>',
      '~{5 mg}10 mg',
    ],
    ['sub and sup', 'CO<sub>2</sub> 10<sup>9</sup>/L', 'COsub:{2} 10sup:{9}/L'],
    ['links, their text only', '<linkHtml href="javascript:alert(1)">protocole</linkHtml>', 'protocole'],
    ['alignment', '<paragraph align="CENTER">a</paragraph>', '<center> a'],
    ['a caption', '<paragraph><caption>Avis :</caption>favorable</paragraph>', '*{Avis :}⏎favorable'],
    ['unknown elements, their text', 'a<x:y xmlns:x="urn:x">b<div>c</div></x:y>d', 'a b c  d'],
    ['comments and instructions, nothing', 'a<!-- b --><?c d?>e', 'ae'],
    ['entries inside, as text: they are not where they belong', '<entry>x</entry>', 'x'],
  ])('%s', (_, text, expected) => {
    expect(outline(text)).toBe(expected);
  });
});

describe('lists', () => {
  it.each([
    ['unordered', '<list><item>a</item><item>b</item></list>', 'list bullet\n  - a\n  - b'],
    ['ordered', '<list listType="ordered"><item>a</item></list>', 'list decimal\n  - a'],
    [
      'lettered',
      '<list listType="ordered" styleCode="LittleAlpha"><item>a</item></list>',
      'list lower-alpha\n  - a',
    ],
    [
      'with captions',
      '<list><caption>Motifs</caption><item><caption>1er</caption>douleur</item></list>',
      'list bullet (*{Motifs})\n  - *{1er}⏎douleur',
    ],
    [
      'inside lists',
      '<list><item>a<list><item>b</item></list></item></list>',
      'list bullet\n  - a / list bullet\n  - b',
    ],
  ])('%s', (_, text, expected) => {
    expect(outline(text)).toBe(expected);
  });
});

describe('tables', () => {
  it.each([
    [
      'head, body and foot',
      '<table><thead><tr><th>a</th></tr></thead><tfoot><tr><td>c</td></tr></tfoot><tbody><tr><td>b</td></tr></tbody></table>',
      'table\n  head !*{a}\n  body b\n  foot c',
    ],
    [
      'caption, columns',
      '<table><caption>NFS</caption><colgroup><col width="2"/></colgroup><tbody><tr><td>b</td></tr></tbody></table>',
      'table (*{NFS})\n  body b',
    ],
    [
      'spans',
      '<table><tbody><tr><td colspan="2" rowspan=" 3 ">a</td><td colspan="0" rowspan="-1">b</td><td colspan="9999999">c</td></tr></tbody></table>',
      'table\n  body c2r3a | b | c',
    ],
    [
      'alignment of group, row and cell',
      '<table><tbody align="center"><tr><td>a</td><td align="right">b</td></tr><tr align="left"><td>c</td></tr></tbody></table>',
      'table\n  body <center>a | <right>b\n  body <left>c',
    ],
    [
      'styles of rows and cells',
      '<table><tbody><tr styleCode="Bold"><td>a</td><td styleCode="Italics">b</td></tr></tbody></table>',
      'table\n  body *{a} | */{b}',
    ],
    ['rows outside a body', '<table><tr><td>a</td></tr></table>', 'table\n  body a'],
    [
      'what is not in its place, as rows and cells',
      '<table>x<div>y</div><tbody><paragraph>z</paragraph><tr>t<td>a</td></tr></tbody></table>',
      'table\n  body x\n  body y\n  body z\n  body t | a',
    ],
    [
      'tables inside cells',
      '<table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table></td></tr></tbody></table>',
      'table\n  body a / table\n  body b',
    ],
  ])('%s', (_, text, expected) => {
    expect(outline(text)).toBe(expected);
  });
});

describe('footnotes', () => {
  it('are numbered in the order in which they are mentioned, and stand at the end of the section', () => {
    expect(
      outline(
        'a<footnoteRef IDREF="n2"/> b<footnote ID="n1">un <content styleCode="Bold">gras</content></footnote> c<footnote ID="n2">deux</footnote>d<footnote>trois</footnote>',
      ),
    ).toBe('a[^1] b[^2] c[^1]d[^3]\n[2] un *{gras}\n[1] deux\n[3] trois');
  });
});

describe('pictures', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

  it('are the objects of the same document, wherever their entries stand', () => {
    const first = sectionXml({
      text: '<renderMultiMedia referencedObject="i2 i1"><caption>Fig. 1</caption></renderMultiMedia>',
      entries: mediaXml('i1', 'image/png', png),
    });
    const second = sectionXml({ entries: mediaXml('i2', 'IMAGE/JPEG; x=y', 'AAAA') });
    expect(outlineOf(readNarrative(structuredDocument(first + second)))).toBe(
      '# Conclusion\npicture image/jpeg 3 bytes\npicture image/png 4 bytes (*{Fig. 1})\n# Conclusion',
    );
  });

  it('share the bytes of one object', () => {
    const shown = '<renderMultiMedia referencedObject="i"/>';
    const [section] = readNarrative(
      documentWithText(shown + shown, mediaXml('i', 'image/png', png)),
    ).sections;
    const [left, right] = section?.blocks ?? [];
    expect(left).toMatchObject({ kind: 'picture', object: { bytes: png } });
    expect(left?.kind === 'picture' && right?.kind === 'picture' && left.object === right.object).toBe(true);
  });

  it('may be a region of an image', () => {
    const region = `<entry><regionOfInterest ID="roi"><value value="3"/><entryRelationship typeCode="SUBJ">${mediaXml('i', 'image/png', png)}</entryRelationship></regionOfInterest></entry>`;
    const shown = '<renderMultiMedia referencedObject="roi"/><renderMultiMedia referencedObject="i"/>';
    expect(outline(shown, region)).toBe('picture image/png 4 bytes region\npicture image/png 4 bytes');
  });

  it.each([
    ['unknown ID', '', 'picture undefined undefined bytes'],
    ['no image', mediaXml('i', 'application/pdf', png), 'picture application/pdf undefined bytes'],
    ['empty', mediaXml('i', 'image/png', ''), 'picture image/png undefined bytes'],
    ['too large', mediaXml('i', 'image/png', 'A'.repeat(24_000_000)), 'picture image/png undefined bytes'],
    [
      'no type',
      '<entry><observationMedia ID="i"><value>AAAA</value></observationMedia></entry>',
      'picture application/octet-stream undefined bytes',
    ],
    [
      'the same ID twice: the first',
      mediaXml('i', 'image/png', png) + mediaXml('i', 'image/gif', 'AAAA'),
      'picture image/png 4 bytes',
    ],
  ])('%s', (_, entries, expected) => {
    expect(outline('<renderMultiMedia referencedObject="i"/>', entries)).toBe(expected);
  });

  it('part the text around them', () => {
    expect(outline('<paragraph>a<renderMultiMedia referencedObject="i"/>b</paragraph>')).toBe(
      'a\npicture undefined undefined bytes\nb',
    );
  });
});

describe('sections', () => {
  it('keep their nesting, and entries are none of their text', () => {
    const inner = sectionXml({
      title: 'Hémogramme',
      text: 'b',
      entries: '<entry><observation><text>caché</text></observation></entry>',
    });
    expect(
      outlineOf(
        readNarrative(structuredDocument(sectionXml({ title: ' Bio\n logie ', text: 'a', sections: inner }))),
      ),
    ).toBe('# Bio logie\na\n## Hémogramme\nb');
  });

  it.each([{ selfPresenting: true }, { prefix: 'hl7' }, { encoding: 'utf-16le', bom: true } as const])(
    'are found in %j',
    overrides => {
      const narrative = readNarrative(cdaDocument(cdaSample(overrides)));
      expect(outlineOf(narrative)).toContain(
        '# Hématologie\ntable\n  body Hémoglobine | 13,2 g/dL | 12,0 – 16,0',
      );
    },
  );

  it('may be without title or text', () => {
    expect(outlineOf(readNarrative(structuredDocument('<component><section/></component>')))).toBe(
      '# (untitled)',
    );
  });
});

describe('a body that is no XML', () => {
  const body = (text: string) =>
    outlineOf(readNarrative(cdaBytes({ body: `<component><nonXMLBody>${text}</nonXMLBody></component>` })));
  const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

  it.each([
    [
      'text',
      '<text mediaType="text/plain">Na   140\n  K 4 &amp; suite</text>',
      '# (untitled)\n"Na   140\\n  K 4 & suite"',
    ],
    ['text without a type', '<text>Na 140</text>', '# (untitled)\n"Na 140"'],
    [
      'text in base64, UTF-8',
      `<text mediaType="text/plain" representation="B64">${b64(Buffer.from('fièvre'))}</text>`,
      '# (untitled)\n"fièvre"',
    ],
    [
      'text in base64, Windows',
      `<text mediaType="text/plain" representation="B64">${b64(Buffer.from('fi\u00e8vre \u0080', 'latin1'))}</text>`,
      '# (untitled)\n"fièvre €"',
    ],
    [
      'an image',
      `<text mediaType="image/jpeg" representation="B64">AAAA</text>`,
      '# (untitled)\npicture image/jpeg 3 bytes',
    ],
    [
      'another thing',
      `<text mediaType="text/rtf" representation="B64">AAAA</text>`,
      '# (untitled)\npicture text/rtf undefined bytes',
    ],
    [
      'a PDF',
      `<text mediaType="application/pdf" representation="B64">${b64(Buffer.from('%PDF-1.4'))}</text>`,
      '',
    ],
    [
      'a PDF that is none',
      '<text mediaType="application/pdf" representation="B64">AAAA</text>',
      '# (untitled)\npicture application/pdf undefined bytes',
    ],
    ['nothing', '', ''],
  ])('%s', (_, text, expected) => {
    expect(body(text)).toBe(expected);
  });
});

describe('too much', () => {
  it.each([
    ['elements', '<paragraph>a</paragraph>'.repeat(200_100)],
    ['cells', `<table><tbody><tr>${'<td/>'.repeat(200_100)}</tr></tbody></table>`],
    ['items', `<list>${'<item/>'.repeat(200_100)}</list>`],
    ['characters', 'mot '.repeat(260_000)],
    ['pictures', `<renderMultiMedia referencedObject="${'a '.repeat(300_000)}"/>`],
    ['characters in many pieces', '<br/>abcdefghij'.repeat(110_000)],
  ])('%s: the beginning is read, and it is said', (_, text) => {
    const narrative = readNarrative(documentWithText(text));
    expect(narrative.truncated).toBe(true);
    expect(narrative.sections[0]?.blocks.length).toBeGreaterThan(0);
    expect(outlineOf(narrative).length).toBeLessThan(10_000_000);
  });

  it('titles count', () => {
    const narrative = readNarrative(
      structuredDocument(sectionXml({ title: 'x'.repeat(1_100_000), text: 'y' })),
    );
    expect(narrative).toMatchObject({ truncated: true, sections: [{ blocks: [] }] });
  });

  it('sections count', () => {
    const narrative = readNarrative(structuredDocument(sectionXml({}).repeat(200_100)));
    expect(narrative.truncated).toBe(true);
    expect(narrative.sections).toHaveLength(200_000);
  });

  it.each([
    ['tables', '<table><tbody><tr><td>'.repeat(10_000)],
    ['lists', '<list><item>'.repeat(10_000)],
    ['unknown elements', '<div>'.repeat(10_000)],
  ])('%s inside each other are refused', (_, text) => {
    expect(codeOf(() => readNarrative(documentWithText(text)))).toBe('CDA-004');
  });

  it('what is not too much is whole', () => {
    expect(readNarrative(documentWithText('<paragraph>a</paragraph>'.repeat(1000))).truncated).toBe(false);
  });
});
