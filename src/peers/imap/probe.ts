import type { ImapFlow } from 'imapflow';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { PeerReport } from '../interfaces.ts';
import { connectionOptions, rememberingCertificate, reportCertificates } from '../tls.ts';
import { missingFolders } from './commands.ts';
import { offers, openConnection } from './connection.ts';
import { connectFault, readUidValidity } from './faults.ts';
import type { WatcherSettings } from './watcher-settings.ts';

const AUTH_NAMES = {
  password: 'mot de passe',
  xoauth2: 'jeton XOAUTH2',
  external: 'certificat client, EXTERNAL',
  none: 'sans authentification',
} as const;

/**
 * What `pfi check` says of a mailbox: encryption, certificates, login, extensions, folders. Creates and
 * changes nothing.
 *
 * @throws GatewayError when the watcher could not work either
 */
export async function probeMailbox(settings: WatcherSettings): Promise<PeerReport> {
  const { server, timing } = settings;
  const remembering = rememberingCertificate(connectionOptions(server.tls));
  const client = await openConnection(server, { timeoutMs: timing.connect, tls: remembering.options });
  const timer = setTimeout(() => client.close(), timing.command);
  try {
    const certificates = reportCertificates(remembering.certificate(), server.tls, new Date());
    const extensions = reportExtensions(client);
    const folders = await reportFolders(client, settings);
    await client.logout();
    return {
      ...certificates,
      lines: [
        `IMAP ${server.host}:${server.port} : ${encryption(client)}`,
        ...certificates.lines,
        `Connexion acceptée (${AUTH_NAMES[server.auth.type]})`,
        ...extensions.lines,
        ...folders.lines,
      ],
      warnings: [...certificates.warnings, ...extensions.warnings, ...folders.warnings],
    };
  } catch (thrown) {
    throw connectFault(thrown);
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

function encryption(client: ImapFlow): string {
  if (client.tls === undefined || client.tls === false) return 'connexion non chiffrée';
  return `connexion chiffrée (${client.tls.version}, ${client.tls.standardName})`;
}

function reportExtensions(client: ImapFlow): PeerReport {
  const names = ['IDLE', 'MOVE', 'UIDPLUS'] as const;
  const lines = [
    `Extensions : ${names.map(name => `${name} ${offers(client, name) ? 'oui' : 'non'}`).join(', ')}`,
  ];
  const warnings = offers(client, 'IDLE')
    ? []
    : ['Le serveur IMAP n’offre pas IDLE : les courriels ne sont vus qu’à chaque relève (`poll`)'];
  return { lines, warnings };
}

async function reportFolders(client: ImapFlow, settings: WatcherSettings): Promise<PeerReport> {
  const all = [settings.inbox, ...settings.folders];
  const missing = new Set(await missingFolders(client, all));
  const lines: string[] = [];
  for (const folder of all) {
    if (missing.has(folder)) {
      lines.push(`Dossier « ${folder} » : absent, il sera créé au démarrage`);
      continue;
    }
    const status = await client.status(folder, { messages: true });
    if (status === false) throw new GatewayError('IMAP-005');
    lines.push(`Dossier « ${folder} » : ${mailCount(status.messages ?? 0)}`);
  }
  if (!missing.has(settings.inbox))
    readUidValidity(await client.mailboxOpen(settings.inbox, { readOnly: true }));
  return { lines, warnings: [] };
}

function mailCount(count: number): string {
  return `${count} ${count > 1 ? 'courriels' : 'courriel'}`;
}
