import { facadeAddresses, rewriteLinks } from '../../formats/fhir/dmi/search-pages.ts';
import { readSearch, searchPath } from '../../formats/fhir/dmi/search.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { type FhirResource, isObject } from '../../formats/fhir/resource.ts';
import type { FhirHttpAnswer, FhirPeer, FhirRoute } from '../../peers/interfaces.ts';

/** Where traces are asked for. */
export interface TracePlatform {
  readonly peer: FhirPeer;
  /** Its address, without `/` at its end: links begin so. */
  readonly base: string;
}

/** Fluxes 23 to 26: a search of traces, passed on; its links lead back to the façade. */
export function searchTracesRoute({ peer, base }: TracePlatform): FhirRoute {
  return {
    method: 'GET',
    path: '/fhir/dmi/AuditEvent',
    flow: 'dmi',
    handle: async asked => {
      const reading = readSearch(asked.query);
      if (!('query' in reading)) return { status: 400, body: outcomeOf(reading.findings) };
      const answer = await peer.send({ method: 'GET', path: searchPath(reading.query) });
      const facade = `${asked.origin}/fhir/dmi`;
      return withLinks(answer.status, answer.body, facadeAddresses({ platform: base, facade }));
    },
  };
}

/** A trace by the id that the platform gave it. */
export function readTraceRoute({ peer }: TracePlatform): FhirRoute {
  return {
    method: 'GET',
    path: '/fhir/dmi/AuditEvent/:id',
    flow: 'dmi',
    handle: async asked => {
      const id = asked.params['id'] ?? '';
      // FHIR's ids may be dots alone, which are no path.
      if (!/^[A-Za-z0-9.-]{1,64}$/.test(id) || /^\.+$/.test(id)) return { status: 404, body: outcomeOf([]) };
      const { status, body } = await peer.send({ method: 'GET', path: `/AuditEvent/${id}` });
      return { status, body };
    },
  };
}

function withLinks(status: number, body: Uint8Array, toFacade: (url: string) => string): FhirHttpAnswer {
  const json: unknown = JSON.parse(Buffer.from(body).toString() || 'null');
  const isSearchset = isObject(json) && json['resourceType'] === 'Bundle';
  return { status, body: isSearchset ? rewriteLinks(json as FhirResource, toFacade) : body };
}
