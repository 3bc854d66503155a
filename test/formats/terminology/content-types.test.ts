import { describe, expect, it } from 'vitest';
import type { PatientClass } from '../../../src/formats/hl7/request-types.ts';
import { contentTypeOf } from '../../../src/formats/terminology/content-types.ts';

describe('contentTypeOf', () => {
  it.each<[PatientClass, string, string]>([
    ['I', '03', 'Hospitalisation complète (non compris hospitalisation de semaine)'],
    ['O', '07', 'Consultations soins externes'],
    ['R', '19', 'Traitement et cure ambulatoire'],
    ['N', '97', "Type d'activité indifférencié"],
    ['E', '07', 'Consultations soins externes'],
  ])('of patient class %s', (patientClass, code, display) => {
    expect(contentTypeOf(patientClass)).toEqual({ code, system: '1.2.250.1.213.2.2', display });
  });
});
