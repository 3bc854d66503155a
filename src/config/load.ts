import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GatewayError } from '../errors/gateway-error.ts';
import { frenchIssue, unknownKey } from './messages.ts';
import { type ConfigFault, invalidConfig } from './report.ts';
import { type Config, configSchema } from './schema.ts';
import { SEALING_KEY_BYTES, sealingKey } from './secrets.ts';
import { type ConfigPath, knownKeys, mapMarked } from './shape.ts';
import { type ConfigSource, readSource } from './source.ts';

/** A configuration that holds: defaults applied, paths absolute, every file that it names readable. */
export interface LoadedConfig {
  /** Absolute path of the file. */
  readonly path: string;
  readonly config: Config;
}

/**
 * Reads and checks the configuration file, whole, before anything starts.
 *
 * `${NAME}` is replaced in every text; relative paths are taken from the file's own folder. The folder of a `directory`
 * hook is not looked at here: a share that is away for an hour must not keep the mailboxes from being watched.
 *
 * @throws GatewayError CFG-002 when the file cannot be read; CFG-001 with every fault at once (`configFaults`).
 */
export function loadConfig(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  const source = readSource(readText(path), environment);
  const faults = [...source.faults];
  if (source.values === undefined && faults.length > 0) throw invalidConfig(path, faults);

  const values = resolvePaths(source, dirname(resolve(path)), faults);
  const parsed = configSchema.safeParse(values, { error: frenchIssue });
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap(issue => schemaFaults(issue, source)));
  else if (faults.length === 0) faults.push(...sealingKeyFaults(parsed.data, source));

  if (!parsed.success || faults.length > 0) throw invalidConfig(path, inFileOrder(faults));
  return { path: resolve(path), config: parsed.data };
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new GatewayError('CFG-002', { detail: `Fichier : ${resolve(path)}.`, cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Read as Latin-1, « Hôpital » would reach the DPI as something else.
    const before = new TextDecoder().decode(bytes).split('\uFFFD', 1).join('').split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    throw invalidConfig(path, [
      { path: '', line: before.length, column, message: 'le fichier doit être enregistré en UTF-8' },
    ]);
  }
}

/** Absolute paths in place of relative ones; files that cannot be read are added to the faults. */
function resolvePaths(source: ConfigSource, folder: string, faults: ConfigFault[]): unknown {
  return mapMarked(source.values, (mark, value, path) => {
    if (typeof value !== 'string' || value === '' || mark === 'secret') return value;
    if (mark === 'sqlite') return resolveSqlite(value, folder);
    const absolute = resolve(folder, value);
    if (mark === 'file' && !isReadable(absolute)) {
      faults.push(source.at(path, 'le fichier n’existe pas ou ne peut pas être lu'));
    }
    return absolute;
  });
}

function resolveSqlite(url: string, folder: string): string {
  const [, path] = /^sqlite:(?!:memory:)(.+)$/.exec(url) ?? [];
  return path === undefined ? url : `sqlite:${resolve(folder, path)}`;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

type Issue = { code: string; path: readonly PropertyKey[]; message: string; keys?: readonly string[] };

function schemaFaults(issue: Issue, source: ConfigSource): ConfigFault[] {
  const path: ConfigPath = issue.path.map(step => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return (issue.keys ?? []).map(key => source.at([...path, key], unknownKey(key, known)));
  }
  const fault = source.at(path, issue.message);
  // A variable that is missing was told already; that its name is not a valid value would be noise.
  return source.faults.some(told => told.path === fault.path) ? [] : [fault];
}

function sealingKeyFaults(config: Config, source: ConfigSource): ConfigFault[] {
  const { key } = config.journal;
  if (key === undefined || sealingKey(key).length === SEALING_KEY_BYTES) return [];
  return [
    source.at(['journal', 'key'], `${SEALING_KEY_BYTES} octets en base64 attendus (openssl rand -base64 32)`),
  ];
}

function inFileOrder(faults: readonly ConfigFault[]): ConfigFault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
