import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of the root that are not ours, or not sources. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'data', 'demo-output', '.git']);

/** The project's own files that match, sorted, relative to its folder (vitest runs there). */
export function filesOf(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: ROOT, exclude: (path: string) => path === 'node_modules' })
    .filter(path => !LEFT_OUT.has(path.split('/', 1)[0] ?? ''))
    .toSorted();
}
