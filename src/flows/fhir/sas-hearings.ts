/** What a hook has said, of which the journal must hear before anybody else. */
export interface Word {
  /** It stands in the journal. */
  recorded(): void;
  /** Nothing has come of it: who waits hears nothing. */
  dropped(): void;
}

/** Callers that wait for a hook's word on the changes that they brought; a change has one hearing, whoever waits. */
export interface Hearings {
  /** Whether a change is waited for, or what became of it is being recorded. */
  isOpen(exchangeId: string): boolean;
  /** Somebody is going to wait for a change that is about to be recorded: its word may come first. */
  expect(exchangeId: string): void;
  /** Nobody is: it was not recorded. */
  forget(exchangeId: string): void;
  /**
   * Waits until a word on a change is recorded, or else until `unheard` is: what makes the change stand, for lack of a word
   * in `ms`. Of several who wait, the first decides how long, and what is done then.
   */
  hear(exchangeId: string, ms: number, unheard: () => Promise<void>): Promise<void>;
  /** The hook has spoken, and nobody's time runs out any longer; undefined where it has just run out, and where nobody listens. */
  speak(exchangeId: string): Word | undefined;
  /** The hook will say nothing this time: nobody waits any longer. */
  miss(exchangeId: string): void;
  /** Nobody waits any longer, nor will. */
  close(): void;
}

interface Hearing {
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
    const hearing: Hearing = { phase: 'waiting', end, ended, timer: undefined, heard: undefined };
    open.set(exchangeId, hearing);
    return hearing;
  }

  function miss(hearing: Hearing): void {
    clearTimeout(hearing.timer);
    hearing.phase = 'unheard';
    hearing.end(false);
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
    expect: exchangeId => void begin(exchangeId),
    forget: exchangeId => void open.delete(exchangeId),
    hear: (exchangeId, ms, unheard) => {
      const hearing = open.get(exchangeId) ?? begin(exchangeId);
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
      clearTimeout(hearing.timer);
      hearing.phase = 'spoken';
      const end = (isHeard: boolean): void => {
        hearing.phase = isHeard ? 'spoken' : 'unheard';
        hearing.end(isHeard);
      };
      return { recorded: () => end(true), dropped: () => end(false) };
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
