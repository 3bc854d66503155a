import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TYPE_CODES } from '../../../src/formats/terminology/data/type-codes.ts';
import { hl7CodingSystem, typeCodeLabel, typeNameOf } from '../../../src/formats/terminology/type-codes.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const LOINC = '2.16.840.1.113883.6.1';
const CI_SIS = '1.2.250.1.213.1.1.4.12';

describe('typeCodeLabel', () => {
  it.each([
    ['11502-2', LOINC, "CR d'examens biologiques"],
    ['11502-2', undefined, "CR d'examens biologiques"],
    ['SYNTH', CI_SIS, 'Synthèse'],
    ['11502-2', CI_SIS, undefined],
    ['99999-9', undefined, undefined],
    ['constructor', LOINC, undefined],
    ['constructor', 'constructor', undefined],
  ])('%s of %s', (code, system, label) => {
    expect(typeCodeLabel(code, system)).toBe(label);
  });
});

describe('typeNameOf', () => {
  it.each([
    ['11502-2', LOINC, 'CR du laboratoire', 'CR du laboratoire'],
    ['11502-2', LOINC, undefined, "CR d'examens biologiques"],
    ['11502-2', undefined, undefined, "CR d'examens biologiques"],
    ['11502-2', CI_SIS, undefined, undefined],
  ])('%s of %s, which the document calls %s', (code, system, display, name) => {
    expect(typeNameOf({ code, system, display })).toBe(name);
  });
});

describe('hl7CodingSystem', () => {
  it.each([
    ['11502-2', LOINC, 'LN'],
    ['99999-9', LOINC, 'LN'],
    ['SYNTH', CI_SIS, 'TRE_A05'],
    ['11502-2', undefined, 'LN'],
    ['SYNTH', undefined, 'TRE_A05'],
    ['99999-9', undefined, undefined],
    ['E1762', 'ASTM', undefined],
    ['11502-2', '1.2.3', undefined],
  ])('%s of %s', (code, system, expected) => {
    expect(hl7CodingSystem(code, system)).toBe(expected);
  });
});

const source = join(SHARED, 'terminology/JDV_J07_XdsTypeCode_CISIS.xml');

describe.skipIf(!hasShared('terminology/JDV_J07_XdsTypeCode_CISIS.xml'))('the table', () => {
  it('is JDV_J07, whole', () => {
    const concepts = readFileSync(source, 'utf8').matchAll(
      /<Concept\s+code="([^"]*)"\s+codeSystem="([^"]*)"\s+displayName="([^"]*)"/g,
    );
    const published = [...concepts].map(([, code, system, display]) => [system, code, display]);
    const ours = Object.entries(TYPE_CODES).flatMap(([system, codes]) =>
      Object.entries(codes).map(([code, display]) => [system, code, display]),
    );
    expect(published).toHaveLength(114);
    expect(ours.map(row => row.join('|')).sort()).toEqual(published.map(row => row.join('|')).sort());
  });
});
