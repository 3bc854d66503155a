import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The reference material, which is not ours to publish: official samples, schemas, terminologies, independent checkers. */
export const SHARED = process.env['PFI_SHARED'] ?? resolve(import.meta.dirname, '../../../shared');

/** Whether it is at hand, or one path of it; a test that needs it is skipped where it is not. */
export function hasShared(path = ''): boolean {
  return existsSync(join(SHARED, path));
}
