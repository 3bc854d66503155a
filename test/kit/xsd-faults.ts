import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED } from './shared.ts';

/**
 * The faults that xmllint finds in XML texts by a schema of the reference material; '' where all are valid.
 *
 * @param schema below `xsd/`.
 */
export function xsdFaults(schema: string, texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-xsd-'));
  try {
    const files = texts.map((text, place) => {
      const path = join(folder, `${place}.xml`);
      writeFileSync(path, text);
      return path;
    });
    const options = ['--noout', '--huge', '--schema', join(SHARED, 'xsd', schema), ...files];
    const { status, stderr } = spawnSync('xmllint', options, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const faults = stderr.split('\n').filter(line => line !== '' && !line.endsWith(' validates'));
    if ((status === 0) !== (faults.length === 0)) throw new Error(`xmllint says ${status}: ${stderr}`);
    return faults.join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
