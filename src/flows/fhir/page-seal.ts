import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { PageSeal } from '../../formats/fhir/dmi/search-pages.ts';
import type { Journal } from '../../journal/journal.ts';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

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
    seal(page) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, key, nonce);
      return Buffer.concat([nonce, cipher.update(page), cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      );
    },
    open(token) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length < NONCE + TAG) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAuthTag(bytes.subarray(-TAG));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}
