import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CdaSample, cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { samplePdf } from '../../../samples/kit/pdf.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import { documentPdf } from '../../../src/formats/pdf/document-pdf.ts';
import { AFTER_NORMAL, confidential } from '../../kit/confidentiality.ts';
import { bodyText, type ShownText, shownTexts, squeezed } from '../../kit/pdf-text.ts';
import { pdfaFaults } from '../../kit/pdfa-faults.ts';
import { type PdfStructure, pagesOf, readPdf } from '../../kit/read-pdf.ts';
import { cdaBytes } from '../cda/cda-text.ts';
import { documentWithText, mediaXml, sectionXml, structuredDocument } from '../cda/structured-document.ts';
import { codeOf } from '../cda/thrown-by.ts';
import { FONTS } from './fonts.ts';
import { sampleJpeg, samplePng } from './sample-images.ts';

const REMARK = squeezed(
  'Version lisible du document CDA contenu dans l’archive IHE_XDM.zip, produite à partir de son en-tête et de son texte.',
);

const fileOf = (bytes: Uint8Array): Promise<Uint8Array> =>
  documentPdf({ bytes, header: readCdaHeader(bytes) }, FONTS);

/** The PDF of a document, which must be PDF/A-1b. */
async function rendered(bytes: Uint8Array): Promise<PdfStructure> {
  const file = await fileOf(bytes);
  expect(pdfaFaults(file)).toEqual([]);
  return readPdf(file);
}

/** What is shown of a section's text: what stands between its title and the remark at the end. */
async function shownOf(text: string, entries = ''): Promise<string> {
  const body = bodyText(await rendered(documentWithText(text, entries)));
  expect(body.endsWith(REMARK)).toBe(true);
  return body.slice(body.indexOf('Conclusion') + 'Conclusion'.length, -REMARK.length);
}

/** The lines of a page: what has one baseline, from left to right. */
function linesOf(texts: readonly ShownText[]): string[] {
  const byLine = Map.groupBy(texts, ({ page, y }) => `${page}/${Math.round(y)}`);
  return [...byLine.values()].map(line => line.map(({ text }) => text).join(' '));
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a document that carries its printed form', () => {
  const pdf = samplePdf(['Compte rendu']);

  it('is that form, byte for byte', async () => {
    expect(Buffer.from(await fileOf(cdaDocument(cdaSample({ level: 1, pdf }))))).toEqual(pdf);
    const copy = sectionXml({ code: '55108-5', entries: mediaXml('copie', 'application/pdf', pdf) });
    expect(Buffer.from(await fileOf(structuredDocument(copy)))).toEqual(pdf);
  });

  it('is rendered where the form is broken', async () => {
    const copy = sectionXml({
      code: '55108-5',
      text: 'Voir la copie <renderMultiMedia referencedObject="c"/>',
      entries: mediaXml('c', 'application/pdf', 'AAAA'),
    });
    expect(bodyText(await rendered(structuredDocument(copy)))).toContain(
      squeezed('[pièce jointe non reproduite (application/pdf)'),
    );
  });
});

