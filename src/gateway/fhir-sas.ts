import { createLimit } from '../basics/limit.ts';
import type { Config, FhirConfig } from '../config/schema.ts';
import { readServerTls } from '../config/secrets.ts';
import { SAS_TARGETS } from '../flows/fhir/sas-changes.ts';
import { createHearings, type Hearings } from '../flows/fhir/sas-hearings.ts';
import { deactivationsFirst, type HookPeers } from '../flows/fhir/sas-precedence.ts';
import { relayChange } from '../flows/fhir/sas-relay.ts';
import { accountRoutes, SAS_FLOW } from '../flows/fhir/sas-routes.ts';
import { capabilityStatement } from '../formats/fhir/sas/capability-statement.ts';
import type { RetryPolicy, Target } from '../journal/dispatcher.ts';
import { startFhirListener } from '../peers/fhir/listener.ts';
import type { FhirListener, FhirRoute } from '../peers/interfaces.ts';
import type { FhirDeps } from './fhir.ts';
import { agendaHook } from './fhir-hook.ts';
import { rulesOf, tryingOf } from './fhir-platforms.ts';
import { VERSION } from './version.ts';

/** Regulators' accounts: what the SAS platform wants of them is taken, and brought to the agenda software. */
export interface AssembledSas {
  readonly targets: readonly Target[];
  /** Opens the address of the platform. @throws GatewayError MLLP-005 */
  listen(): Promise<void>;
  /** Where the platform calls; undefined where it does not. */
  port(): number | undefined;
  /** Takes no more requests; those in hand are answered, at most `graceMs`. */
  stopIntake(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

type SasConfig = NonNullable<FhirConfig['sas']>;

const HEADERS_MS = 10_000;
const MAX_CONNECTIONS = 100;
/** An account is a page of JSON. */
const MAX_BODY = 1024 * 1024;
const MAX_REQUESTS = 100;
/** The agenda software is a neighbour: it is looked for again before long. */
const RETRY = { firstMs: 1_000, factor: 2, maxMs: 30_000 };
/** A deactivation is wanted at once, and knocks more often. */
const URGENT_RETRY = { ...RETRY, maxMs: 2_000 };
/** Twice the longest pause. */
const PRECEDENCE_MS = 2 * URGENT_RETRY.maxMs;

/** @throws GatewayError CFG-003 for a file that has become unreadable */
export function assembleSas({ fhir, product }: Config, deps: FhirDeps): AssembledSas {
  const sas = fhir?.sas;
  if (sas === undefined) {
    return { targets: [], listen: nothing, port: () => undefined, stopIntake: nothing, close: nothing };
  }
  const { clock, requests } = deps;
  const hearings = createHearings();
  // Of its own, so that a deactivation never waits for a connection.
  const peers = deactivationsFirst(
    { change: agendaHook(sas, clock), deactivation: agendaHook(sas, clock) },
    clock,
    PRECEDENCE_MS,
  );
  const routes = accountRoutes(
    {
      ...deps,
      hearings,
      waitMs: sas.hook.wait,
      validate: deps.validator.by(rulesOf('sas', sas.rules)),
      validation: sas.validation,
      publicUrl: sas.publicUrl,
      decisions: createLimit(1),
    },
    capabilityStatement({
      url: sas.publicUrl,
      software: { name: product.name, version: VERSION },
      date: clock.now(),
    }),
  );
  let listener: FhirListener | undefined;
  return {
    targets: targetsOf(sas, peers, { ...deps, hearings }),
    listen: async () => {
      listener = await startFhirListener({
        ...listenerOptions(sas, routes),
        done: requests.done,
        failed: requests.failed,
      });
    },
    port: () => listener?.port,
    stopIntake: async graceMs => {
      hearings.close();
      await listener?.stop(graceMs);
    },
    close: async () => {
      await Promise.all([peers.change.close(), peers.deactivation.close()]);
    },
  };
}

async function nothing(): Promise<void> {}

function targetsOf(
  { limits }: SasConfig,
  peers: HookPeers,
  deps: Pick<FhirDeps, 'journal' | 'wake'> & { readonly hearings: Hearings },
): Target[] {
  const target = (
    kind: keyof typeof SAS_TARGETS,
    other: keyof typeof SAS_TARGETS,
    retry: Omit<RetryPolicy, 'giveUpAfterMs'>,
  ): Target => ({
    name: SAS_TARGETS[kind],
    logged: { target: SAS_TARGETS[kind] },
    ...tryingOf(limits, retry),
    attempt: delivery => relayChange(delivery, { ...deps, peer: peers[kind] }),
    // What comes next for the account may be the other's.
    ended: async () => deps.wake([SAS_TARGETS[other]]),
  });
  return [target('change', 'deactivation', RETRY), target('deactivation', 'change', URGENT_RETRY)];
}

function listenerOptions(
  { listen: { host, port, tls }, clients, hook }: SasConfig,
  routes: readonly FhirRoute[],
): Omit<Parameters<typeof startFhirListener>[0], 'done' | 'failed'> {
  return {
    host,
    port,
    tls: readServerTls(tls),
    callers: clients.map(({ cn, ou }) => ({ name: cn, certificate: { cn, ou }, flows: [SAS_FLOW] })),
    routes,
    publicUrl: undefined,
    maxBytes: MAX_BODY,
    headersMs: HEADERS_MS,
    requestMs: hook.wait + HEADERS_MS,
    maxConnections: MAX_CONNECTIONS,
    maxRequests: MAX_REQUESTS,
    maxHeldBytes: 4 * MAX_BODY,
  };
}
