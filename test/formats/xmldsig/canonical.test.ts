import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { encode } from '../../../samples/kit/encoding.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { canonicalDigest } from '../../../src/formats/xmldsig/canonical.ts';
import { leftBehind } from './memory.ts';
import { flipped, has, lintDigest, oracleFiles, thrownBy } from './oracles.ts';

const files = oracleFiles();
afterAll(() => files.remove());

const sha = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');
const utf8 = (text: string) => Buffer.from(text);
const DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What the canonical form is, written by hand from Canonical XML 1.0. */
const FORMS: readonly (readonly [name: string, document: Uint8Array, canonical: string])[] = [
  ['no declaration', utf8(`${DECLARED}<a/>`), '<a></a>'],
  [
    'prologue and epilogue',
    utf8(`${DECLARED}<?xml-stylesheet   href="a.xsl" ?>\n\n<!-- é -->\n<a/>\n<!--b-->\n<?c?>\n`),
    '<?xml-stylesheet href="a.xsl" ?>\n<!-- é -->\n<a></a>\n<!--b-->\n<?c?>',
  ],
  [
    'namespaces first and by prefix, attributes by namespace and name, quotes, inner blanks',
    utf8(
      `<n:a  z='1' xmlns:p="urn:z" p:b = "2" y="3"\n xmlns:n="urn:n" xmlns='urn:d' q:c="4" xmlns:q="urn:a" ></n:a >`,
    ),
    '<n:a xmlns="urn:d" xmlns:n="urn:n" xmlns:p="urn:z" xmlns:q="urn:a" y="3" z="1" q:c="4" p:b="2"></n:a>',
  ],
  [
    'namespaces once',
    utf8(
      '<a xmlns="urn:d" xmlns:x="urn:x"><b xmlns="urn:d" xmlns:x="urn:x"/><c xmlns=""/><c xmlns:x="urn:y"/></a>',
    ),
    '<a xmlns="urn:d" xmlns:x="urn:x"><b></b><c xmlns=""></c><c xmlns:x="urn:y"></c></a>',
  ],
  ['white space kept', utf8('<a>\n  <b>\t x </b>\n</a>'), '<a>\n  <b>\t x </b>\n</a>'],
  [
    'line ends',
    utf8('<?p a\r\nb?>\r\n<a c="1\r\n2">\r\n\rx\r\n</a>\r\n'),
    '<?p a\nb?>\n<a c="1 2">\n\nx\n</a>',
  ],
  [
    'references and CDATA',
    utf8('<a b="&lt;&#10;&quot;&apos;&#x9;&gt;">&#13;&lt;&gt;&amp;&quot;&#233;<![CDATA[<x>&]]></a>'),
    `<a b="&lt;&#xA;&quot;'&#x9;>">&#xD;&lt;&gt;&amp;"é&lt;x&gt;&amp;</a>`,
  ],
  ['byte-order mark', utf8(`\uFEFF${DECLARED}<a>é</a>`), '<a>é</a>'],
  ['accents and other planes', utf8('<été œ="é">😀ﬁ</été>'), '<été œ="é">😀ﬁ</été>'],
  ...(
    [
      ['ISO-8859-1', 'iso-8859-1', 'été'],
      ['iso-8859-15', 'iso-8859-15', 'œuf à 1 €'],
      ['UTF-16', 'utf-16le', 'œuf 😀'],
    ] as const
  ).map(
    ([declared, encoding, text]) =>
      [
        `declared ${declared}`,
        encode(
          `<?xml version="1.0" encoding="${declared}"?><!--é--><a>${text}</a>`,
          encoding,
          encoding === 'utf-16le',
        ),
        `<!--é-->\n<a>${text}</a>`,
      ] as const,
  ),
  [
    'UTF-16, the other end first',
    encode('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>œ</a>', 'utf-16le', false).swap16(),
    '<a>œ</a>',
  ],
  [
    'declared windows-1252',
    Buffer.from('<?xml version="1.0" encoding="windows-1252"?><a>1 \x80</a>', 'latin1'),
    '<a>1 €</a>',
  ],
];

describe('canonicalDigest', () => {
  it.each(FORMS)('%s', (_, document, canonical) => {
    expect(canonicalDigest(document, 'sha1')).toBe(sha('sha1', canonical));
    expect(canonicalDigest(document, 'sha256')).toBe(sha('sha256', canonical));
  });

  it('reads its own part of a larger buffer', () => {
    const around = utf8('xx<a/>yy');
    expect(canonicalDigest(new Uint8Array(around.buffer, around.byteOffset + 2, 4), 'sha1')).toBe(
      sha('sha1', '<a></a>'),
    );
  });

  it('takes 20 MB in one text', () => {
    const text = `<a><b>${`${'QUJD'.repeat(19)}\n`.repeat(260_000)}</b></a>`;
    expect(text.length).toBeGreaterThan(20_000_000);
    expect(canonicalDigest(utf8(text), 'sha256')).toBe(sha('sha256', text));
  });

  it('finds any bit that has changed after the declaration', () => {
    const document = utf8(
      `${DECLARED}<?xml-stylesheet href="a.xsl"?>\n<!-- c -->\n<a xmlns="urn:d" xmlns:x="urn:x" x:b="1">\n <b c='é'/>t&amp;\n</a>\n<!-- d -->`,
    );
    const expected = canonicalDigest(document, 'sha1');
    const places = Array.from({ length: (document.length - DECLARED.length) * 8 }, (_, index) => index);
    const missed = places.filter(index => {
      const changed = flipped(document, DECLARED.length + Math.floor(index / 8), index % 8);
      return digestIfAny(changed) === expected;
    });
    expect(missed).toEqual([]);
  });

  it('leaves nothing in memory, refused or not', () => {
    const document = cdaDocument(cdaSample());
    const cut = document.subarray(0, -3);
    const left = leftBehind(1_000, () => [digestIfAny(document), digestIfAny(cut)]);
    expect(left.documents).toBe(0);
    expect(left.outside).toBeLessThan(8);
    expect(left.heap).toBeLessThan(8);
  });
});

