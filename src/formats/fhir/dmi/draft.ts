import { type Element, type Entry, logicalReference } from './elements.ts';
import type { Acteur, Entite } from './party-types.ts';
import type { Trace } from './trace-types.ts';

/** A trace whose parties have their addresses, from which the resources are made. */
export interface Draft {
  readonly trace: Trace;
  /** A new `urn:uuid:…`. */
  readonly newUrl: () => string;
  /** `urn:uuid:…` of the patient. */
  readonly patientUrl: string;
  /** `urn:uuid:…` of what stands in a list of the trace under this `cle`. */
  readonly urlOf: (cle: string) => string;
  /** The legal entity of this `cle`. */
  readonly entity: (cle: string | undefined) => Entite | undefined;
}

/** A structured content: the resource that the AuditEvent points to, and all entries that it needs. */
export interface DraftContent {
  readonly url: string;
  readonly entries: readonly Entry[];
}

/**
 * Addresses for everybody and everything that a trace lists. `newUuid` gives a new UUID without `urn:uuid:`.
 *
 * @throws RangeError of `urlOf`, for a `cle` that is not there: readTrace lets none pass
 */
export function draftOf(trace: Trace, newUuid: () => string): Draft {
  const newUrl = () => `urn:uuid:${newUuid()}`;
  const { entites, services, professionnels, dispositifs } = trace;
  const listed = [...entites, ...services, ...professionnels, ...dispositifs];
  const urls = new Map(listed.map(({ cle }) => [cle, newUrl()]));
  const entities = new Map(entites.map(each => [each.cle, each]));
  return {
    trace,
    newUrl,
    patientUrl: newUrl(),
    urlOf: cle => {
      const url = urls.get(cle);
      if (url === undefined) throw new RangeError('A key of the trace leads nowhere.');
      return url;
    },
    entity: cle => (cle === undefined ? undefined : entities.get(cle)),
  };
}

/** A reference to what stands in a list of the trace under this `cle`. */
export function referenceTo(draft: Draft, cle: string): Element {
  return { reference: draft.urlOf(cle) };
}

/** A reference to a source, sender or receiver. */
export function actorReference(draft: Draft, actor: Acteur): Element {
  if ('cle' in actor) return referenceTo(draft, actor.cle);
  return logicalReference(undefined, actor.identifiant, actor.nom);
}

/** `urn:uuid:…` of the patient whom this device was implanted in: by a conforming implantation alone (flux 15). */
export function urlOfPatientWith({ trace, patientUrl }: Draft, cle: string): string | undefined {
  const { contenu, evenement } = trace;
  const isImplanted =
    evenement === 'POS' && contenu?.nature === 'intervention' && contenu.valeur.dispositif === cle;
  return isImplanted ? patientUrl : undefined;
}
