import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import {
  type CertificateAuthority,
  createAuthority,
  type IssuedCertificate,
} from '../../src/sandbox/certificates.ts';
import type { Dmp, DmpOptions } from '../../src/sandbox/dmp.ts';
import { startDmpSite, STRUCTURE } from './dmp.ts';

/** A POST as it left, byte for byte. */
export interface WireRequest {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A DMP, and all that is sent to it. */
export interface DmpWire {
  readonly dmp: Dmp;
  /** The configuration's `dmp`, by which the gateway speaks to what records it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** PEM of the authority that both certificates of the establishment come from. */
  readonly authority: string;
  readonly sign: IssuedCertificate;
  /**
   * Every request so far, in order of arrival.
   *
   * @throws Error when there are bytes that no Content-Length has announced, or fewer than announced
   */
  sent(): readonly WireRequest[];
  stop(): Promise<void>;
}

/**
 * Starts a sandbox DMP and, in front of it, what ends TLS, records what comes and hands it on with the same client
 * certificate: the DMP answers, and judges, what is recorded.
 */
export async function startDmpWire(options: Partial<DmpOptions> = {}): Promise<DmpWire> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-dmp-wire-'));
  const authority = createAuthority('IGC-Santé de test, enregistrée', undefined, 'rsa');
  const site = await startDmpSite({ trusted: [authority.certificate], ...options });
  const [auth, sign] = [organisation(authority, 'AUTH_CLI'), organisation(authority, 'SIGN')];
  const recorder = await startRecorder(site.dmp, authority.certificate, auth);

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const filed = (name: string, { cert, key }: IssuedCertificate) => ({
    cert: file(`${name}.pem`, cert),
    key: file(`${name}.key`, key),
  });
  return {
    dmp: site.dmp,
    authority: authority.certificate,
    sign,
    settings: {
      ...site.settings,
      url: site.dmp.url.replace(`:${site.dmp.port}`, `:${recorder.port}`),
      tls: { ca: file('ca.pem', recorder.ca), certificate: filed('auth', auth) },
      sign: { certificate: filed('sign', sign) },
      limits: { timeout: '10s' },
    },
    sent: () => recorder.sent(),
    async stop() {
      await recorder.stop();
      await site.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function organisation(authority: CertificateAuthority, profile: 'AUTH_CLI' | 'SIGN'): IssuedCertificate {
  return authority.issueOrganisation({
    profile,
    structure: STRUCTURE,
    name: `DMP ${profile}`,
    organisation: 'Laboratoire des Embruns',
  });
}

async function startRecorder(dmp: Dmp, clients: string, auth: IssuedCertificate) {
  const own = createAuthority('recorder');
  const requests: WireRequest[] = [];
  const sockets = new Set<TLSSocket>();
  /** What each connection has brought since its last whole request. */
  const rests = new Map<TLSSocket, Buffer>();

  const certificate = own.issue({ name: 'recorder', hosts: ['localhost', '127.0.0.1'], usage: 'server' });
  const server = createServer(
    { ...certificate, ca: clients, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
    inbound => {
      const outbound = connect({
        ...auth,
        port: dmp.port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: dmp.ca,
      });
      for (const [from, to] of [
        [inbound, outbound],
        [outbound, inbound],
      ] as const) {
        sockets.add(from);
        from.on('error', () => {}); // the other side is told by its close
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
        from.on('data', chunk => to.write(chunk));
      }
      inbound.on('data', chunk => {
        const bytes = Buffer.concat([rests.get(inbound) ?? Buffer.alloc(0), chunk]);
        rests.set(inbound, takeRequests(bytes, requests));
      });
    },
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ca: own.certificate,
    sent(): readonly WireRequest[] {
      const rest = Buffer.concat([...rests.values()]);
      if (rest.length > 0) throw new Error(`no whole request: ${rest.subarray(0, 80).toString('latin1')}`);
      return requests;
    },
    async stop(): Promise<void> {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Takes the whole requests off the start of what a connection has brought, and returns what is left. */
function takeRequests(bytes: Buffer, requests: WireRequest[]): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, Math.max(0, end)).toString('latin1');
  const [first = '', ...lines] = head.split('\r\n');
  if (!/^POST \S+ HTTP\/1\.1$/.test(first)) return bytes;
  const headers = new Map(
    lines.map(line => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()] as const;
    }),
  );
  const from = end + '\r\n\r\n'.length;
  const to = from + Number(headers.get('content-length') ?? Number.NaN);
  if (!(to <= bytes.length)) return bytes;
  requests.push({ headers, body: bytes.subarray(from, to) });
  return takeRequests(bytes.subarray(to), requests);
}
