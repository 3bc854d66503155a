import type { EventType } from './event-types.ts';
import type { ContentKind, FluxNumber } from './fluxes.ts';
import type { Contents } from './content-types.ts';
import type { Dispositif } from './device-types.ts';
import type { Acteur, Entite, Identifiant, Patient, Professionnel, Service } from './party-types.ts';

/** What the event was about, in structured form. */
export type Contenu = {
  readonly [Kind in ContentKind]: { readonly nature: Kind; readonly valeur: Contents[Kind] };
}[ContentKind];

/** Business data that no structured content says: `AuditEvent.entity.detail`. */
export interface NonStructure {
  /** What the bytes are, a MIME type or a word: `AuditEvent.entity.detail.type`. Default `contenu`. */
  readonly type?: string;
  /** Base64. */
  readonly contenu: string;
}

/**
 * A trace of an implant's life as software of the pharmacy, of the theatre or of the reception gives it to
 * `POST /dmi/traces`. Members are in French, as the functional study names its attributes.
 *
 * Devices, professionals, services and legal entities stand once each in a list, under a `cle` of the caller's choice
 * (`"bloc"`, `"stent-1"`) that the rest of the trace cites; a `cle` means nothing outside its trace. Instants are
 * written `2026-03-01T10:00:00+01:00`, days `2026-03-01`. In the JSON, what the event was about is a member of its own
 * name (`intervention`, `livraison`, …: the {@link ContentKind} of the flux), here {@link Contenu}.
 */
export interface Trace {
  /** Number of the flux. */
  readonly flux: FluxNumber;
  /**
   * Code of TRE_R254-TypeEvenement. To be given where the flux has several (5e, 13a, 14, 22, 28); 1c takes it from
   * `demande.suppression`.
   */
  readonly evenement: EventType;
  /** The caller's own identifier of this message, the same whenever it is sent again: `Bundle.identifier`. */
  readonly message: Identifiant;
  /** Trace.identifiant: `AuditEvent.id` (1 to 64 letters, digits, `-` or `.`). A server that creates gives its own. */
  readonly identifiant?: string;
  /** Evenement.occurence, when the business flux was made (instant): `AuditEvent.period.start`. */
  readonly occurrence: string;
  /** Evenement.declaration, when it was transmitted (instant): `AuditEvent.recorded`. Default: now. */
  readonly declaration?: string;
  /** Evenement.description: `AuditEvent.outcomeDesc`. */
  readonly description?: string;
  /** SourceTrace.identifiant, the system that the trace comes from: `AuditEvent.source.observer`. */
  readonly source: Acteur;
  /** First ActeurEvenement: `AuditEvent.agent[0]`. */
  readonly emetteur: Acteur;
  /** Second ActeurEvenement: `AuditEvent.agent[1]`. Optional in flux 22 alone. */
  readonly recepteur?: Acteur;
  readonly patient?: Patient;
  readonly dispositifs: readonly Dispositif[];
  readonly professionnels: readonly Professionnel[];
  /** OrganisationInterne: pharmacy, theatre, ward. */
  readonly services: readonly Service[];
  /** EntiteJuridique: hospital, manufacturer, distributor. */
  readonly entites: readonly Entite[];
  /** Optional in flux 22 alone. */
  readonly contenu?: Contenu;
  readonly nonStructure?: NonStructure;
}
