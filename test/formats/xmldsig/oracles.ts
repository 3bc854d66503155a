import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a command is installed here: a test that asks it is skipped, visibly, where it is not. */
export const has = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

/** Files that other programs read, gone after `remove()`. */
export function oracleFiles(): { write(name: string, content: string | Uint8Array): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-xmldsig-'));
  return {
    write(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** What `xmlsec1 --verify` says of a file, and whether it accepts it. */
export function xmlsec(args: readonly string[], file: string): { accepted: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync('xmlsec1', ['--verify', ...args, file], { encoding: 'utf8' });
  return { accepted: status === 0, said: stdout + stderr };
}

/** The digest of a file's canonical form with comments, in base64, by xmllint and openssl. */
export function lintDigest(algorithm: string, file: string): string {
  const canonical = execFileSync('xmllint', ['--huge', '--c14n', file], { maxBuffer: 64 * 1024 * 1024 });
  return execFileSync('openssl', ['dgst', `-${algorithm}`, '-binary'], { input: canonical }).toString(
    'base64',
  );
}

/** A copy of bytes with one bit turned. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

/** What a call throws; undefined when it does not. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
