import { describe, expect, it } from 'vitest';
import { at, childrenOf, parseXml, textOf } from '../../../src/formats/xml/element.ts';
import { type ArchiveSource, indexHtm, readmeTxt } from '../../../src/formats/xdm/archive-texts.ts';

const SOURCE: ArchiveSource = {
  establishment: {
    name: 'CHU de l’Été & <Fils> "É"',
    structureId: '1120456789',
    address: '1 rue de l’Œuvre\r\n75000  Paris',
    phone: '+33 1 23 45 67 89',
  },
  product: { name: 'pfi-gateway', version: '0.1.0', vendor: 'Les Éditeurs' },
};
const HOSTILE: ArchiveSource = {
  ...SOURCE,
  establishment: { ...SOURCE.establishment, name: 'a\0\x1b[31m\uD800]]><script>\uFFFF', address: '\x07' },
};
const withoutDoctype = (html: string) => html.replace(/<!DOCTYPE[^>]*>/, '');

describe('INDEX.HTM', () => {
  it('names the sender and leads to README.TXT, as XHTML', () => {
    const [sender, link] = childrenOf(at(parseXml(withoutDoctype(indexHtm(SOURCE))), 'body') ?? fail(), 'p');
    expect(textOf(sender)).toBe('Émetteur : CHU de l’Été & <Fils> "É" (1120456789)');
    expect(at(link, 'a')?.attributes.get('href')).toBe('README.TXT');
  });

  it.each([SOURCE, HOSTILE])('is ASCII, and markup that nothing in it breaks', source => {
    const html = indexHtm(source);
    expect(html).toMatch(/^[\r\n -~]+$/);
    expect(childrenOf(at(parseXml(withoutDoctype(html)), 'body') ?? fail(), 'p')).toHaveLength(3);
    expect(html).not.toContain('<script>');
  });
});

describe('README.TXT', () => {
  it('tells who, with what, and where the files are', () => {
    const text = readmeTxt(SOURCE, ['DOC0001.XML', 'DOC0002.XML']);
    expect(text.split('\r\n')).toEqual(
      expect.arrayContaining([
        '    . Organisme : CHU de l\'Ete & <Fils> "E" (1120456789)',
        "    . Adresse : 1 rue de l'OEuvre 75000 Paris",
        '    . Telephone : +33 1 23 45 67 89',
        '    . Nom : pfi-gateway',
        '    . Version : 0.1.0',
        '    . Editeur : Les Editeurs',
        '            METADATA.XML',
        '            DOC0001.XML',
        '            DOC0002.XML',
      ]),
    );
  });

  it('leaves out what is not known', () => {
    const text = readmeTxt(
      {
        establishment: { ...SOURCE.establishment, address: undefined, phone: undefined },
        product: { ...SOURCE.product, vendor: undefined },
      },
      [],
    );
    expect(text).not.toMatch(/Adresse|Telephone|Editeur|undefined/);
  });

  it.each([SOURCE, HOSTILE])('is ASCII of 7 bits in lines that end with CRLF', source => {
    const text = readmeTxt(source, ['DOC0001.XML']);
    expect(text).toMatch(/^(?:[ -~]*\r\n)+$/);
  });
});

function fail(): never {
  throw new Error('no body');
}
