import type { ServerOptions } from 'node:https';
import { afterEach } from 'vitest';
import { plainMessage } from '../../../src/formats/soap/soap-message.ts';
import type { SoapRequest } from '../../../src/formats/soap/types.ts';
import { createDmpClient, type DmpClientOptions } from '../../../src/peers/dmp/client.ts';
import type { DmpPeer } from '../../../src/peers/interfaces.ts';
import { certificates } from '../../kit/certificates.ts';
import { failureOf } from '../../kit/failure.ts';
import { type DmpScript, type ScriptedDmp, startScriptedDmp } from './scripted-dmp.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Closes something after the test; clients before the servers that they talk to. */
export function closing<T extends { close(): Promise<void> }>(what: T): T {
  open.unshift(what);
  return what;
}

export async function server(script: DmpScript, tls: ServerOptions = {}): Promise<ScriptedDmp> {
  return closing(await startScriptedDmp(script, tls));
}

export function client(url: string, change: Partial<DmpClientOptions> = {}): DmpPeer {
  return closing(
    createDmpClient({
      url,
      tls: { ca: certificates.ca, ...certificates.client },
      timeoutMs: 5000,
      maxAnswerBytes: 64 * 1024,
      parallel: 2,
      clock: { now: () => new Date() },
      ...change,
    }),
  );
}

/** A message that no slice holds whole. */
export const LARGE: SoapRequest = {
  contentType: 'multipart/related; boundary="b"',
  chunks: [Buffer.from('début'), new Uint8Array(0), Buffer.alloc(3_000_000, 'é'), Buffer.from('<fin/>')],
};
export const SMALL: SoapRequest = plainMessage({ action: 'urn:x', envelope: '<é><fin/>' });

/** What a promise fails with, as its reader sees it. */
export async function fault(promise: Promise<unknown>) {
  const error = await failureOf(promise);
  return { code: error.code, kind: error.class, detail: error.fault.detail, ...error.fields };
}
