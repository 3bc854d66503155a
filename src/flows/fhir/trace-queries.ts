import { facadeAddresses, rewriteLinks } from '../../formats/fhir/dmi/search-pages.ts';
import { readSearch, searchPath } from '../../formats/fhir/dmi/search.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import type { Journal } from '../../journal/journal.ts';
import type { FhirAnswer, FhirHttpAnswer, FhirPeer, FhirRoute } from '../../peers/interfaces.ts';
import { jsonIn, passedOn } from './kept-call.ts';

/** Where traces are asked for. */
export interface TracePlatform {
  readonly peer: FhirPeer;
  /** Its address, without `/` at its end: links begin so. */
  readonly base: string;
  readonly journal: Pick<Journal, 'keyOf'>;
}

/** Fluxes 23 to 26: a search of traces, passed on; its links lead back to the façade. */
export function searchTracesRoute({ peer, base, journal }: TracePlatform): FhirRoute {
  const seal = (page: string): string => journal.keyOf(`page:${page}`);
  return {
    method: 'GET',
    path: '/fhir/dmi/AuditEvent',
    flow: 'dmi',
    handle: async asked => {
      const reading = readSearch(asked.query, seal);
      if (!('query' in reading)) return { status: 400, body: outcomeOf(reading.findings) };
      const path = searchPath(reading.query);
      // A further page may lie at the address itself: `?_getpages=…`.
      const answer = await peer.send({ method: 'GET', path: path.startsWith('?') ? path : `/${path}` });
      const facade = `${asked.origin}/fhir/dmi`;
      return withLinks(answer, facadeAddresses({ platform: base, facade, seal }));
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
      return asIs(await peer.send({ method: 'GET', path: `/AuditEvent/${id}` }));
    },
  };
}

function withLinks(answer: FhirAnswer, toFacade: (url: string) => string): FhirHttpAnswer {
  const json = resourceOf(jsonIn(answer.body));
  if (json?.resourceType !== 'Bundle') return asIs(answer);
  return { status: answer.status, body: rewriteLinks(json, toFacade) };
}

function asIs({ status, body }: FhirAnswer): FhirHttpAnswer {
  return jsonIn(body) === undefined ? passedOn({ status, body: undefined }) : { status, body };
}
