import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BAL, ERROR_MAILBOX, KNOWN_PATIENTS, LABORATORY, SECRETARY } from '../../samples/actors.ts';
import type { Validity } from '../../src/sandbox/certificates.ts';
import { type Dpi, startDpi } from '../../src/sandbox/dpi.ts';
import { type Operator, startOperator } from '../../src/sandbox/operator.ts';
import { freePort } from '../kit/free-port.ts';
import { type Ended, pfi, startPfi, type Watched } from './processes.ts';

export const PASSWORD = 'mot-de-passe-secret';

type Settings = Record<string, unknown>;

export interface SiteOptions {
  /** Replaces settings of the configuration's first level. */
  readonly settings?: Settings;
  readonly mailbox?: Settings;
  readonly imap?: Settings;
  readonly smtp?: Settings;
  readonly application?: Settings;
}

/** A hospital: an operator, a DPI, and a configuration file for a gateway between them. */
export interface Site {
  readonly operator: Operator;
  readonly dpi: Dpi;
  readonly folder: string;
  readonly config: string;
  readonly adminPort: number;
  /** Writes the configuration anew, with these settings in place of the usual ones. */
  configure(options: SiteOptions): void;
  /** Runs a command with this configuration. */
  pfi(...args: string[]): Promise<Ended>;
  /** `pfi run`, once it says that it has started. */
  run(): Promise<Watched>;
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

export async function startSite(
  options: SiteOptions = {},
  operatorOptions: { readonly validity?: Validity } = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-site-'));
  const operator = await startOperator({
    mailboxes: [BAL, ERROR_MAILBOX, LABORATORY, SECRETARY].map(address => ({ address, password: PASSWORD })),
    ...operatorOptions,
  });
  const dpi = await startDpi({ patients: KNOWN_PATIENTS });
  const adminPort = await freePort();
  const config = join(folder, 'pfi.yaml');
  const started = new Set<Watched>();
  writeFileSync(join(folder, 'ca.pem'), operator.ca);

  const site: Site = {
    operator,
    dpi,
    folder,
    config,
    adminPort,
    configure: changed => writeFileSync(config, JSON.stringify(configuration(changed, site), undefined, 2)),
    pfi: (...args) => pfi([...args, '--config', config]),
    async run() {
      const process_ = startPfi(['run', '--config', config]);
      started.add(process_);
      await process_.said('gateway started');
      return process_;
    },
    get: path => fetch(`http://127.0.0.1:${adminPort}${path}`),
    async stop() {
      for (const each of started) if (each.running()) each.signal('SIGKILL');
      await Promise.all([...started].map(each => each.ended));
      await Promise.all([dpi.stop(), operator.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  site.configure(options);
  return site;
}

function configuration(options: SiteOptions, { operator, dpi, adminPort }: Site): Settings {
  const account = { host: '127.0.0.1', ca: 'ca.pem', user: BAL, password: PASSWORD };
  return {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: { nil: 'DEV000000' },
    journal: { url: 'sqlite:data/journal.db' },
    gateway: { application: 'PFI', facility: 'CHU_X' },
    admin: { port: adminPort },
    mailboxes: [
      {
        name: 'urologie',
        address: BAL,
        imap: { ...account, port: operator.imapPort, ...options.imap },
        smtp: { ...account, port: operator.smtpPort, ...options.smtp },
        poll: '1s',
        application: 'dpi',
        notify: { errorMailbox: ERROR_MAILBOX },
        ...options.mailbox,
      },
    ],
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: dpi.port }, timeout: '5s' },
        retry: { first: '50ms', max: '200ms' },
        ...options.application,
      },
    ],
    ...options.settings,
  };
}
