import type { ArchiveLimits } from '../../src/formats/xdm/types.ts';

const MB = 1024 * 1024;

/** Wide enough for every archive of the tests; those on the limits themselves narrow them. */
export const LIMITS: ArchiveLimits = {
  entries: 500,
  memberBytes: 100 * MB,
  totalBytes: 200 * MB,
  ratio: 200,
};
