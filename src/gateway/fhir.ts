import type { Logger } from 'pino';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config, FhirConfig } from '../config/schema.ts';
import { readSecret, readServerTls } from '../config/secrets.ts';
import type { CallContext } from '../flows/fhir/accept-call.ts';
import { fhirTarget } from '../flows/fhir/call-request.ts';
import { platformRoutes } from '../flows/fhir/platform-routes.ts';
import type { PlatformFlow } from '../flows/fhir/platform-flow.ts';
import { sendCall } from '../flows/fhir/send-call.ts';
import { createWaitingRoom } from '../flows/fhir/waiting-room.ts';
import type { Woken } from '../flows/settings.ts';
import type { Validator } from '../flows/validating/validator.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import { startFhirListener } from '../peers/fhir/listener.ts';
import type { FhirListener, FhirPeer } from '../peers/interfaces.ts';
import { fhirFlows, fhirPeer, tryingOf } from './fhir-platforms.ts';
import type { FhirRequests } from './fhir-requests.ts';
import { assembleReception } from './fhir-reception.ts';
import { assembleSearches, MAX_FOUND } from './fhir-searches.ts';
import { MAIL_RETRY } from './settings.ts';

export interface FhirDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
  readonly validator: Validator;
  readonly requests: FhirRequests;
}

/** The FHIR flows: what the hospital's software asks for is taken, and brought to the platforms. */
export interface AssembledFhir {
  readonly targets: readonly Target[];
  /** Opens the façade. @throws GatewayError MLLP-005 */
  listen(): Promise<void>;
  /** Where the façade listens; undefined without one. */
  port(): number | undefined;
  /** Takes no more calls; those in hand are answered, at most `graceMs`. */
  stopIntake(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

const HEADERS_MS = 10_000;
const MAX_CONNECTIONS = 500;
const MAX_REQUESTS = 100;
/** How many of the largest bodies, or answers to searches, are in memory at a time. */
const LARGE_BODIES = 4;

/** @throws GatewayError CFG-003 for a file that has become unreadable, FHIR-… for rules that cannot be read */
export function assembleFhir({ fhir }: Config, deps: FhirDeps): AssembledFhir {
  const { requests } = deps;
  const room = createWaitingRoom();
  const platforms = fhir === undefined ? [] : fhirFlows(fhir, deps.clock);
  const peers = platforms.map(({ settings }) => fhirPeer(settings, deps.clock));
  const contexts = new Map(
    platforms.map(({ flow, rules, settings }): [string, CallContext] => [
      flow.name,
      {
        ...deps,
        room,
        flow,
        validate: deps.validator.by(rules),
        validation: settings.validation,
        waitMs: fhir?.facade?.wait ?? 0,
      },
    ]),
  );
  const reception = fhir && assembleReception(fhir, deps);
  const searches = fhir && assembleSearches(platforms, fhir, deps);
  let listener: FhirListener | undefined;
  return {
    targets: [
      ...platforms.flatMap(({ flow, settings }, index) => {
        const peer = peers[index];
        return peer === undefined ? [] : [target(flow, settings, peer, { ...deps, room })];
      }),
      ...(reception === undefined ? [] : [reception.target]),
    ],
    listen: async () => {
      if (fhir?.facade === undefined) return;
      const routes = [
        ...platformRoutes(contexts, searches?.platform),
        ...(reception === undefined ? [] : [reception.route]),
      ];
      listener = await startFhirListener({
        ...listenerOptions(fhir, fhir.facade),
        routes,
        done: requests.done,
        failed: requests.failed,
      });
    },
    port: () => listener?.port,
    stopIntake: async graceMs => {
      room.empty();
      await listener?.stop(graceMs);
    },
    close: async () => {
      await Promise.all([searches?.close(), ...peers.map(peer => peer.close()), reception?.close()]);
    },
  };
}

function target(
  flow: PlatformFlow,
  { limits, pairing }: ReturnType<typeof fhirFlows>[number]['settings'],
  peer: FhirPeer,
  deps: Pick<FhirDeps, 'journal'> & { readonly room: ReturnType<typeof createWaitingRoom> },
): Target {
  const name = fhirTarget(flow.name);
  const context = { ...deps, flow, peer, pairing, patienceMs: limits.timeout };
  return {
    name,
    logged: { target: name },
    ...tryingOf(limits, MAIL_RETRY),
    attempt: delivery => sendCall(delivery, context),
    ended: async () => undefined,
  };
}

function listenerOptions(
  { callers }: FhirConfig,
  { host, port, tls, publicUrl, body, wait }: NonNullable<FhirConfig['facade']>,
): Omit<Parameters<typeof startFhirListener>[0], 'routes' | 'done' | 'failed'> {
  return {
    host,
    port,
    tls: readServerTls(tls),
    callers: callers.map(({ name, flows, certificate, token }) => ({
      name,
      flows,
      certificate,
      token: token === undefined ? undefined : async () => readSecret(token),
    })),
    publicUrl,
    maxBytes: body,
    headersMs: HEADERS_MS,
    requestMs: wait + HEADERS_MS,
    maxConnections: MAX_CONNECTIONS,
    maxRequests: MAX_REQUESTS,
    maxHeldBytes: LARGE_BODIES * Math.max(body, MAX_FOUND),
  };
}
