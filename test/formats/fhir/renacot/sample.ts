import { concept, IMPLANT_TYPES, SNOMED } from '../../../../src/formats/fhir/renacot/codes.ts';
import type { Intervention } from '../../../../src/formats/fhir/renacot/types.ts';

/** A hip of nobody: NIR, RPPS and FINESS are invented, their keys are right. */
export const HIP: Intervention = {
  nir: '255081416802538',
  rpps: '10000000009',
  finessGeographique: '750000002',
  dateIntervention: '2026-03-01',
  typeProcedure: concept(SNOMED, '47458005', 'Arthroplasty of the hip'),
  lateralite: 'GAUCHE',
  implants: ['PH_CUPULE', 'PH_TIGE'].map((type, index) => ({
    udi: `(01)0000000000000${index}(10)L${index}`,
    lot: `L${index}`,
    type: concept(IMPLANT_TYPES, type),
    fournisseur: 'Fabricant',
    reference: `REF-${index}`,
    description: 'Pièce',
  })),
};
