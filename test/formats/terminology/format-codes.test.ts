import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatCodeOf } from '../../../src/formats/terminology/format-codes.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const CI_SIS = '1.2.250.1.213.1.1.4.2.282';
const IHE = '1.3.6.1.4.1.19376.1.2.3';
const FRENCH_HEADER = ['2.16.840.1.113883.2.8.2.1', '1.2.250.1.213.1.1.1.1'];
const LABORATORY = '1.2.250.1.213.1.1.1.55';
const UNSTRUCTURED = '1.3.6.1.4.1.19376.1.2.20';

describe('formatCodeOf', () => {
  it.each<[string, string | undefined, string[], string, string]>([
    ['a model of IHE', undefined, [LABORATORY], 'urn:ihe:lab:xd-lab:2008', IHE],
    ['a model of the CI-SIS', undefined, ['1.2.250.1.213.1.1.1.13'], 'urn:asip:ci-sis:vsm:2012', CI_SIS],
    [
      'the last of two models',
      undefined,
      [LABORATORY, '1.2.250.1.213.1.1.1.13'],
      'urn:asip:ci-sis:vsm:2012',
      CI_SIS,
    ],
    ['the last that is known', undefined, [LABORATORY, '1.2.3'], 'urn:ihe:lab:xd-lab:2008', IHE],
    ['a PDF, whatever the model', 'application/pdf', [LABORATORY], 'urn:ihe:iti:xds-sd:pdf:2008', IHE],
    ['a plain text', 'text/plain', [UNSTRUCTURED], 'urn:ihe:iti:xds-sd:text:2008', IHE],
    ['an RTF', 'text/rtf', [UNSTRUCTURED], 'urn:ihe:iti-fr:xds-sd:rtf:2010', IHE],
    ['an RTF by its registered type', 'application/rtf', [], 'urn:ihe:iti-fr:xds-sd:rtf:2010', IHE],
    ['a JPEG', 'image/jpeg', [], 'urn:ihe:iti-fr:xds-sd:jpeg:2010', IHE],
    ['a TIFF', 'image/tiff', [], 'urn:ihe:iti-fr:xds-sd:tiff:2010', IHE],
    ['another type, a known model', 'text/html', [LABORATORY], 'urn:ihe:lab:xd-lab:2008', IHE],
    ['another type, no model', 'image/png', [UNSTRUCTURED], 'urn:asipSante:modelesHorsProfils:2011', CI_SIS],
    ['no published model', undefined, [], 'urn:asipSante:modelesHorsProfils:2011', CI_SIS],
    ['constructor', 'constructor', ['constructor'], 'urn:asipSante:modelesHorsProfils:2011', CI_SIS],
  ])('%s', (_, mediaType, templates, code, system) => {
    const format = formatCodeOf(mediaType, [...FRENCH_HEADER, ...templates]);
    expect(format).toMatchObject({ code, system });
    expect(format.display).not.toBe(code);
  });

  it('names a format that has no published label by its URN', () => {
    const code = 'urn:asip:ci-sis:export-dui:2023';
    expect(formatCodeOf(undefined, ['1.2.250.1.213.1.1.1.58'])).toEqual({
      code,
      system: CI_SIS,
      display: code,
    });
  });
});

describe.skipIf(!hasShared('terminology/ass_a11.tsv'))('the table', () => {
  it('is ASS_A11, with the labels of JDV_J60', () => {
    const rows = (file: string) =>
      readFileSync(join(SHARED, 'terminology', file), 'utf8')
        .split('\n')
        .filter(line => line !== '' && !line.startsWith('#'))
        .map(line => line.split('\t'));
    const labels = new Map(rows('jdv_j60.tsv').map(([code = '', , label = '']) => [code, label]));
    const published = rows('ass_a11.tsv').filter(([template]) => template !== UNSTRUCTURED);
    expect(published).toHaveLength(61);
    for (const [template = '', , , code = '', system] of published)
      expect(formatCodeOf(undefined, [template])).toEqual({
        code,
        system,
        display: labels.get(code) ?? code,
      });
  });
});
