import type { Readable } from 'node:stream';

/**
 * A request's body, whole. Sizes in bytes.
 *
 * @param hold is told how much has come, and says whether there is room for it
 * @throws Error with `statusCode` 413 for more than `maxBytes`, 503 where there is no room; the stream's own
 */
export async function readBody(
  stream: Readable,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  let refused: number | undefined;
  // Destroyed, it would take the connection with it, and the refusal.
  for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) refused = 413;
    else if (!hold(size)) refused = 503;
    if (refused !== undefined) break;
    parts.push(part);
  }
  if (refused === undefined) return Buffer.concat(parts, size);
  stream.resume();
  throw Object.assign(new Error('a body without room'), { statusCode: refused });
}
