import type { Socket } from 'node:net';
import { BLOCK_END, BLOCK_START } from '../../formats/hl7/framing.ts';

/** How much is handed to the socket at a time; the next slice waits until the peer has taken it. */
const SLICE = 256 * 1024;

/** Who wants to know how far a block has come. Neither is called once the socket is closed. */
export interface BlockProgress {
  /** All of it has been handed to the socket. */
  handedOver?(): void;
  /** All of it has been handed to the system. */
  flushed?(): void;
}

/** Writes a block without copying the message, no faster than the peer reads. */
export function writeBlock(socket: Socket, message: Uint8Array, progress: BlockProgress): void {
  let at = 0;
  function pump(): void {
    if (socket.destroyed) return;
    socket.cork();
    if (at === 0) socket.write(BLOCK_START);
    let room = true;
    while (room && at < message.byteLength) {
      room = socket.write(message.subarray(at, at + SLICE));
      at += SLICE;
    }
    const finished = at >= message.byteLength;
    if (finished) socket.write(BLOCK_END, error => !error && progress.flushed?.());
    socket.uncork();
    if (finished) progress.handedOver?.();
    else socket.once('drain', pump);
  }
  pump();
}

/**
 * Writes a block. Resolves once the system has taken all of it; with false when it has not within `timeoutMs`, because
 * the peer does not read, or when the connection is closed.
 */
export function sendBlock(socket: Socket, message: Uint8Array, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    function end(isTaken: boolean): void {
      clearTimeout(deadline);
      socket.off('close', lost);
      resolve(isTaken);
    }
    const lost = (): void => end(false);
    const deadline = setTimeout(lost, timeoutMs);
    socket.once('close', lost);
    if (socket.destroyed) lost();
    else writeBlock(socket, message, { flushed: () => end(true) });
  });
}
