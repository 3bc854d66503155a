import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Laboratory } from '../kit/outgoing.ts';

type Settings = Record<string, unknown>;

/** What the commands read instead of what the laboratory's gateway was started from. */
export interface FileChange {
  /** Where requests are sent to; default: where the gateway listens. */
  readonly port?: number;
  readonly accept?: Settings;
  readonly deliver?: Settings;
  readonly settings?: Settings;
  /** Applications beside it. */
  readonly others?: readonly Settings[];
}

/** A configuration file for the commands, beside the gateway that runs in this process on ports of its own. */
export function laboratoryFile(laboratory: Laboratory, change: FileChange = {}): string {
  const written = JSON.parse(readFileSync(join(laboratory.folder, 'pfi.yaml'), 'utf8')) as Settings & {
    readonly applications: readonly (Settings & { readonly deliver: Settings })[];
  };
  const port = change.port ?? laboratory.gateway().requestPort('sgl');
  const path = join(laboratory.folder, 'commands.yaml');
  const applications = written.applications.map(application => ({
    ...application,
    deliver: { ...application.deliver, ...change.deliver },
    accept: { mllp: { port, ...change.accept } },
  }));
  writeFileSync(
    path,
    JSON.stringify({
      ...written,
      applications: [...applications, ...(change.others ?? [])],
      ...change.settings,
    }),
  );
  return path;
}
