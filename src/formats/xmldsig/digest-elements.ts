import { createHash } from 'node:crypto';
import { DIGEST_METHODS, type DigestAlgorithm } from './algorithms.ts';

/** A digest in base64, of bytes or of a text in UTF-8. */
export function digestOf(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('base64');
}

/**
 * DigestMethod and DigestValue (XML-DSig §4.4.3.5) of a digest in base64.
 *
 * @param attributes of both elements, such as a namespace declaration where another is in force.
 */
export function digestElements(algorithm: DigestAlgorithm, digest: string, attributes = ''): string {
  return [
    `<DigestMethod${attributes} Algorithm="${DIGEST_METHODS[algorithm]}"/>`,
    `<DigestValue${attributes}>${digest}</DigestValue>`,
  ].join('');
}
