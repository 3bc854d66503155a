import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePorts } from './free-port.ts';
import { SHARED } from './shared.ts';

const script = join(SHARED, 'lab/mail-lab');
const NOBODY = 65_534;

/** Why the lab cannot run on this machine; undefined when it can. `PFI_LAB=0` switches it off. */
export const labMissing: string | undefined = whyMissing();

function whyMissing(): string | undefined {
  if (process.env['PFI_LAB'] === '0') return 'PFI_LAB=0';
  if (!existsSync(script)) return `${script} is absent`;
  if (process.getuid?.() !== 0) return 'not root';
  const absent = ['/usr/sbin/dovecot', '/usr/sbin/postfix'].filter(path => !existsSync(path));
  return absent.length > 0 ? `${absent.join(', ')} not installed` : undefined;
}

/** A running Dovecot and Postfix of our own, with TLS, on free ports. Every mailbox's password is "secret". */
export interface MailLab {
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly smtpPort: number;
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** Where an address's Maildir lies. */
  maildir(address: string): string;
  /** Every address that has a Maildir by now. */
  addresses(): string[];
  /** Puts a mail into a mailbox's inbox, as a delivery agent does. */
  deliver(address: string, raw: string | Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a lab in a folder of its own.
 *
 * @param addresses mailboxes beside those that the lab knows by itself
 */
export async function startMailLab(addresses: readonly string[] = []): Promise<MailLab> {
  const base = await mkdtemp(join(tmpdir(), 'pfi-mail-lab-'));
  await chmod(base, 0o755);
  const [imapPort = 0, imapsPort = 0, smtpPort = 0] = await freePorts(3);
  await run(
    ['start', base, String(imapPort), String(imapsPort), String(smtpPort)],
    addresses.join(' '),
  ).catch(async (failure: unknown) => {
    await run(['stop', base], '');
    throw failure;
  });
  let delivered = 0;
  const maildir = (address: string): string => join(base, 'mail', address);
  return {
    imapPort,
    imapsPort,
    smtpPort,
    ca: await readFile(join(base, 'tls/ca.pem'), 'utf8'),
    clientCert: await readFile(join(base, 'tls/client.pem'), 'utf8'),
    clientKey: await readFile(join(base, 'tls/client.key'), 'utf8'),
    maildir,
    addresses: () => readdirSync(join(base, 'mail')),
    async deliver(address, raw) {
      delivered += 1;
      // Dovecot gives UIDs in the order of the names.
      const name = `${1_700_000_000 + delivered}.P${process.pid}Q${delivered}.lab`;
      const box = maildir(address);
      await ownFolder(box);
      for (const part of ['tmp', 'new', 'cur']) await ownFolder(join(box, part));
      await writeFile(join(box, 'tmp', name), raw);
      await chown(join(box, 'tmp', name), NOBODY, NOBODY);
      await rename(join(box, 'tmp', name), join(box, 'new', name));
    },
    async stop() {
      await run(['stop', base], '');
      await rm(base, { recursive: true, force: true });
    },
  };
}

async function ownFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(path, { mode: 0o700 });
  await chown(path, NOBODY, NOBODY);
}

async function run(args: readonly string[], addresses: string): Promise<void> {
  const child = spawn('bash', [script, ...args], {
    cwd: dirname(script),
    env: { ...process.env, ADDRESSES: addresses },
    // A pipe would stay open in the daemons.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`mail-lab ${args[0]} ended with ${code}`);
}
