import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isLoopback } from '../config/hosts.ts';
import type { ApplicationConfig, Config } from '../config/schema.ts';
import { readServerTls } from '../config/secrets.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import { isOfAnotherMachine } from '../peers/own-address.ts';
import { authoritiesIn, reportChain } from '../peers/tls.ts';

const UNREAD =
  'à cette boîte, que personne ne lit, sauf adresse de réponse dans la demande (voir `replyTo` de la boîte)';

type Listening = NonNullable<ApplicationConfig['accept']>['mllp'];

/** Where we listen, and what we show there. */
export type Address = Pick<Listening, 'host' | 'port' | 'tls'>;

/**
 * Where an application sends its requests, and who could read or send some. Nothing is opened: a gateway that runs has
 * the address.
 *
 * @throws GatewayError CFG-003 when a file has become unreadable, MLLP-005 when certificate, key or authorities cannot be used or the
 *   address is not one of this machine
 */
export function reportListening(
  { accept, mailbox }: ApplicationConfig,
  { outgoing, mailboxes }: Config,
  now: Date,
): PeerReport {
  if (accept === undefined) return { lines: [], warnings: [] };
  const { mllp, matrix } = accept;
  const certificates = reportAddress(mllp, now);
  return {
    lines: [
      `Écoute en MLLP sur ${mllp.host}:${mllp.port}, ${secrecyOf(mllp)}`,
      `Les courriels partent de la boîte ${mailbox}`,
      `Réponses des correspondants : ${mailboxes.find(({ name }) => name === mailbox)?.replyTo ?? UNREAD}`,
      `Destinataires admis : ${outgoing.domains?.join(', ') ?? 'tous les domaines (`outgoing.domains` n’est pas configuré)'}`,
      ...(matrix === 'literal' ? ['Matrice des envois prise à la lettre (`matrix: literal`)'] : []),
      ...certificates.lines,
    ],
    warnings: [...dangersOf(mllp), ...certificates.warnings],
    ...(certificates.expiring === true ? { expiring: true } : {}),
  };
}

/**
 * An address of ours that others come to: our certificate, and the authorities that theirs must be of. Nothing is opened.
 *
 * @throws GatewayError CFG-003, MLLP-005 as {@link reportListening}
 */
export function reportAddress({ host, port, tls }: Address, now: Date): PeerReport {
  if (isOfAnotherMachine(host)) {
    throw new GatewayError('MLLP-005', {
      detail: `${host}:${port} : cette adresse n’est pas celle de la machine.`,
    });
  }
  const { lines, warnings } = reportCertificates(tls, now);
  return { lines, warnings, ...(warnings.length === 0 ? {} : { expiring: true }) };
}

function secrecyOf({ tls }: Listening): string {
  if (tls === undefined) return 'en clair';
  return tls.clientCa === undefined ? 'chiffrée (TLS)' : 'chiffrée (TLS), avec certificat de l’application';
}

/** Requests hold documents; whoever reaches the address has them sent in the establishment's name. */
function dangersOf({ host, tls }: Listening): string[] {
  if (isLoopback(host)) return [];
  if (tls === undefined) {
    return [
      `L’écoute sur ${host} n’est pas chiffrée : documents et identités passent en clair sur le réseau (voir \`accept.mllp.tls\`)`,
    ];
  }
  return tls.clientCa === undefined
    ? [
        `Toute machine qui atteint ${host} peut demander un envoi : demandez un certificat (\`clientCa\`), ou limitez l’accès par le pare-feu`,
      ]
    : [];
}

/** Our own certificate with its chain, and the authorities that the application's must be of. */
function reportCertificates(tls: Listening['tls'], now: Date): PeerReport {
  if (tls === undefined) return { lines: [], warnings: [] };
  const { cert, key, clientCa } = readServerTls(tls);
  const all = [...certificatesIn(cert), ...(clientCa === undefined ? [] : authoritiesOf(clientCa))];
  if (!belongsTo(key, all[0])) {
    throw new GatewayError('MLLP-005', {
      detail: 'Le certificat ou la clé ne peut pas être lu, ou ils ne vont pas ensemble.',
    });
  }
  const reports = all.map(each => reportOn(each, now));
  return {
    lines: reports.flatMap(({ lines }) => lines),
    warnings: reports.flatMap(({ warnings }) => warnings),
  };
}

function authoritiesOf(clientCa: string): X509Certificate[] {
  try {
    return authoritiesIn(clientCa);
  } catch (cause) {
    const detail = 'Le fichier de `tls.clientCa` ne contient aucun certificat, ou un certificat illisible.';
    throw new GatewayError('MLLP-005', { detail, cause });
  }
}

/** Whether a key is that of the certificate that comes first; false where either cannot be read. */
function belongsTo(key: string, certificate: X509Certificate | undefined): boolean {
  try {
    return certificate?.checkPrivateKey(createPrivateKey(key)) === true;
  } catch {
    return false;
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap(block => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** As of a certificate that a server has shown; alone, it stands for its own issuer. */
function reportOn(certificate: X509Certificate, now: Date): PeerReport {
  const leaf = certificate.toLegacyObject();
  return reportChain(
    Object.assign(leaf, { issuerCertificate: leaf }) as Parameters<typeof reportChain>[0],
    now,
  );
}
