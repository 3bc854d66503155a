import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Fresh identifiers: UUIDv7, whose order is the order of creation. */
export type IdSource = () => string;

/**
 * UUIDv7 (RFC 9562 §5.7) with a counter in `rand_a` (§6.2 method 1): ids of one source never go backwards,
 * not within a millisecond and not when the clock is set back.
 */
export function createIdSource(clock: Clock): IdSource {
  let last = 0;
  let counter = 0;
  return () => {
    const now = clock.now().getTime();
    if (now > last) {
      last = now;
      counter = randomBytes(2).readUInt16BE() & 0x7ff;
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    const random = randomBytes(8);
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80;
    const time = last.toString(16).padStart(12, '0');
    const tail = random.toString('hex');
    const middle = (0x7000 | counter).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}
