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

export interface LabRun {
  readonly lab: MailLab;
  readonly daemon: Daemon;
  /** Opens the journal beside the daemon, for as long as `work` takes. */
  withJournal<T>(work: (journal: Journal) => Promise<T>): Promise<T>;
  /** Until Postfix has brought everything that it took. */
  untilDelivered(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The lab, and a daemon that is not started yet.
 *
 * @param configure the daemon's configuration, given the lab: its journal and its administration aside
 * @param addresses mailboxes beside those that the lab knows by itself
 */
export async function prepareLab(
  configure: (lab: MailLab) => object | Promise<object>,
  addresses: readonly string[] = [],
): Promise<LabRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-lab-run-'));
  const lab = await startMailLab(addresses);
  writeFileSync(join(folder, 'ca.pem'), lab.ca);
  const daemon = createDaemon(folder, {
    journal: { url: 'sqlite:./journal.db' },
    admin: { port: await freePort() },
    ...(await configure(lab)),
  });
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

function queued(lab: MailLab): number {
  const spool = join(lab.maildir('.'), '../postfix/spool');
  return ['maildrop', 'incoming', 'active', 'deferred']
    .map(queue => readdirSync(join(spool, queue), { recursive: true, withFileTypes: true }))
    .reduce((sum, entries) => sum + entries.filter(entry => entry.isFile()).length, 0);
}
