import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createDeframer, FrameTooLarge } from '../../formats/hl7/framing.ts';
import type { MllpEvents } from '../interfaces.ts';
import type { LargeFrame, LargeFrames } from './large-frames.ts';
import type { Pastime } from './make-way.ts';
import { createUnreadableRun } from './unreadable-run.ts';
import { sendBlock } from './write-block.ts';

/** What the connections of a server have in common. Sizes in bytes, times in ms. */
export interface ServerConnectionOptions extends MllpEvents {
  readonly maxBytes: number;
  /** How long a peer may leave us hanging: in a frame, with an answer that it does not take, at the end. */
  readonly idleInFrameMs: number;
}

/** A connection of an application that sends us messages. */
export interface ServerConnection {
  /** What it is at, and since when, ms; undefined while a frame comes well or a message is in hand. */
  readonly state: { readonly what: Pastime; readonly since: number } | undefined;
  /** Ends for another's sake. */
  makeWay(): void;
  /** Ends once the message in hand has been answered: at once where there is none. */
  finish(): void;
}

/** What each connection may hold of a frame without asking for room. */
const FREE_BYTES = 1024 * 1024;
/** Outside of frames, after which a peer does not speak MLLP. */
const STRAY_BYTES = 64 * 1024;
/** A frame is slow that takes longer than this for so many bytes. */
const SLOW_MS = 1_000;
const SLOW_BYTES = 64 * 1024;
/** How long a peer has to end its side when we stop, ms: many do not look before they send again. */
const PARTING_MS = 1_000;

/**
 * Serves a connection: one message after the other, each answered before the next one is read. `leaving` is the time
 * from the last answer to the peer's own end, when what still comes is read into nothing.
 *
 * @param address the peer's
 * @param largeFrames shared by the connections of a server
 */
