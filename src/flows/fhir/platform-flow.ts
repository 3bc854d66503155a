import type { Verdict } from '../../formats/fhir/operation-outcome-class.ts';
import type { Finding, FhirResource } from '../../formats/fhir/resource.ts';
import type { KnownIds, PlatformId } from '../../journal/journal.ts';
import type { FhirPeer } from '../../peers/interfaces.ts';

/** The flows in which the gateway asks a platform for the hospital's software. */
export type PlatformFlowName = 'dmi' | 'dui' | 'renacot';

/** What a caller asks for, read: a resource to be sent, in the platform's names, and what is wrong with it whatever its profile says. */
export interface PlannedCall {
  /** Undefined where nothing can be made of it: then a finding is an error. */
  readonly resource: FhirResource | undefined;
  readonly findings: readonly Finding[];
  /** Whatever `validation` says: it cannot be sent without harm. */
  readonly mustRefuse?: boolean;
  /** Whom it is about, for the order in which requests leave; undefined: the caller's requests leave in theirs. */
  readonly about: string | undefined;
}

/** How a call is read: the resource itself, or a flow's own simple JSON. */
export type CallForm = 'resource' | 'simple';

/** What an answer of a platform means, and the ids that it gives. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly ids: readonly PlatformId[];
}

/** What is known of a request that nobody heard the end of. */
export type AfterSilence =
  | { readonly kind: 'again' }
  | { readonly kind: 'unknown' }
  /** The platform has it: what it would have answered. */
  | { readonly kind: 'taken'; readonly answer: FhirResource; readonly ids: readonly PlatformId[] };

/** What differs between the flows; all else is the same. Values of resources never go into errors. */
export interface PlatformFlow {
  readonly name: PlatformFlowName;
  /** What is sent must follow it: canonical URL. */
  readonly profile: string;
  /** Where it is sent to, below the platform's address. */
  readonly path: string;
  /** Whether the same, sent twice, is done once. */
  readonly isRepeatable: boolean;
  /** What names a call among its caller's (Bundle.identifier, a message's id); undefined: its bytes alone. */
  nameOf(json: unknown): string | undefined;
  /** Names by which it refers to what earlier calls have brought to the platform; none of what is no resource. */
  namesElsewhere(json: unknown): readonly string[];
  /** Reads; {@link PlatformFlow.profile} is not looked at. @param known of those names */
  plan(json: unknown, form: CallForm, known: KnownIds): PlannedCall;
  judge(resource: FhirResource, status: number, body: unknown): Judgement;
  /**
   * Asks the platform where it can be asked.
   *
   * @param isKnown whether something that it has, as `Type/id`, came by another call
   * @throws GatewayError as `peer.send`; FHIR-006, FHIR-008 where it is to be asked later
   */
  afterSilence(
    resource: FhirResource,
    peer: FhirPeer,
    isKnown: (remote: string) => Promise<boolean>,
  ): Promise<AfterSilence>;
}
