import type { MllpEvents } from '../interfaces.ts';

/** After so many in a row a connection ends: an honest application sends none. */
const MOST = 100;

/** The messages of a connection that nobody can read, as far as they come one after the other. */
export interface UnreadableRun {
  /** Takes a message into account; whether so many unreadable ones have come that the connection must end. */
  goesTooFar(isReadable: boolean): boolean;
  /** No message comes any more. */
  end(): void;
}

/**
 * Tells of the first one at once, so that whoever sets an application up sees it, and of a run of several once, with its
 * count, when it is over: a flood of them must not become a flood of the log.
 */
export function createUnreadableRun({ unreadable }: Pick<MllpEvents, 'unreadable'>): UnreadableRun {
  let count = 0;

  function close(isConnectionEnded: boolean): void {
    if (count > 1) unreadable({ count, isConnectionEnded });
    count = 0;
  }

  return {
    goesTooFar(isReadable) {
      if (isReadable) close(false);
      else count += 1;
      if (count === 1) unreadable({ count, isConnectionEnded: false });
      const isEnough = count === MOST;
      if (isEnough) close(true);
      return isEnough;
    },
    end: () => close(false),
  };
}