describe('a rendered document', () => {
  it.each<[string, Partial<CdaSample>]>([
    ['laboratory report', {}],
    ['self-presenting one', { selfPresenting: true }],
    ['patient without INS', { patient: PATIENTS.lenoir }],
    ['names with markup', { patient: PATIENTS.dartagnan, title: 'a <b> & ]]> "c" \u{1F600}' }],
  ])('is PDF/A-1b: %s', async (_, overrides) => {
    expect(pdfaFaults(await fileOf(cdaDocument(cdaSample(overrides))))).toEqual([]);
  });

  it('says whose it is, who made it, when, and what it replaces', async () => {
    const sample = cdaSample({
      replaces: { root: '1.2.250.1.999.1', extension: 'CR-1' },
      version: 2,
      confidentiality: 'R',
      patient: PATIENTS.oeuvrard,
    });
    const lines = linesOf(shownTexts(await rendered(cdaDocument(sample))));
    for (const expected of [
      "Compte rendu d'examens biologiques",
      'Nom de naissance ŒUVRARD Nom utilisé ŒUVRARD-ŸNARD',
      'Premier prénom de naissance MAËLYS Prénom utilisé MAËLYS',
      'Prénoms de naissance MAËLYS ZOÉ Date de naissance 21/07/2002',
      'Sexe Féminin Lieu de naissance code INSEE 67482',
      "Type de document CR d'examens biologiques",
      'Date du document 18/11/2026 à 09:30',
      'Auteur Yann KERVELLA, Médecin - Biologie médicale (SM), Laboratoire des Embruns',
      'Responsable du document Yann KERVELLA',
      'Structure conservant le document Laboratoire des Embruns',
      'Acte le 18/11/2026 à 09:30',
      'Prise en charge Laboratoire de biologie médicale, le 18/11/2026 à 09:30',
      'Confidentialité Restreinte',
      'Identifiant du document 1.2.250.1.999.1.1.2026.1.1, version 2',
      'Remplace le document 1.2.250.1.999.1^CR-1',
    ]) {
      expect(lines).toContain(expected);
    }
    expect(lines.join('\n')).toMatch(/^INS \d{15} \(NIR de Identifiant .*\ntest\)$/m);
  });

  it.each([
    ['Très restreinte', '<confidentialityCode code="R"/><confidentialityCode code="V"/>'],
    ['Restreinte', AFTER_NORMAL.translation('r')],
  ])('says the strictest of its levels: %s', async (expected, elements) => {
    const lines = linesOf(shownTexts(await rendered(confidential(elements))));
    expect(lines).toContain(`Confidentialité ${expected}`);
  });

  it('names the patient, the document and the page on each page', async () => {
    const pdf = await rendered(documentWithText('<paragraph>ligne</paragraph>'.repeat(150)));
    const texts = shownTexts(pdf);
    expect(pagesOf(pdf).length).toBe(5);
    for (const page of [1, 2, 3, 4, 5]) {
      const lines = linesOf(texts.filter(text => text.page === page && (text.y < 50 || text.y > 795)));
      expect(lines).toEqual([
        expect.stringMatching(
          /^MORVAN CLAIRE \(nom utilisé : LE GOFF CLAIRE\) · née le 14\/06\/1985 · sexe F · INS \d{15}$/,
        ),
        `Compte rendu d'examens biologiques Page ${page} / 5`,
      ]);
    }
  });

  it('has the same bytes whenever it is made', async () => {
    const bytes = documentWithText('a é <sup>2</sup>', '');
    const first = await fileOf(bytes);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2041-02-03T04:05:06Z') });
    expect(Buffer.from(await fileOf(bytes)).equals(first)).toBe(true);
    expect(Buffer.from(first).toString('latin1')).toContain('(D:20261118083000Z)');
  });

  it('has an identifier of its own', async () => {
    const idOf = async (sample: Partial<CdaSample>) =>
      readPdf(await fileOf(cdaDocument(cdaSample(sample)))).trailer;
    expect(/\/ID.*/.exec(await idOf({}))).not.toEqual(/\/ID.*/.exec(await idOf({ id: { root: '1.2.3.4' } })));
  });
});

