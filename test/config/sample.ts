import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A valid configuration with as little in it as the schema allows. */
export const MINIMAL = `
establishment: { name: CHU X, finess: "120456789", structureId: "1120456789" }
product: { nil: DEV000000 }
journal: { url: "sqlite:./data/journal.db" }
mailboxes:
  - name: urologie
    address: dpi.urologie@chu-x.mssante.fr
    imap: { host: localhost, port: 11143, user: dpi, password: "\${BAL_PASSWORD}" }
    smtp: { host: localhost, port: 11587, user: dpi, password: "\${BAL_PASSWORD}" }
    application: dpi
applications:
  - name: dpi
    hl7: { application: DPI, facility: CHU_X }
    deliver: { mllp: { host: 127.0.0.1, port: 6661 } }
gateway: { application: PFI, facility: CHU_X }
`;

export const ENVIRONMENT = { BAL_PASSWORD: 'mot de passe' };

/** A folder of its own for the test at hand, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a configuration file (and what lies beside it) in a folder of its own; returns its path. */
export function writeConfig(
  text: string | Uint8Array,
  beside: Readonly<Record<string, string>> = {},
): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(folder, name), content);
  const path = join(folder, 'pfi.yaml');
  writeFileSync(path, text);
  return path;
}
