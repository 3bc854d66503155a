/**
 * The two contracts of RENACOT: `registre` is today's, flat (`$associer-implants-registre`); `procedure` the first one,
 * nested (`Procedure/$associer-implants-procedure`).
 */
export type Contract = 'registre' | 'procedure';

/** CodeableConcept as it is written: codings, text and whatever else it has. */
export type Concept = Readonly<Record<string, unknown>>;

export type Laterality = 'DROITE' | 'GAUCHE' | 'BILATERALE';
export type ShoulderType = 'ANATOMIQUE' | 'INVERSE';

/** What either contract says of an implant. */
export interface Implant {
  readonly udi?: string;
  /** Number of the lot or of the piece. */
  readonly lot: string;
  readonly type: Concept;
  readonly fournisseur?: string;
  readonly reference?: string;
  readonly description?: string;
}

/** What either contract says of an operation. */
export interface Intervention {
  /** With its key: 15 characters; 13 in the first contract's example. */
  readonly nir: string;
  readonly rpps: string;
  readonly finessGeographique: string;
  /** FHIR date or dateTime. */
  readonly dateIntervention: string;
  readonly typeProcedure: Concept;
  readonly lateralite?: Laterality;
  /** Kind of a shoulder's prosthesis; the first contract has no room for it. */
  readonly peType?: ShoulderType;
  readonly implants: readonly Implant[];
}

export type InterventionField = keyof Intervention;
export type ImplantField = keyof Implant;

/** Where a member of the model stands in what was read, as a Finding names it; where it would stand if it is missing. */
export interface Where {
  readonly field: (field: InterventionField) => string;
  readonly implant: (index: number, field?: ImplantField) => string;
}