describe.skipIf(!has('xmllint') || !has('openssl'))('canonicalDigest and xmllint', () => {
  it.each(FORMS)('agree: %s', (name, document) => {
    const file = files.write(`${name}.xml`, document);
    expect(canonicalDigest(document, 'sha256')).toBe(lintDigest('sha256', file));
  });

  it.each(['utf-8', 'utf-16le', 'iso-8859-1', 'iso-8859-15'] as const)(
    'agree on a whole CDA in %s',
    encoding => {
      const text = cdaDocument(cdaSample({ title: 'Œuvre & suite, été' }))
        .toString()
        .replace(/encoding="[^"]+"/i, `encoding="${encoding === 'utf-16le' ? 'UTF-16' : encoding}"`);
      const document = encode(text, encoding, encoding === 'utf-16le');
      expect(canonicalDigest(document, 'sha1')).toBe(lintDigest('sha1', files.write('cda.xml', document)));
    },
  );
});

const CANARY = 'DUPONT';
const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
const namespaces = (count: number) =>
  Array.from({ length: count }, (_, index) => ` xmlns:n${index}="urn:${index}"`).join('');
const attributes = (count: number) => Array.from({ length: count }, (_, index) => ` a${index}='='`).join('');

describe('canonicalDigest refuses', () => {
  it.each([
    ['a document type', `<!DOCTYPE a><a>${CANARY}</a>`, 'doctype'],
    ['entities', `<!DOCTYPE a [<!ENTITY e "${CANARY}">]><a>&e;</a>`, 'doctype'],
    ['external entities', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', 'doctype'],
    ['a document type after a comment', `<!-- > --><?p >?>\n<!doctype a><a>${CANARY}</a>`, 'doctype'],
    ['an unknown entity', `<a>${CANARY}&e;</a>`, 'malformed'],
    ['an element left open', `<a><b>${CANARY}</a>`, 'malformed'],
    ['a text cut short', `<a>${CANARY}</a`, 'malformed'],
    ['two roots', `<a>${CANARY}</a><a/>`, 'malformed'],
    ['an attribute twice', `<a b="${CANARY}" b=""/>`, 'malformed'],
    ['an undeclared prefix', `<x:a>${CANARY}</x:a>`, 'malformed'],
    ['a control character', `<a>${CANARY}\u0001</a>`, 'malformed'],
    ['blanks before the declaration', `\n<?xml version="1.0"?><a>${CANARY}</a>`, 'malformed'],
    ['nothing', '', 'malformed'],
    ['a text that is no XML', CANARY, 'malformed'],
    ['a namespace that is a relative address', `<a xmlns="${CANARY}"/>`, 'malformed'],
    ['an unknown encoding', `<?xml version="1.0" encoding="EBCDIC"?><a>${CANARY}</a>`, 'encoding'],
    ['129 levels', nested(129), 'too-deep'],
    ['129 attributes', `<a${attributes(129)}/>`, 'too-large'],
    ['33 namespaces', `<a${namespaces(33)}/>`, 'too-large'],
    ['33 namespaces on the way down', `<a${namespaces(32)}><b/><c xmlns = "urn:x"/></a>`, 'too-large'],
    ['500 001 elements', `<a>${'<b/>'.repeat(500_000)}</a>`, 'too-large'],
  ])('%s, without a word of it', (_, text, reason) => {
    const { told, ...refused } = refusal(utf8(text));
    expect(refused).toEqual({ code: 'DMP-017', reason });
    expect(told).not.toContain(CANARY);
  });

  it.each([
    ['bytes that are not of its encoding', Buffer.from(`<a>${CANARY}\xe9</a>`, 'latin1'), 'malformed'],
    ['a document type in UTF-16', encode('<!DOCTYPE a><a/>', 'utf-16le', true), 'doctype'],
    ['more than 64 MiB', Buffer.alloc(64 * 1024 * 1024 + 1, ' '), 'too-large'],
  ])('%s', (_, bytes, reason) => {
    expect(refusal(bytes)).toMatchObject({ code: 'DMP-017', reason });
  });

  it.each([
    ['128 levels', nested(128)],
    ['128 attributes', `<a${attributes(128)}/>`],
    ['32 namespaces at each of many elements', `<a>${`<b${namespaces(32)}/>`.repeat(50)}</a>`],
  ])('but not %s', (_, text) => {
    expect(canonicalDigest(utf8(text), 'sha1')).toMatch(/^[\w+/]{27}=$/);
  });
});

/** How a document was refused, and everything that is said of it. */
function refusal(bytes: Uint8Array): { code: string; reason: unknown; told: string } {
  const thrown = thrownBy(() => canonicalDigest(bytes, 'sha1'));
  if (!(thrown instanceof GatewayError)) throw new Error('not refused', { cause: thrown });
  const told = [thrown.publicText, thrown.stack, String(thrown.cause), JSON.stringify(thrown.fault)].join(
    '\n',
  );
  return { code: thrown.code, reason: thrown.fields['reason'], told };
}

function digestIfAny(bytes: Uint8Array): string | undefined {
  try {
    return canonicalDigest(bytes, 'sha1');
  } catch (thrown) {
    if (thrown instanceof GatewayError) return undefined;
    throw thrown;
  }
}
