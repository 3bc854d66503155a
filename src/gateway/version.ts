import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The version of package.json, found from the sources and from the build alike. */
export const VERSION: string = packageVersion(['../../package.json', '../../../package.json']);

function packageVersion(candidates: readonly string[]): string {
  for (const candidate of candidates) {
    try {
      return (require(candidate) as { version: string }).version;
    } catch {
      // Not at this depth: the build lies one folder deeper.
    }
  }
  return 'unknown';
}
