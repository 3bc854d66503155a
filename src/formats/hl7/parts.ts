import { type Mark, standsAt } from './separators.ts';

/** Where something stands in the bytes of a message: from one byte up to another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Cuts pieces of a message at one separator; each stands wholly between two separators of the level above. */
export interface Cutter {
  /** The nth part (from 1); empty when there are fewer. */
  part(piece: Span, number: number): Span;
  /** How many parts there are, counted no further than `most`. */
  count(piece: Span, most: number): number;
}

/** What is shorter is sooner searched again than remembered, and sooner byte by byte than natively; bytes. */
const LONG = 1024;

/** Where the first parts of a piece begin; all of them where it is whole. */
interface Cut {
  readonly starts: number[];
  isWhole: boolean;
}

/**
 * Remembers where the parts of the latest piece are, and of every long one: it is searched once, and no further than the
 * last part that was asked for, however often values are read. So a sender who makes a search slow (a separator of
 * several bytes, and text that has the first of them everywhere) makes one search slow.
 *
 * @param body the message
 */
export function createCutter(body: Buffer, mark: Mark): Cutter {
  // By where they begin.
  const long = new Map<number, Cut>();
  let latest: Cut | undefined;

  function cutOf({ start, end }: Span): Cut {
    if (latest?.starts[0] === start) return latest;
    const isLong = end - start >= LONG;
    const cut = (isLong ? long.get(start) : undefined) ?? { starts: [start], isWhole: false };
    if (isLong) long.set(start, cut);
    latest = cut;
    return cut;
  }

  /** The beginnings of at least so many parts, as far as there are so many. */
  function startsOf(piece: Span, number: number): readonly number[] {
    const cut = cutOf(piece);
    while (!cut.isWhole && cut.starts.length < number) {
      const found = find(body, mark, cut.starts.at(-1) ?? piece.start, piece.end);
      if (found === piece.end) cut.isWhole = true;
      else cut.starts.push(found + mark.length);
    }
    return cut.starts;
  }

  return {
    part(piece, number) {
      const starts = startsOf(piece, number + 1);
      const next = starts[number];
      return {
        start: starts[number - 1] ?? piece.end,
        end: next === undefined ? piece.end : next - mark.length,
      };
    },
    count: (piece, most) => Math.min(startsOf(piece, most).length, most),
  };
}

/** Where a separator stands first; `end` where there is none. */
function find(body: Buffer, mark: Mark, start: number, end: number): number {
  if (end - start < LONG) {
    for (let at = start; at <= end - mark.length; at++) if (standsAt(body, at, mark)) return at;
    return end;
  }
  const found = body.subarray(start, end).indexOf(mark.needle);
  return found < 0 ? end : start + found;
}
