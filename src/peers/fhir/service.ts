import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { FhirHttpAnswer, FhirHttpReport, FhirRoute } from '../interfaces.ts';
import type { Admission, Place } from './admission.ts';
import { askedBy, type Request, searchOf } from './asked.ts';
import { readBody } from './body.ts';
import { createDoorkeeper, type FhirCaller } from './callers.ts';
import { answerType, isReadableType, type JsonType } from './content.ts';
import { type FhirRefusal, REFUSALS, refusalOf } from './refusals.ts';

/** Requests of one listener, from headers to answer. Sizes in bytes, times in ms. */
export interface ServiceOptions {
  readonly callers: readonly FhirCaller[];
  readonly routes: readonly FhirRoute[];
  /** What our addresses begin with, without `/` at the end; undefined: as each caller writes it. */
  readonly publicUrl: string | undefined;
  readonly maxBytes: number;
  /** How long a caller may take to take its answer. */
  readonly answerMs: number;
  readonly admission: Admission;
  readonly isStopping: () => boolean;
  /** For the log, once for each request. */
  readonly done: (report: FhirHttpReport) => void;
  /** For the log: why an answer could not be made. */
  readonly failed: (error: unknown) => void;
  readonly createServer: (handle: (request: IncomingMessage, response: ServerResponse) => void) => Server;
  /** A connection broke, or brought what is no request. `isInHand` while a route has a request of it. */
  readonly clientError: (
    error: Error & { readonly code?: string },
    socket: TLSSocket,
    isInHand: boolean,
  ) => void;
}

/** What is known of a request so far. */
interface Serving {
  caller: FhirCaller | undefined;
  route: FhirRoute | undefined;
  /** What its answer is written as. */
  type: JsonType;
  place: Place | undefined;
  /** A route makes its answer: what that takes goes on, whether its caller has left or not. */
  isHandled: boolean;
  /** For the caller's leaving before it had its answer. */
  readonly left: AbortController;
}

type Reply = FastifyReply<object, Server>;

/** Headers that belong to one connection or one body: an answer that is passed on does not bring its own. */
const NOT_PASSED_ON =
  /^(?:connection|keep-alive|upgrade|trailer|te|date|transfer-encoding|content-(?:length|type|encoding))$/;

/**
 * The HTTP side of the façade: who calls, what it may use, what it takes and brings. A request reaches its route's `handle`
 * when all that is settled, its body read.
 */
