import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsOptions } from './interfaces.ts';
import { connectionOptions, tlsTrouble } from './tls.ts';

const KEEP_ALIVE_MS = 30_000;

/** No connection came about, and nothing was sent. */
export class Unreachable extends Error {
  /** `tls` once TCP stood, or where the cause is TLS's own. */
  readonly stage: 'tcp' | 'tls';
  /**
   * What an error of the catalogue says of it: the system's or OpenSSL's code, a French sentence where we
   * know one.
   */
  readonly about: { readonly fields: { readonly reason?: string }; readonly detail?: string };

  constructor(stage: 'tcp' | 'tls', cause: unknown) {
    const trouble = tlsTrouble(cause);
    super('unreachable', { cause });
    this.name = 'Unreachable';
    this.stage = trouble === undefined ? stage : 'tls';
    this.about = {
      fields: trouble === undefined ? reasonOf(cause) : { reason: trouble.reason },
      ...(trouble?.detail === undefined ? {} : { detail: trouble.detail }),
    };
  }
}

/**
 * Connects, in the clear (`none`) or with TLS from the first byte (`implicit`).
 *
 * @throws Unreachable, also when `timeoutMs` has passed
 */
export function openSocket(to: {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions & { readonly mode: 'none' | 'implicit' };
  readonly timeoutMs: number;
}): Promise<Socket> {
  const { host, port, tls } = to;
  const secure = tls.mode === 'implicit';
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({
          host,
          port,
          ...connectionOptions(tls),
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectTcp({ host, port });
    let stage: 'tcp' | 'tls' = 'tcp';

    function settled(): void {
      clearTimeout(timer);
      socket.off('connect', connected).off('secureConnect', ready).off('error', fail).off('close', fail);
    }
    function fail(cause: unknown): void {
      settled();
      socket.on('error', () => {});
      socket.destroy();
      reject(new Unreachable(stage, cause));
    }
    function ready(): void {
      settled();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socket);
    }
    function connected(): void {
      stage = 'tls';
      if (!secure) ready();
    }

    const timer = setTimeout(() => fail(undefined), to.timeoutMs);
    socket.on('connect', connected).on('secureConnect', ready).on('error', fail).on('close', fail);
  });
}

/** With TLS 1.3 a server judges our certificate when the handshake has already ended on our side. */
export function isCertificateAlert(cause: unknown): boolean {
  return /ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(systemCode(cause) ?? '');
}

/** A system error's code as fields for the log; none where it has none. */
export function reasonOf(cause: unknown): { readonly reason?: string } {
  const reason = systemCode(cause);
  return reason === undefined ? {} : { reason };
}

function systemCode(cause: unknown): string | undefined {
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