export function serveConnection(
  socket: Socket,
  address: string,
  largeFrames: LargeFrames,
  options: ServerConnectionOptions,
): ServerConnection {
  let deframer = createDeframer(options);
  const messages: Uint8Array[] = [];
  const unreadable = createUnreadableRun(options);
  let phase: 'reading' | 'waiting' | 'answering' | 'leaving' = 'reading';
  /** Since when the phase lasts, or the last `SLOW_BYTES` of a frame have come; how many bytes it had then. */
  let since = performance.now();
  let sizeThen = 0;
  let strayThen = 0;
  let oversized: Uint8Array | undefined;
  let ended = false;
  let finishing = false;
  let hasAsked = false;
  let patience: NodeJS.Timeout | undefined;

  const large: LargeFrame = {
    address,
    granted() {
      if (phase === 'waiting') read();
    },
    isSlow,
    cut,
  };

  function isSlow(): boolean {
    return phase === 'reading' && deframer.open && performance.now() - since > SLOW_MS;
  }

  /** Reads on: the next frame, or the rest of one. */
  function read(): void {
    enter('reading');
    if (!ended) {
      watchFrame();
      socket.resume();
    } else if (deframer.open) {
      cut();
    } else {
      leave();
    }
  }

  function cut(): void {
    giveUp('cut', deframer.begin());
  }

  function enter(next: typeof phase): void {
    phase = next;
    since = performance.now();
    sizeThen = deframer.size;
    clearTimeout(patience);
  }

  /** What is sent between frames costs nothing; a begun frame has to come. */
  function watchFrame(): void {
    clearTimeout(patience);
    if (!deframer.open) return;
    patience = setTimeout(cut, options.idleInFrameMs);
  }

  function receive(chunk: Buffer): void {
    if (phase === 'leaving') return;
    const wasOpen = deframer.open;
    try {
      messages.push(...deframer.push(chunk));
    } catch (thrown) {
      if (!(thrown instanceof FrameTooLarge)) throw thrown;
      messages.push(...thrown.before);
      oversized = thrown.begin;
    }
    if (messages.length > 0 || oversized !== undefined) {
      void answerAll();
    } else if (deframer.stray - strayThen > STRAY_BYTES) {
      breakOff(connectionError('MLLP_NOT_SPOKEN'));
    } else if (deframer.size > FREE_BYTES && !hasAsked) {
      askForRoom();
    } else {
      const begins = deframer.open && !wasOpen;
      if (begins || deframer.size - sizeThen >= SLOW_BYTES) enter('reading');
      watchFrame();
    }
  }

  function askForRoom(): void {
    enter('waiting');
    socket.pause();
    hasAsked = true;
    largeFrames.ask(large);
  }

  function giveRoomBack(): void {
    if (hasAsked) largeFrames.leave(large);
    hasAsked = false;
  }

  async function answerAll(): Promise<void> {
    enter('answering');
    strayThen = deframer.stray;
    socket.pause();
    try {
      for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
        const { bytes, isReadable } = await options.handle(message, { remote: address });
        const isEnough = unreadable.goesTooFar(isReadable);
        await send(bytes);
        // A chunk may hold thousands of messages: other connections have their turn between them.
        if (messages.length > 0) await nextTurn();
        if (socket.destroyed) return;
        if (finishing || isEnough) return leave();
      }
    } catch (thrown) {
      return breakOff(thrown);
    }
    giveRoomBack();
    if (oversized === undefined) read();
    else giveUp('too-large', oversized);
  }

  async function send(answer: Uint8Array): Promise<void> {
    const isTaken = await sendBlock(socket, answer, options.idleInFrameMs);
    if (!isTaken && !socket.destroyed) breakOff(connectionError('MLLP_NOT_READ'));
  }

  function giveUp(why: 'too-large' | 'cut', begin: Uint8Array): void {
    enter('leaving');
    letGo();
    socket.resume();
    const answer = tell(why, begin);
    if (answer === undefined) leave();
    else void send(answer).then(leave);
  }

  function tell(why: 'too-large' | 'cut', begin: Uint8Array): Uint8Array | undefined {
    try {
      return options.broken(why, begin);
    } catch (thrown) {
      options.failed(thrown);
      return undefined;
    }
  }

  /**
   * Ends our side. Closed at once on bytes that nobody read, the connection would be reset, and the peer might lose
   * its answer.
   */
  function leave(): void {
    enter('leaving');
    letGo();
    if (socket.destroyed) return;
    socket.resume();
    socket.end();
    const { idleInFrameMs } = options;
    patience = setTimeout(
      () => socket.destroy(),
      finishing ? Math.min(PARTING_MS, idleInFrameMs) : idleInFrameMs,
    );
  }

  /** Of what it holds: nothing of it will be answered. */
  function letGo(): void {
    deframer = createDeframer(options);
    messages.length = 0;
    giveRoomBack();
  }

  function breakOff(error: unknown): void {
    options.failed(error);
    socket.destroy();
  }

  /** Nothing is owed. */
  function dismiss(): void {
    leave();
    socket.destroySoon();
  }

  socket.on('data', receive);
  socket.on('end', () => {
    ended = true;
    if (phase === 'reading' || phase === 'waiting') read();
  });
  socket.on('error', (error: Error & { readonly code?: string }) => {
    // Between frames a reset breaks nothing: load balancers look so whether we are there.
    const isAtWork = phase === 'waiting' || phase === 'answering' || deframer.open;
    if (isAtWork || error.code !== 'ECONNRESET') options.failed(error);
  });
  socket.on('close', () => {
    const isCut = deframer.open && phase !== 'leaving' && !finishing;
    enter('leaving');
    unreadable.end();
    giveRoomBack();
    if (isCut) tell('cut', deframer.begin());
  });

  return {
    get state(): ServerConnection['state'] {
      if (phase === 'answering') return undefined;
      if (phase !== 'reading') return { what: phase, since };
      if (!deframer.open) return { what: 'idle', since };
      return isSlow() ? { what: 'slow', since } : undefined;
    },
    makeWay() {
      if (phase === 'leaving') socket.destroy();
      else if (deframer.open) cut();
      else dismiss();
    },
    finish() {
      finishing = true;
      if (phase === 'reading' || phase === 'waiting') dismiss();
      // From now on it has less time to end its side.
      else if (phase === 'leaving') leave();
    },
  };
}

/** Why we end a connection ourselves, for the log. */
function connectionError(code: 'MLLP_NOT_SPOKEN' | 'MLLP_NOT_READ'): Error {
  return Object.assign(new Error(code), { code });
}
