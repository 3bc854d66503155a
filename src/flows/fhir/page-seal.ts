import { createHash } from 'node:crypto';
import { seal, unseal } from '../../basics/seal.ts';
import type { PageSeal } from '../../formats/fhir/dmi/search-pages.ts';
import type { Journal } from '../../journal/journal.ts';

const NAME = 'page';

/**
 * Seals pages of searches for callers, who give them back: their addresses may hold an INS, and only those that we gave are
 * asked for. With the journal's key, so that a page outlives a restart, and every gateway on one journal reads it.
 */
export function createPageSeal(keyOf: Journal['keyOf']): PageSeal {
  // Two, since each has half of the key's bits.
  const key = createHash('sha256')
    .update(`${keyOf('page-key:1')}${keyOf('page-key:2')}`)
    .digest();
  return {
    seal: page => seal(NAME, Buffer.from(page), key).toString('base64url'),
    open: token => {
      try {
        return unseal(NAME, Buffer.from(token, 'base64url'), key).toString();
      } catch {
        return undefined;
      }
    },
  };
}
