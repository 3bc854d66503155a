/** What a hook has said, of which the journal must hear before anybody else. */
export interface Word {
  /** Whether somebody is still there to be told it. */
  isHeard(): boolean;
  /** It stands in the journal. */
  recorded(): void;
  /** Nothing has come of it: who waits hears nothing. */
  dropped(): void;
}

/** Callers that wait for a hook's word on the changes that they brought; a change has one hearing, whoever waits. */
export interface Hearings {
  /** Whether a change is waited for, or what became of it is being recorded. */
  isOpen(exchangeId: string): boolean;
  /** A listener is going to wait for a change that is about to be recorded: its word may come first. */
  expect(exchangeId: string, listener: AbortSignal): void;
  /** Nobody is: it was not recorded. */
  forget(exchangeId: string): void;
  /**
   * Waits until a word on a change is recorded, or else until `unheard` is: what makes the change stand, for lack of a word
   * in `ms`. Of several who wait, the first decides how long, and what is done then.
   *
   * @param listener of who would be told the word, until it leaves; undefined where it is not for who waits
   */
  hear(exchangeId: string, wait: Wait, listener: AbortSignal | undefined): Promise<void>;
  /** The hook has spoken; undefined where nobody is there to be told, or its time is over. */
  speak(exchangeId: string): Word | undefined;
  /** The hook will say nothing this time: nobody waits any longer. */
  miss(exchangeId: string): void;
  /** Nobody waits any longer, nor will. */
  close(): void;
}

/** How long a word is waited for, ms, and what is done without one. */
export interface Wait {
  readonly ms: number;
  readonly unheard: () => Promise<void>;
}

interface Hearing {
  /** Who would be told the word. */
  readonly listeners: Set<AbortSignal>;
  phase: 'waiting' | 'spoken' | 'unheard';
  /** Ends the waiting: true where a word is recorded. */
  readonly end: (isHeard: boolean) => void;
  readonly ended: Promise<boolean>;
  timer: NodeJS.Timeout | undefined;
  /** What those who wait have in common. */
  heard: Promise<void> | undefined;
}

export function createHearings(): Hearings {
  const open = new Map<string, Hearing>();
  let isClosed = false;

  function begin(exchangeId: string): Hearing {
    const { promise: ended, resolve: end } = Promise.withResolvers<boolean>();
    const hearing: Hearing = {
      listeners: new Set(),
      phase: 'waiting',
      end,
      ended,
      timer: undefined,
      heard: undefined,
    };
    open.set(exchangeId, hearing);
    return hearing;
  }

  function miss(hearing: Hearing): void {
    clearTimeout(hearing.timer);
    hearing.phase = 'unheard';
    hearing.end(false);
  }

  function listen({ listeners }: Hearing, listener: AbortSignal): void {
    if (listener.aborted || listeners.has(listener)) return;
    listeners.add(listener);
    listener.addEventListener('abort', () => listeners.delete(listener));
  }

  async function wait(exchangeId: string, hearing: Hearing, unheard: () => Promise<void>): Promise<void> {
    try {
      if (!(await hearing.ended)) await unheard();
    } finally {
      open.delete(exchangeId);
    }
  }

  return {
    isOpen: exchangeId => open.has(exchangeId),
    expect: (exchangeId, listener) => listen(begin(exchangeId), listener),
    forget: exchangeId => void open.delete(exchangeId),
    hear: (exchangeId, { ms, unheard }, listener) => {
      const hearing = open.get(exchangeId) ?? begin(exchangeId);
      if (listener !== undefined) listen(hearing, listener);
      if (hearing.heard === undefined && hearing.phase === 'waiting') {
        if (isClosed) miss(hearing);
        else hearing.timer = setTimeout(() => miss(hearing), ms);
      }
      hearing.heard ??= wait(exchangeId, hearing, unheard);
      return hearing.heard;
    },
    speak: exchangeId => {
      const hearing = open.get(exchangeId);
      if (hearing === undefined || hearing.phase === 'unheard') return undefined;
      if (hearing.listeners.size === 0) {
        miss(hearing);
        return undefined;
      }
      hearing.phase = 'spoken';
      const end = (isRecorded: boolean): void => {
        clearTimeout(hearing.timer);
        hearing.phase = isRecorded ? 'spoken' : 'unheard';
        hearing.end(isRecorded);
      };
      return {
        isHeard: () => hearing.phase === 'spoken' && hearing.listeners.size > 0,
        recorded: () => end(true),
        dropped: () => end(false),
      };
    },
    miss: exchangeId => {
      const hearing = open.get(exchangeId);
      if (hearing?.phase === 'waiting') miss(hearing);
    },
    close: () => {
      isClosed = true;
      for (const hearing of open.values()) if (hearing.phase === 'waiting') miss(hearing);
    },
  };
}
