import type { ServerOptions } from 'node:https';
import { afterEach } from 'vitest';
import { createFhirClient, type FhirAuth, type FhirClientOptions } from '../../../src/peers/fhir/client.ts';
import type { FhirPeer } from '../../../src/peers/interfaces.ts';
import { certificates } from '../../kit/certificates.ts';
import { failureOf } from '../../kit/failure.ts';
import {
  answering,
  type PlatformScript,
  type ScriptedPlatform,
  startScriptedPlatform,
} from './scripted-platform.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Closes something after the test; clients before the servers that they talk to. */
export function closing<T extends { close(): Promise<void> }>(what: T): T {
  open.unshift(what);
  return what;
}

export const NO_AUTH: FhirAuth = { type: 'none', ca: certificates.ca };
export const MTLS: FhirAuth = { type: 'mtls', ca: certificates.ca, ...certificates.client };

export async function platform(
  script: PlatformScript = answering(200),
  tls: ServerOptions | 'none' = {},
): Promise<ScriptedPlatform> {
  return closing(await startScriptedPlatform(script, tls));
}

export function client(url: string, change: Partial<FhirClientOptions> = {}): FhirPeer {
  return closing(
    createFhirClient({
      url,
      auth: NO_AUTH,
      timeoutMs: 5000,
      maxAnswerBytes: 64 * 1024,
      parallel: 4,
      rate: undefined,
      clock: { now: () => new Date() },
      ...change,
    }),
  );
}

/** OAuth2 with the tokens of a server. */
export function oauth2(tokenUrl: string, change: object = {}): FhirAuth {
  return {
    type: 'oauth2',
    ca: certificates.ca,
    tokenUrl,
    clientId: 'chu:x',
    clientSecret: async () => 'le secret & +',
    secretIn: 'post',
    scope: 'implant',
    ...change,
  };
}

export const BUNDLE = Buffer.from('{"resourceType":"Bundle","type":"transaction","title":"é"}');
/** A body that no slice holds whole. */
export const LARGE = Buffer.alloc(3_000_000, ' ');

/** What a promise fails with, as its reader sees it. */
export async function fault(promise: Promise<unknown>) {
  const error = await failureOf(promise);
  return { code: error.code, kind: error.class, detail: error.fault.detail, ...error.fields };
}
