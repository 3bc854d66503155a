import { describe, expect, it } from 'vitest';
import { after, read, wrong } from './request-kit.ts';

const base64 = (text: string, encoding: BufferEncoding = 'utf8') =>
  Buffer.from(text, encoding).toString('base64');
const TEXT = 'Cher confrère,\nvoici l’échographie de notre patiente : tout va bien.';
const LATIN = 'Cher confr\xe8re, voici 10 \xa4.';

/** The text for professionals out of an OBX-5. */
function textOf(field: string, type = 'ED'): string | undefined {
  return read(wrong(after('OBX', 11, `OBX|12|${type}|CORPSMAIL_PS^^MetaDMPMSS||${field}||||||F`))).text
    .professionals;
}

describe('the text of a mail', () => {
  it.each([
    ['base64', `^TEXT^^Base64^${base64(TEXT)}`, TEXT],
    ['base64 in small letters', `^TEXT^^base64^${base64(TEXT)}`, TEXT],
    ['base64 without padding', `^TEXT^^Base64^${base64(TEXT).replace(/=+$/, '')}`, TEXT],
    ['base64 cut in its last group', `^TEXT^^Base64^${base64('Bonjour')}Q`, 'Bonjour'],
    ['base64 cut in a character', `^TEXT^^Base64^${base64('Santé').slice(0, -1)}`, 'Sant'],
    ['base64 with blanks', `^TEXT^^Base64^ ${base64(TEXT).replaceAll(/.{20}/g, '$& ')}`, TEXT],
    ['base64 in lines of HL7', `^TEXT^^Base64^${base64(TEXT).replaceAll(/.{20}/g, '$&\\.br\\')}`, TEXT],
    ['base64 with junk', `^TEXT^^Base64^${base64(TEXT).replaceAll(/.{20}/g, '$&*')}`, TEXT],
    ['base64 that does not say so', `^TEXT^^^${base64(TEXT)}`, TEXT],
    ['base64 in OBX-5.1', base64(TEXT), TEXT],
    ['base64 of 8859/15', `^TEXT^^Base64^${base64(LATIN, 'latin1')}`, 'Cher confrère, voici 10 €.'],
    [
      'base64 of 8859/15 with junk',
      `^TEXT^^Base64^*${base64(LATIN, 'latin1')}`,
      'Cher confrère, voici 10 €.',
    ],
    ['base64 of 8859/15 that ends with an accent', `^TEXT^^Base64^${base64('sant\xe9', 'latin1')}`, 'santé'],
    ['base64 of Windows-1252', `^TEXT^^Base64^${base64('l\x92\xe9t\xe9', 'latin1')}`, 'l’été'],
    ['base64 with a BOM and CRLF', `^TEXT^^Base64^${base64('\uFEFFun\r\ndeux\rtrois')}`, 'un\ndeux\ntrois'],
    ['base64 of control characters', `^TEXT^^Base64^${base64('a\0b\x1b[31m\tc\x85d')}`, 'ab[31m\tc\nd'],
    [
      'plain text that says base64',
      '^TEXT^^Base64^Voici le compte rendu, bonne lecture.',
      'Voici le compte rendu, bonne lecture.',
    ],
    [
      'plain words that say base64',
      '^TEXT^^Base64^Voici le compte rendu du patient',
      'Voici le compte rendu du patient',
    ],
    ['one plain word that says base64', '^TEXT^^Base64^Bonjour', 'Bonjour'],
    [
      'plain text',
      '^TEXT^^A^Voici l\\T\\ le compte rendu\\.br\\Bonne lecture',
      'Voici l& le compte rendu\nBonne lecture',
    ],
    ['plain text in OBX-5.1', 'Voici le compte rendu.', 'Voici le compte rendu.'],
    ['nothing', '^TEXT^^Base64^', undefined],
    ['blanks', `^TEXT^^Base64^${base64(' \r\n ')}`, undefined],
    ['nothing but junk', '^TEXT^^Base64^***', undefined],
  ])('may be %s', (_, field, text) => {
    expect(textOf(field)).toBe(text);
  });

  it('may be of type TX', () => {
    expect(textOf('Voici le compte rendu.', 'TX')).toBe('Voici le compte rendu.');
  });

  it('is cut at 64 K characters, never in one', () => {
    expect(textOf(`^TEXT^^Base64^${base64('é'.repeat(100_000))}`)).toBe('é'.repeat(65_536));
    const cut = textOf(`^TEXT^^Base64^${base64(`a${'😀'.repeat(40_000)}`)}`) ?? '';
    expect([cut.length, cut.isWellFormed()]).toEqual([65_535, true]);
    expect(textOf(`^TEXT^^Base64^${'A'.repeat(20_000_000)}`)).toBeUndefined();
  });

  it('is the first where it is given twice', () => {
    const texts = { professionals: 'un', patient: 'pour vous' };
    const alter = after('OBX', 12, 'OBX|14|ED|CORPSMAIL_PS||^^^^deux||||||F');
    expect(read({ texts, alter }).text).toEqual(texts);
  });
});
