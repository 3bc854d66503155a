import { GatewayError } from '../../errors/gateway-error.ts';
import { facadeAddresses, type PageSeal, rewriteLinks } from '../../formats/fhir/dmi/search-pages.ts';
import { readSearch, searchPath } from '../../formats/fhir/dmi/search.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import type { FhirAnswer, FhirHttpAnswer, FhirRoute } from '../../peers/interfaces.ts';
import { jsonIn, passedOn, textIn } from './kept-call.ts';

/** Where traces are asked for. */
export interface TracePlatform {
  /** Its address, without `/` at its end: links begin so. */
  readonly base: string;
  readonly pages: PageSeal;
  /**
   * @param path of the platform's, with its query
   * @param caller for whom
   * @throws GatewayError as `FhirPeer.send`, FHIR-007 also where its turn does not come in time
   */
  readonly get: (path: string, caller: string) => Promise<FhirAnswer>;
}

/** Fluxes 23 to 26: a search of traces, passed on; its links lead back to the façade. */
export function searchTracesRoute({ get, base, pages }: TracePlatform): FhirRoute {
  return {
    method: 'GET',
    path: '/fhir/dmi/AuditEvent',
    flow: 'dmi',
    handle: async asked => {
      const reading = readSearch(asked.query, pages.open);
      if (!('query' in reading)) return { status: 400, body: outcomeOf(reading.findings) };
      const path = searchPath(reading.query);
      const facade = `${asked.origin}/fhir/dmi`;
      const toFacade = facadeAddresses({ platform: base, facade, seal: pages.seal });
      // A further page may lie at the address itself: `?_getpages=…`.
      return answered(
        () => get(path.startsWith('?') ? path : `/${path}`, asked.caller),
        found => (found.resourceType === 'Bundle' ? rewriteLinks(found, toFacade) : undefined),
      );
    },
  };
}

/** A trace by the id that the platform gave it. */
export function readTraceRoute({ get }: TracePlatform): FhirRoute {
  return {
    method: 'GET',
    path: '/fhir/dmi/AuditEvent/:id',
    flow: 'dmi',
    handle: async asked => {
      const id = asked.params['id'] ?? '';
      // FHIR's ids may be dots alone, which are no path.
      if (!/^[A-Za-z0-9.-]{1,64}$/.test(id) || /^\.+$/.test(id)) return { status: 404, body: outcomeOf([]) };
      return answered(
        () => get(`/AuditEvent/${id}`, asked.caller),
        () => undefined,
      );
    },
  };
}

/** What the caller of a query needs beside the body: the version that it reads, and when it may ask again. */
const PASSED_ON = ['etag', 'last-modified', 'retry-after'];

/**
 * The platform's answer for a caller; a yes that nobody can read is none: an empty one would say that there is no trace.
 *
 * @param change what of an answer is written otherwise; undefined for nothing
 */
async function answered(
  ask: () => Promise<FhirAnswer>,
  change: (found: FhirResource) => FhirResource | undefined,
): Promise<FhirHttpAnswer> {
  let answer: FhirAnswer;
  try {
    answer = await ask();
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'FHIR-010') return unreadable(detailOf(thrown));
    throw thrown;
  }
  const { status } = answer;
  const headers = Object.fromEntries(
    PASSED_ON.flatMap(name => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const json = jsonIn(answer.body);
  if (status >= 400) return { ...passedOn({ status, body: json && textIn(answer.body) }), headers };
  const found = resourceOf(json);
  if (found === undefined || status >= 300) return unreadable(`Réponse HTTP ${status}.`);
  return { status, headers, body: change(found) ?? answer.body };
}

/** An answer that cannot be read. @param detail for people, a sentence */
function unreadable(detail: string | undefined): FhirHttpAnswer {
  return {
    status: 502,
    body: outcomeOf(new GatewayError('FHIR-010', detail === undefined ? {} : { detail })),
  };
}

function detailOf({ fields }: GatewayError): string | undefined {
  return fields['reason'] === 'too-large'
    ? 'Elle est trop grande : demandez des pages plus petites (`_count`).'
    : undefined;
}