export function createService(options: ServiceOptions): FastifyInstance<Server> {
  const { admission, isStopping, failed } = options;
  const knock = createDoorkeeper(options.callers, failed);
  const underway = new WeakMap<IncomingMessage, Serving>();
  const inHand = new Set<IncomingMessage>();

  const app = Fastify<Server>({
    https: {},
    serverFactory: handle =>
      options.createServer((request, response) => {
        track(request, response);
        handle(request, response);
      }),
    logger: false,
    bodyLimit: options.maxBytes,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    // The router leaves it encoded, and operations begin with it (`$associer-implants-registre`).
    rewriteUrl: ({ url = '/' }) => url.replace(/^[^?]*/, path => path.replaceAll('%24', '$')),
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (_, request, reply) => void refuse(request, reply, REFUSALS.malformed),
    clientErrorHandler: (error, socket) => {
      const isInHand = [...inHand].some(request => request.socket === socket);
      options.clientError(error, socket as TLSSocket, isInHand);
    },
  });
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  }
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: Request, stream: IncomingMessage) => {
    const { place } = servingOf(request);
    const isAnnounced = lengthOf(request.headers) !== undefined;
    return readBody(stream, options.maxBytes, bytes => isAnnounced || place?.hold(bytes) !== false);
  });
  app.addHook('onRequest', async (request, reply) => {
    const refusal = await judge(request, servingOf(request), request.headers);
    if (refusal !== undefined) return refuse(request, reply, refusal);
  });
  app.setNotFoundHandler((request, reply) => refuse(request, reply, REFUSALS.route));
  app.setErrorHandler((error, request, reply) => {
    const { refusal, isOurs } = refusalOf(error);
    if (isOurs) failed(error);
    return refuse(request, reply, refusal);
  });
  const byPath = Map.groupBy(options.routes, ({ path }) => path);
  for (const path of byPath.keys()) app.route({ method: app.supportedMethods, url: path, handler: serve });
  return app;

  function track(request: IncomingMessage, response: ServerResponse): void {
    const serving: Serving = {
      caller: undefined,
      route: undefined,
      type: 'application/fhir+json',
      place: undefined,
      isHandled: false,
      left: new AbortController(),
    };
    const began = performance.now();
    underway.set(request, serving);
    response.on('close', () => {
      if (!serving.isHandled) serving.place?.leave();
      inHand.delete(request);
      if (!response.writableFinished) serving.left.abort();
      options.done({
        method: request.method ?? '',
        route: serving.route?.path,
        caller: serving.caller?.name,
        status: response.headersSent ? response.statusCode : undefined,
        isAnswered: response.writableFinished,
        durationMs: performance.now() - began,
      });
    });
  }

  function servingOf({ raw }: Request): Serving {
    const serving = underway.get(raw);
    if (serving === undefined) throw new Error('a request that was not tracked');
    return serving;
  }

  /** Everything about a request that is settled before its body is read. A stranger learns of no route. */
  async function judge(
    request: Request,
    serving: Serving,
    headers: IncomingMessage['headers'],
  ): Promise<FhirRefusal | undefined> {
    if (isStopping()) return REFUSALS.stopping;
    const caller = await knock(request.raw.socket as TLSSocket, headers.authorization);
    if (caller === 'nobody' || caller === 'stranger') return REFUSALS[caller];
    serving.caller = caller;
    const routes = byPath.get(request.routeOptions.url ?? '') ?? [];
    const route = routes.find(({ method }) => method === request.method);
    if (routes.length === 0) return REFUSALS.route;
    if (route === undefined) return notAllowed(routes);
    serving.route = route;
    if (route.flow !== undefined && !caller.flows.includes(route.flow)) return REFUSALS.flow;
    const type = answerType(headers.accept, new URLSearchParams(searchOf(request)).get('_format'));
    if (type === undefined) return REFUSALS.accept;
    serving.type = type;
    const length = lengthOf(headers);
    if (length !== 0) {
      if (!isReadableType(headers['content-type'])) return REFUSALS.type;
      if ((headers['content-encoding'] ?? 'identity') !== 'identity') return REFUSALS.encoding;
      if (length !== undefined && length > options.maxBytes) return REFUSALS.large;
    }
    serving.place = admission.enter(caller.name, length);
    // Who has left meanwhile gives its room back at once.
    if (request.raw.socket.destroyed) serving.place?.leave();
    return serving.place === undefined ? REFUSALS.busy : undefined;
  }

  async function serve(request: Request, reply: Reply): Promise<Reply> {
    const serving = servingOf(request);
    const { caller, route, left } = serving;
    if (caller === undefined || route === undefined) return refuse(request, reply, REFUSALS.route);
    inHand.add(request.raw);
    serving.isHandled = true;
    const { publicUrl } = options;
    const about = { caller: caller.name, route: route.path, publicUrl, signal: left.signal };
    try {
      return write(request, reply, await route.handle(askedBy(request, about)));
    } finally {
      serving.isHandled = false;
      if (left.signal.aborted) serving.place?.leave();
    }
  }

  function refuse(request: Request, reply: Reply, { status, outcome, headers }: FhirRefusal): Reply {
    return write(request, reply, { status, headers, body: outcome });
  }

  function write(request: Request, reply: Reply, answer: FhirHttpAnswer): Reply {
    const { raw } = request;
    const serving = underway.get(raw);
    // What came is read no more: its room is the answer's.
    request.body = undefined;
    const written = bytesOf(answer.body);
    // A caller that does not take its answers is given no more of them.
    const hasRoom = serving?.place?.hold(written?.length ?? 0) !== false;
    const { status, headers = {} } = hasRoom ? answer : REFUSALS.busy;
    const bytes = hasRoom ? written : bytesOf(REFUSALS.busy.outcome);
    for (const [name, value] of Object.entries(headers)) {
      if (NOT_PASSED_ON.test(name.toLowerCase())) continue;
      // What a platform says may be what no header of ours can hold.
      if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) reply.header(name, value);
    }
    reply.code(status >= 200 && status <= 599 ? status : 502);
    reply.header('cache-control', 'no-store');
    if (isStopping()) reply.header('connection', 'close');
    reply.raw.setTimeout(options.answerMs, () => raw.socket.destroy());
    if (bytes === undefined) return reply.send();
    reply.header('content-type', `${serving?.type ?? 'application/fhir+json'}; charset=utf-8`);
    return reply.send(bytes);
  }
}

function bytesOf(body: FhirHttpAnswer['body']): Buffer | undefined {
  if (body === undefined) return undefined;
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(JSON.stringify(body));
}

function notAllowed(routes: readonly FhirRoute[]): FhirRefusal {
  const allow = routes.map(({ method }) => method).join(', ');
  return { ...REFUSALS.method, headers: { allow } };
}

/** Of a body: 0 where there is none, undefined where it is told by its end. */
function lengthOf(headers: IncomingMessage['headers']): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}
