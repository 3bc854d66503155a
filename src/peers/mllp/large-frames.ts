/** So many large frames are read or handled at a time: together they hold so many times the largest size. */
const AT_ONCE = 4;
/** Of one peer, so that it never takes all of them. */
const OF_ONE_PEER = 3;
/** How often those that hold others up are looked at, ms. */
const WATCH_MS = 250;

/** A frame that has outgrown what each connection may hold without asking. */
export interface LargeFrame {
  /** Whose: the peer's address. */
  readonly address: string;
  /** It may grow now. */
  granted(): void;
  /** Whether it comes so slowly that it must not keep another from its place. */
  isSlow(): boolean;
  /** Gives it up. */
  cut(): void;
}

/** Bounds what large frames hold together. */
export interface LargeFrames {
  /** Asks for a place; `granted` is called at once or later. */
  ask(frame: LargeFrame): void;
  /** Has come to its end, or never will: its place, or its turn, is another's. */
  leave(frame: LargeFrame): void;
}

/**
 * Places for large frames. A place is for the largest size, so that what has one always comes to its end: nobody
 * holds a part of the memory while waiting for the rest. The next place goes to the peer that has the fewest, then
 * to the first that asked. While one waits, a frame that comes too slowly loses its place.
 */
export function createLargeFrames(): LargeFrames {
  const placed = new Set<LargeFrame>();
  const waiting = new Set<LargeFrame>();
  let watch: NodeJS.Timeout | undefined;

  function placesOf(address: string): number {
    let count = 0;
    for (const frame of placed) if (frame.address === address) count += 1;
    return count;
  }

  function next(): LargeFrame | undefined {
    if (placed.size >= AT_ONCE) return undefined;
    let fewest = OF_ONE_PEER;
    let chosen: LargeFrame | undefined;
    for (const frame of waiting) {
      const count = placesOf(frame.address);
      if (count >= fewest) continue;
      fewest = count;
      chosen = frame;
    }
    return chosen;
  }

  function admit(): void {
    for (let frame = next(); frame !== undefined; frame = next()) {
      waiting.delete(frame);
      placed.add(frame);
      frame.granted();
    }
    watchOver();
  }

  function watchOver(): void {
    if (waiting.size > 0) {
      watch ??= setInterval(cutSlow, WATCH_MS);
    } else {
      clearInterval(watch);
      watch = undefined;
    }
  }

  function cutSlow(): void {
    for (const frame of placed) if (frame.isSlow()) frame.cut();
  }

  return {
    ask(frame) {
      waiting.add(frame);
      admit();
    },
    leave(frame) {
      if (placed.delete(frame) || waiting.delete(frame)) admit();
    },
  };
}