describe('the text of a rendered document', () => {
  it.each([
    [
      'paragraphs and styles',
      '<paragraph>Na <content styleCode="Bold">140</content> mmol/L</paragraph><paragraph>H<sub>2</sub>O</paragraph>',
      'Na140mmol/LH2O',
    ],
    [
      'lists',
      '<list listType="ordered"><caption>Avis</caption><item>un</item><item>deux<list><item>trois</item></list></item></list>',
      'Avis1.un2.deux•trois',
    ],
    [
      'tables',
      '<table><caption>NFS</caption><thead><tr><th>Examen</th><th>Résultat</th></tr></thead><tbody><tr><td>Hb</td><td>13,2</td></tr></tbody><tfoot><tr><td colspan="2">fin</td></tr></tfoot></table>',
      'NFSExamenRésultatHb13,2fin',
    ],
    [
      'spans',
      '<table><tbody><tr><td rowspan="2">a</td><td>b</td></tr><tr><td>c</td></tr><tr><td colspan="2">d</td></tr></tbody></table>',
      'abcd',
    ],
    [
      'tables in cells and items',
      '<table><tbody><tr><td>a<table><tbody><tr><td>b</td><td>c</td></tr></tbody></table></td></tr></tbody></table><list><item>d<table><tbody><tr><td>e</td></tr></tbody></table></item></list>',
      'ab|c•de',
    ],
    ['footnotes', 'a<footnote ID="n">note</footnote>b', 'a1b1note'],
    [
      'letters of Europe',
      'Œuvre, ça, naïve, Łódź, Škoda, 10⁹/L, µmol, ≥ 3 ‰, « α-β », Ωμέγα, Привет',
      'Œuvre,ça,naïve,Łódź,Škoda,10⁹/L,µmol,≥3‰,«α-β»,Ωμέγα,Привет',
    ],
    ['ligatures', 'efficace, flux, office', 'efficace,flux,office'],
    ['a word that is wider than the page', 'x'.repeat(400), 'x'.repeat(400)],
  ])('%s', async (_, text, expected) => {
    expect(await shownOf(text)).toBe(expected);
  });

  it('is whole, whatever it is', async () => {
    const character = fc.integer({ min: 0x20, max: 0x24f }).filter(point => point < 0x7f || point > 0xa0);
    const words = fc.array(
      character.map(point => String.fromCodePoint(point)),
      { maxLength: 400 },
    );
    await fc.assert(
      fc.asyncProperty(words, async characters => {
        const text = characters.join('').replaceAll('\u00AD', '');
        const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(']]>', '');
        const plain = escaped.replaceAll('&lt;', '<').replaceAll('&amp;', '&');
        expect(await shownOf(escaped)).toBe(squeezed(plain));
      }),
      { numRuns: 12 },
    );
  });

  it('is shown in the style that it has', async () => {
    const texts = shownTexts(
      await rendered(
        documentWithText(
          '<content styleCode="Bold">b</content><content styleCode="Italics">i</content><content styleCode="BoldItalics">bi</content><sup>s</sup>r',
        ),
      ),
    );
    const fontOf = (text: string) => texts.find(shown => shown.text === text && shown.y < 700)?.font;
    expect(['b', 'i', 'bi', 'r'].map(fontOf)).toEqual([
      'DejaVuSansCondensed-Bold',
      'DejaVuSansCondensed-Oblique',
      'DejaVuSansCondensed-BoldOblique',
      'DejaVuSansCondensed',
    ]);
    const [raised, base] = ['s', 'r'].map(text => texts.find(shown => shown.text === text));
    expect((raised?.y ?? 0) - (base?.y ?? 0)).toBeGreaterThan(2);
    expect(raised?.size).toBeLessThan(base?.size ?? 0);
  });

  it('stays within the margins', async () => {
    const wide = Array.from(
      { length: 14 },
      (_, index) => `<td>${'mot'.repeat(index + 1)} anticoagulant</td>`,
    ).join('');
    const text = `<table><tbody><tr>${wide}</tr></tbody></table><paragraph>${'anticonstitutionnellement'.repeat(20)}</paragraph>`;
    const texts = shownTexts(await rendered(documentWithText(text)));
    for (const { x, end } of texts) {
      expect(x).toBeGreaterThanOrEqual(41.9);
      expect(end).toBeLessThanOrEqual(554);
    }
  });

  it('shows what the fonts lack by its number, and says so', async () => {
    const body = bodyText(await rendered(documentWithText('Bien \u{1F9EC} \u4E2D')));
    expect(body).toContain('Bien[U+1F9EC][U+4E2D]');
    expect(body).toContain(squeezed('remplacés par leur numéro Unicode entre crochets'));
    expect(await shownOf('rien à remplacer')).not.toContain('Unicode');
  });

  it('does not stumble over other scripts, controls and marks of direction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async text => {
        const allowed = text.replaceAll(/[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF<&\]]/gu, '');
        const shown = await shownOf(
          `${allowed}\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627 \u202Eabc`,
        );
        // Glyph 0 is the empty box of what a font lacks.
        expect(shown).not.toContain('\0');
      }),
      { numRuns: 8 },
    );
  });
});

