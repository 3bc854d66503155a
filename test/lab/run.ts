import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';
import { createDaemon, type Daemon } from '../kit/daemon.ts';
import { freePort } from '../kit/free-port.ts';
import { labMissing, type MailLab, startMailLab } from '../kit/mail-lab.ts';
import { waitFor } from '../kit/wait.ts';

/** Why no test of the daemon on real servers runs here; undefined when they do. They take minutes: `PFI_LAB=1` asks for them. */
export const labOff: string | undefined =
  process.env['PFI_LAB'] === '1' ? labMissing : 'PFI_LAB=1 is not set';

/** The two mailboxes that the daemon watches in the lab. */
export const BALS = ['dpi.urologie@chu-x.mssante.fr', 'dpi@chu-x.mssante.fr'] as const;

export interface LabRun {
  readonly lab: MailLab;
  readonly daemon: Daemon;
  /** Opens the journal beside the daemon, for as long as `work` takes. */
  withJournal<T>(work: (journal: Journal) => Promise<T>): Promise<T>;
  /** Until Postfix has brought everything that it took. */
  untilDelivered(): Promise<void>;
  stop(): Promise<void>;
}

export interface LabPorts {
  readonly imap: number;
  readonly smtp: number;
  readonly dpi: number;
}

/** The lab, and a daemon that is not started yet. @param ports where the daemon finds its peers, given the lab's */
export async function prepareLab(ports: (lab: MailLab) => Promise<LabPorts>): Promise<LabRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-lab-run-'));
  const lab = await startMailLab();
  writeFileSync(join(folder, 'ca.pem'), lab.ca);
  const daemon = createDaemon(folder, configuration(await ports(lab), await freePort()));
  return {
    lab,
    daemon,
    async withJournal(work) {
      const engine = openSqlite({ path: join(folder, 'journal.db'), exclusive: false });
      const newId = createIdSource(systemClock);
      const journal = await createJournal({ engine, clock: systemClock, newId, sealKey: undefined });
      try {
        return await work(journal);
      } finally {
        await journal.close();
      }
    },
    untilDelivered: () => waitFor(() => queued(lab) === 0, { what: 'Postfix has nothing left to deliver' }),
    async stop() {
      if (daemon.pid() !== undefined) await daemon.kill();
      await lab.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(ports: LabPorts, admin: number): object {
  return {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: { nil: 'DEV000000' },
    journal: { url: 'sqlite:./journal.db' },
    gateway: { application: 'PFI', facility: 'CHU_X' },
    admin: { port: admin },
    mailboxes: BALS.map((address, place) => {
      const account = { host: 'localhost', tls: 'starttls', ca: 'ca.pem', user: address, password: 'secret' };
      return {
        name: `bal${place + 1}`,
        address,
        imap: { ...account, port: ports.imap },
        smtp: { ...account, port: ports.smtp },
        poll: '2s',
        application: 'dpi',
        organization: { name: "Service d'urologie", id: '3435', type: 'UF', authority: '120456789' },
        notify: { errorMailbox: 'erreurs@chu-x.mssante.fr' },
      };
    }),
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: ports.dpi }, parallel: 4, timeout: '10s' },
        retry: { first: '50ms', max: '1s' },
      },
    ],
  };
}

function queued(lab: MailLab): number {
  const spool = join(lab.maildir('.'), '../postfix/spool');
  return ['maildrop', 'incoming', 'active', 'deferred']
    .map(queue => readdirSync(join(spool, queue), { recursive: true, withFileTypes: true }))
    .reduce((sum, entries) => sum + entries.filter(entry => entry.isFile()).length, 0);
}
