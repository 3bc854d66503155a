/**
 * What a package of profiles says, in plain data: profiles, and the value sets that their required bindings name. A profile
 * keeps only what it adds to R4; what R4 itself says of a type is told once, in {@link TypeFacts}.
 */
export interface RuleSet {
  /** The package's name, or that of the guide. */
  readonly name: string;
  readonly version: string;
  /** By canonical URL, without version. */
  readonly profiles: Readonly<Record<string, ProfileRules>>;
  /** By canonical URL, without version; a binding to a set that is not here is not checked. */
  readonly valueSets: Readonly<Record<string, ValueSetRules>>;
  /** What R4 says of resource types that the gateway does not know already. */
  readonly types?: Readonly<Record<string, TypeFacts>>;
  /** What holds beside the profile (the guides' known gaps), by the profile's canonical URL. */
  readonly amendments?: Readonly<Record<string, readonly Amendment[]>>;
}

/** A StructureDefinition's snapshot without what R4 says already. */
export interface ProfileRules {
  readonly id: string;
  /** Resource or datatype that it constrains. */
  readonly type: string;
  /** By element id without the type: `identifier:NSS.type`; the resource itself is the empty id. */
  readonly elements: Readonly<Record<string, ElementRule>>;
}

/** Rules of the gateway's own on top of a profile. */
export interface Amendment {
  /** What says so: a section of the reference, a quirk. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** In the place of the code that the kind of rule has (`required`, `value`, `invariant`). */
  readonly code?: 'business-rule';
  readonly elements: ProfileRules['elements'];
}

/** What a profile says of one element; what is absent is as in R4. */
export interface ElementRule {
  readonly min?: number;
  /** Absent when it is as in R4 (one, or any number of). */
  readonly max?: number;
  readonly types?: readonly TypeRule[];
  /** The value, and nothing beside it. */
  readonly fixed?: unknown;
  /** The least that the value holds. */
  readonly pattern?: unknown;
  /** Value set of a required binding; other strengths are no rule. */
  readonly binding?: string;
  readonly invariants?: readonly Invariant[];
  readonly slicing?: SlicingRule;
}

/** One of the types that an element may have. */
export interface TypeRule {
  readonly code: string;
  /** Profiles of the type, any of which holds. */
  readonly profiles?: readonly string[];
  /** Of a reference: R4 types by name, profiles by canonical URL; absent when anything may be referred to. */
  readonly targets?: readonly string[];
}

/** How repetitions are told apart. */
export interface SlicingRule {
  readonly by: readonly Discriminator[];
  /** Without it, what is in no slice is admitted. */
  readonly closed?: true;
}

/** A discriminator's kind, and its path below the element that is sliced; `$this` is the element. */
export type Discriminator = readonly [
  kind: 'value' | 'pattern' | 'exists' | 'type' | 'profile',
  path: string,
];

/** An invariant in FHIRPath. */
export interface Invariant {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly expression: string;
  /** As the guide puts it, when we have no French text for the key (see invariant-texts.ts). */
  readonly human?: string;
  /** Path below the element of what is wrong; the element itself without it. */
  readonly at?: string;
}

/** System to its codes, or `*` for all of them. */
export type ValueSetRules = Readonly<Record<string, readonly string[] | '*'>>;

/**
 * What R4 says of a type, by path below the type (`link.other`, `deceased[x]`) beside names and types of its elements, which
 * the model of the `fhirpath` library knows. An element that is not in `many` is there once at most.
 */
export interface TypeFacts {
  readonly many?: readonly string[];
  readonly required?: readonly string[];
  /** Value sets of required bindings. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** By path; the empty path is the type itself. */
  readonly invariants?: Readonly<Record<string, readonly Invariant[]>>;
}
