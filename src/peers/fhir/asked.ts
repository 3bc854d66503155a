import type { Server } from 'node:https';
import type { FastifyRequest } from 'fastify';
import type { FhirHttpRequest } from '../interfaces.ts';
import { joinedHeaders } from './headers.ts';

export type Request = FastifyRequest<object, Server>;

/** What stands behind the `?` of a request, as it came; '' for nothing. */
export function searchOf({ raw: { url = '' } }: Request): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

/**
 * A request as its route gets it.
 *
 * @param about whose it is, the route's path, and what our addresses begin with where the configuration says
 */
export function askedBy(
  request: Request,
  about: Pick<FhirHttpRequest, 'caller' | 'route' | 'signal'> & { readonly publicUrl: string | undefined },
): FhirHttpRequest {
  const { caller, route, signal, publicUrl } = about;
  const search = searchOf(request);
  const headers = joinedHeaders(request.headers);
  return {
    caller,
    method: request.method,
    route,
    params: request.params as Readonly<Record<string, string>>,
    search,
    query: new URLSearchParams(search),
    headers,
    origin: publicUrl ?? originOf(request),
    signal,
    respondAsync: /(?:^|,)\s*respond-async\s*(?:[,;]|$)/i.test(headers['prefer'] ?? ''),
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(0),
  };
}

/** As the caller wrote it, where that is an address. */
function originOf({ headers, raw: { socket } }: Request): string {
  const host = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.exec(headers.host ?? '')?.[0];
  const { localAddress = '', localPort } = socket;
  return `https://${host ?? `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`}`;
}