describe('tables over pages', () => {
  const rows = Array.from(
    { length: 120 },
    (_, index) => `<tr><td>examen ${index}</td><td>${index}</td></tr>`,
  ).join('');
  const head = '<thead><tr><th>Examen</th><th>Valeur</th></tr></thead>';

  it('repeat their head, and lose no row', async () => {
    const texts = shownTexts(
      await rendered(documentWithText(`<table>${head}<tbody>${rows}</tbody></table>`)),
    );
    const heads = texts.filter(({ text }) => text === 'Valeur');
    expect(heads.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
    expect(texts.flatMap(({ text }) => /^examen (\d+)$/.exec(text)?.[1] ?? [])).toEqual(
      Array.from({ length: 120 }, (_, index) => `${index}`),
    );
  });

  it('cut a row that no page holds, and lose no line of it', async () => {
    const long = Array.from({ length: 300 }, (_, index) => `ligne${index}`).join('<br/>');
    const pdf = await rendered(
      documentWithText(`<table>${head}<tbody><tr><td>${long}</td><td>à côté</td></tr></tbody></table>`),
    );
    const lines = shownTexts(pdf).flatMap(({ text }) => /^ligne(\d+)$/.exec(text)?.[1] ?? []);
    expect(lines).toEqual(Array.from({ length: 300 }, (_, index) => `${index}`));
    expect(pagesOf(pdf).length).toBe(6);
  });

  it('cut rows that a cell spans, where they are too many for a page', async () => {
    const spanned = rows.replace('<tr>', '<tr><td rowspan="120">Hématologie</td>');
    const texts = shownTexts(await rendered(documentWithText(`<table><tbody>${spanned}</tbody></table>`)));
    expect(texts.filter(({ text }) => text.startsWith('examen'))).toHaveLength(120);
    expect(texts.filter(({ text }) => text === 'Hématologie')).toHaveLength(1);
  });

  it('keep rows that a cell spans on one page, where they fit', async () => {
    const filler = '<paragraph>ligne</paragraph>'.repeat(24);
    const spanned = rows
      .split('</tr>')
      .slice(0, 8)
      .join('</tr>')
      .replace('<tr>', '<tr><td rowspan="8">Hématologie</td>');
    const texts = shownTexts(
      await rendered(documentWithText(`${filler}<table><tbody>${spanned}</tr></tbody></table>`)),
    );
    expect(new Set(texts.filter(({ text }) => text.startsWith('examen')).map(({ page }) => page))).toEqual(
      new Set([2]),
    );
  });
});

describe('images', () => {
  const png = samplePng({ width: 200, height: 100, depth: 8, colorType: 6, rows: Buffer.alloc(100 * 801) });
  const images = (pdf: PdfStructure) =>
    [...pdf.objects.values()].filter(({ text }) => text.includes('/Subtype /Image'));

  it('are in the file once, flat, and as they are where they are JPEG', async () => {
    const jpeg = sampleJpeg();
    const pdf = await rendered(
      documentWithText(
        '<renderMultiMedia referencedObject="p p j"><caption>Cliché</caption></renderMultiMedia>',
        mediaXml('p', 'image/png', png) + mediaXml('j', 'image/jpeg', jpeg),
      ),
    );
    expect(images(pdf)).toHaveLength(2);
    expect(images(pdf).some(({ stored }) => stored?.equals(jpeg) === true)).toBe(true);
    expect(bodyText(pdf)).toContain('Cliché');
  });

  it('are turned as their Exif says', async () => {
    const jpeg = sampleJpeg({ width: 40, height: 20, orientation: 6 });
    const pdf = await rendered(
      documentWithText('<renderMultiMedia referencedObject="j"/>', mediaXml('j', 'image/jpeg', jpeg)),
    );
    const content = [...pdf.objects.values()].find(({ stream }) => stream?.includes('/I1 Do') === true);
    // 20 × 40 pixels of 0,75 point, turned by a quarter.
    expect(content?.stream?.toString('latin1')).toMatch(/0 1 -1 0 [\d.]+ [-\d.]+ cm\n30 0 0 -15 /);
  });

  it('that cannot be shown are said', async () => {
    const text =
      '<renderMultiMedia referencedObject="c"/><renderMultiMedia referencedObject="x"/><renderMultiMedia referencedObject="a"/>';
    const shown = await shownOf(
      text,
      mediaXml('c', 'image/jpeg', sampleJpeg({ components: 4 })) + mediaXml('a', 'application/pdf', '%PDF'),
    );
    expect(shown.match(/nonreproduite/g)).toHaveLength(3);
  });

  it('are the body where the body is one', async () => {
    const body = `<component><nonXMLBody><text mediaType="image/png" representation="B64">${png.toString('base64')}</text></nonXMLBody></component>`;
    expect(images(await rendered(cdaBytes({ body })))).toHaveLength(1);
  });
});

describe('other bodies', () => {
  const body = (text: string) =>
    cdaBytes({ body: `<component><nonXMLBody>${text}</nonXMLBody></component>` });

  it('plain text keeps its lines and columns', async () => {
    const texts = shownTexts(
      await rendered(
        body('<text mediaType="text/plain">Na       140\nK          4\n\nConclusion : normal</text>'),
      ),
    );
    const xOf = (text: string) => texts.find(shown => shown.text === text)?.x ?? 0;
    expect(xOf('4') - xOf('140')).toBeCloseTo(9 * 0.57 * 2, 1);
    expect(xOf('Conclusion : normal')).toBe(42);
  });

  it.each(['text/rtf', 'image/tiff', 'application/msword', 'video/mp4'])(
    '%s is said to be in the archive',
    async mediaType => {
      const text = bodyText(
        await rendered(body(`<text mediaType="${mediaType}" representation="B64">AAAA</text>`)),
      );
      expect(text).toMatch(/nonreproduite.*documentCDAdel’archive/);
    },
  );

  it('none is said', async () => {
    expect(bodyText(await rendered(cdaBytes({ body: '' })))).toContain(
      squeezed('Le corps du document ne contient pas de texte.'),
    );
  });

  it.each([
    ['CDA-001', '<text>a</txet>'],
    ['CDA-003', '<!DOCTYPE a [<!ENTITY lol "lol">]>'],
    ['CDA-004', '<text>'.repeat(10_000)],
  ])('%s for one that cannot be read', async (code, text) => {
    const bytes = body(text);
    const header = readCdaHeader(bytes);
    const thrown = await documentPdf({ bytes, header }, FONTS).catch((reason: unknown) => reason);
    expect(
      codeOf(() => {
        throw thrown;
      }),
    ).toBe(code);
  });
});

describe('too much', () => {
  it('a document of too many pages ends with a notice', async () => {
    const pdf = readPdf(await fileOf(documentWithText(`a${'<br/>'.repeat(70_000)}b`)));
    expect(pagesOf(pdf)).toHaveLength(1001);
    expect(bodyText(pdf)).toContain(squeezed('La suite du document n’est pas reproduite ici'));
  });

  it('a narrative of too many elements ends with a notice', async () => {
    const table = `<table><tbody>${'<tr><td>a</td><td>b</td></tr>'.repeat(3000)}</tbody></table>`;
    const pdf = readPdf(await fileOf(documentWithText(table + '<content/>'.repeat(200_000))));
    expect(bodyText(pdf)).toContain(squeezed('La suite du document n’est pas reproduite ici'));
  });

  it.each([
    ['cells', `<table><tbody>${'<tr><td>a</td><td>b</td><td>c</td></tr>'.repeat(6000)}</tbody></table>`],
    ['columns', `<table><tbody><tr>${'<td>a</td>'.repeat(50_000)}</tr></tbody></table>`],
    [
      'spans',
      `<table><tbody>${'<tr><td colspan="1000" rowspan="1000">a</td></tr>'.repeat(20_000)}</tbody></table>`,
    ],
    [
      'narrow columns',
      `<table><tbody><tr>${`<td>${'w'.repeat(10_000)}</td>`.repeat(20)}</tr></tbody></table>`,
    ],
    ['tables in tables', `${'<table><tbody><tr><td>a'.repeat(29)}${'</td></tr></tbody></table>'.repeat(29)}`],
    ['lists in lists', `${'<list><item>a'.repeat(55)}${'</item></list>'.repeat(55)}`],
    ['one word', 'W'.repeat(300_000)],
    ['a letter with marks', `e${'\u0301'.repeat(300_000)}`],
    ['a letter with marks of two classes', `e${'\u0301\u0323'.repeat(150_000)}`],
    ['a heading of marks', `<table><thead><tr><th>e${'\u0301'.repeat(300_000)}</th></tr></thead></table>`],
    ['marks that are given apart', `e${`<content>${'\u0301'.repeat(30)}</content>`.repeat(10_000)}`],
    ['what has no width', '\uFFFC'.repeat(300_000)],
  ])('%s: in bounded time', async (_, text) => {
    const started = performance.now();
    await fileOf(documentWithText(text));
    expect(performance.now() - started).toBeLessThan(25_000);
  });

  it.each<[string, (text: string) => Partial<CdaSample>]>([
    ['title', title => ({ title })],
    ['name', family => ({ patient: { ...PATIENTS.morvan, family } })],
  ])('a %s: in bounded time', async (_, sampleWith) => {
    const started = performance.now();
    await fileOf(cdaDocument(cdaSample(sampleWith(`e${'\u0301\u0323'.repeat(250_000)}`))));
    expect(performance.now() - started).toBeLessThan(25_000);
  });
});
