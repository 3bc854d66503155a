import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Code } from '../../../src/formats/cda/types.ts';
import { completed, type ValueSet } from '../../../src/formats/terminology/value-set.ts';
import { CONFIDENTIALITIES, FACILITIES, SETTINGS } from '../../../src/formats/terminology/value-sets.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const SECTORS = '1.2.250.1.71.4.2.4';
const code = (code: string, system?: string, display?: string): Code => ({ code, system, display });

describe('completed', () => {
  it.each<[string, Code | undefined, object | undefined]>([
    ['no code', undefined, undefined],
    ['whole', code('SA25', SECTORS, 'Labo'), code('SA25', SECTORS, 'Laboratoire de biologie médicale')],
    ['without label', code('SA25', SECTORS), code('SA25', SECTORS, 'Laboratoire de biologie médicale')],
    ['without system', code('SA25'), code('SA25', SECTORS, 'Laboratoire de biologie médicale')],
    ['outside the set', code('ZZ', '1.2.3', 'Ailleurs'), code('ZZ', '1.2.3', 'Ailleurs')],
    ['outside the set, without label', code('ZZ', '1.2.3'), code('ZZ', '1.2.3', 'ZZ')],
    ['outside the set, without system', code('ZZ', undefined, 'Ailleurs'), undefined],
    ['a member’s code in another system', code('SA25', '1.2.3'), code('SA25', '1.2.3', 'SA25')],
    ['constructor', code('constructor'), undefined],
  ])('%s', (_, given, expected) => {
    expect(completed(given, FACILITIES)).toEqual(expected);
  });
});

describe.skipIf(!hasShared('terminology'))('the value sets', () => {
  it.each<[string, ValueSet]>([
    ['JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml', FACILITIES],
    ['JDV_J04_XdsPracticeSettingCode_CISIS.xml', SETTINGS],
    ['JDV_J08_XdsConfidentialityCode_CISIS.xml', CONFIDENTIALITIES],
  ])('are whole: %s', (file, set) => {
    const concepts = readFileSync(join(SHARED, 'terminology', file), 'utf8').matchAll(
      /<Concept\s+code="([^"]*)"\s+codeSystem="([^"]*)"\s+displayName="([^"]*)"/g,
    );
    const published = [...concepts].map(([, ...row]) => row.join('|'));
    const ours = [...set].flatMap(([system, codes]) =>
      [...codes].map(([code, display]) => [code, system, display].join('|')),
    );
    expect(published.length).toBeGreaterThan(5);
    expect(ours.toSorted()).toEqual(published.toSorted());
  });
});
