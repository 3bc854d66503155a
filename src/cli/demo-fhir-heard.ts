import type { PeerName } from '../../samples/fhir/calls.ts';
import { isObject } from '../formats/fhir/resource.ts';
import type { FhirHook } from '../sandbox/fhir-hook.ts';
import type { FhirPlatform } from '../sandbox/fhir-platform.ts';
import type { FhirStage } from './demo-fhir-stage.ts';

// What platforms and applications of the demonstration were asked because of a call, and what it left with them.

/** A request of the gateway's, as who got it tells it. */
export interface HeardCall {
  readonly by: PeerName;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** JSON; undefined for a request without. */
  readonly body: unknown;
  readonly isTaken: boolean;
  /** What then lies there because of it: types of resources, lots of implants, or how an account stands. */
  readonly left: readonly string[];
}

/** Listens from now on. @returns what was heard up to its call */
export function listenToPeers({ platforms, hooks }: FhirStage): () => readonly HeardCall[] {
  const ears = [
    () => heardByPlatform('dmi', platforms.dmi),
    () => heardByPlatform('dui', platforms.dui),
    () => heardByPlatform('renacot', platforms.renacot),
    () => heardByHook('application', hooks.application),
    () => heardByHook('agenda', hooks.agenda),
  ].map(hear => ({ hear, before: hear().length }));
  return () => ears.flatMap(({ hear, before }) => hear().slice(before));
}

/** Types of the resources of a Bundle, in order; none for what is no Bundle. */
export function typesIn(bundle: unknown): string[] {
  return listIn(bundle, 'entry').map(entry => String(memberOf(memberOf(entry, 'resource'), 'resourceType')));
}

/** The items of a list under a name of an object; none where there is no such list. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

/** What is under a name of an object. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function heardByPlatform(by: PeerName, platform: FhirPlatform): HeardCall[] {
  // One for each submission that was taken, in the same order.
  const kept = [
    ...platform.transactions().map(entries => entries.map(({ type }) => type)),
    ...platform.associations().map(({ lots }) => lots),
  ];
  return platform.requests().map(({ operation, method, url, body, status }) => {
    const isTaken = status < 300;
    const left = operation === 'submit' && isTaken ? (kept.shift() ?? []) : [];
    return { by, method, path: url, body, isTaken, left };
  });
}

function heardByHook(by: PeerName, hook: FhirHook): HeardCall[] {
  return hook.received().map(({ method, path, resource, isTaken }) => ({
    by,
    method,
    path,
    body: resource,
    isTaken,
    left: isTaken ? keptByHook(resource) : [],
  }));
}

function keptByHook(resource: unknown): string[] {
  if (memberOf(resource, 'resourceType') === 'Bundle') return typesIn(resource);
  return [memberOf(resource, 'active') === false ? 'inactive' : 'active'];
}
