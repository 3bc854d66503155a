import { readFileSync } from 'node:fs';
import { GatewayError } from '../errors/gateway-error.ts';
import type { TlsOptions } from '../peers/interfaces.ts';
import type { Secret } from './schema.ts';
import { mapMarked } from './shape.ts';

/** The journal seals with AES-256. */
export const SEALING_KEY_BYTES = 32;

/** The TLS settings of a peer, as the configuration writes them: paths of PEM files. */
export interface TlsSettings {
  readonly tls: TlsOptions['mode'];
  readonly ca?: string | undefined;
  readonly clientCertificate?: { readonly cert: string; readonly key: string } | undefined;
}

/**
 * The text of a secret. A file is read at each call, so that a renewed secret is taken without a restart; one newline at
 * its end is not part of it.
 *
 * @throws GatewayError CFG-003 when the file has become unreadable.
 */
export function readSecret(secret: Secret): string {
  return typeof secret === 'string' ? secret : readText(secret.file).replace(/\r?\n$/, '');
}

/**
 * The bytes of the journal's sealing key, from its base64 text.
 *
 * @throws GatewayError CFG-003
 */
export function sealingKey(secret: Secret): Uint8Array {
  return Buffer.from(readSecret(secret), 'base64');
}

/**
 * A peer's TLS options with the PEM texts read now.
 *
 * @throws GatewayError CFG-003 when a file has become unreadable.
 */
export function readTls(settings: TlsSettings): TlsOptions {
  const { ca, clientCertificate } = settings;
  return {
    mode: settings.tls,
    ca: ca === undefined ? undefined : readText(ca),
    cert: clientCertificate === undefined ? undefined : readText(clientCertificate.cert),
    key: clientCertificate === undefined ? undefined : readText(clientCertificate.key),
  };
}

/**
 * The certificate that we show to those who call us, and the authority that theirs must be of; PEM texts, read now.
 *
 * @throws GatewayError CFG-003 when a file has become unreadable.
 */
export function readServerTls({
  cert,
  key,
  clientCa,
}: {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}): { readonly cert: string; readonly key: string; readonly clientCa: string | undefined } {
  return {
    cert: readText(cert),
    key: readText(key),
    clientCa: clientCa === undefined ? undefined : readText(clientCa),
  };
}

/** The configuration for printing: every secret's text is replaced by stars; a secret's file keeps its path. */
export function redacted(config: unknown): unknown {
  return mapMarked(config, (mark, value) => (mark === 'secret' && typeof value === 'string' ? '***' : value));
}

/** The bytes of a file that the configuration names. @throws GatewayError CFG-003 when it has become unreadable */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new GatewayError('CFG-003', { cause });
  }
}

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}
