import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Ack } from '../../formats/hl7/types.ts';
import { checkAnswer } from '../hl7-answer.ts';
import type { Hl7Peer } from '../interfaces.ts';
import { reasonOf } from '../open-socket.ts';
import { type AnswerFile, waitForAnswer } from './answer-file.ts';
import { writeWhole } from './write-whole.ts';

/** Where the files are exchanged, and how. Times in ms, sizes in bytes. */
export interface DirectoryHookOptions {
  /** The folder shared with the application. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly maxAckBytes: number;
  /** How often the folder is looked at where the system announces no change (network file systems). */
  readonly pollMs: number;
  /** How long an ACK file must stay the same before it is taken for whole. */
  readonly settleMs: number;
}

/**
 * An application that exchanges files: `<MSH-10>.hl7` appears there whole, `<MSH-10>.ack` is waited for, and
 * both are removed once it is read.
 *
 * A repetition has the same name: an ACK that came after the last wait is taken as the answer, and nothing is
 * written again. An ACK file that is none or another message's is kept aside as `<MSH-10>.ack.rejected`.
 *
 * Errors: DIR-001 the folder cannot be written, DIR-002 no ACK in time, HL7-002, HL7-004.
 */
export function createDirectoryHook(options: DirectoryHookOptions): Hl7Peer {
  const { path } = options;
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  async function roundTrip(message: Uint8Array, controlId: string): Promise<Ack> {
    const base = join(path, fileName(controlId));
    const answerFile: AnswerFile = { ...options, folder: path, path: `${base}.ack`, closing: closing.signal };
    if (!(await exists(answerFile.path))) {
      await writeWhole(`${base}.hl7`, message).catch((cause: unknown) => {
        throw unwritable(cause);
      });
    }
    try {
      const ack = await waitForAnswer(answerFile);
      checkAnswer(ack, controlId);
      await rm(`${base}.hl7`, { force: true });
      await rm(answerFile.path, { force: true });
      return ack;
    } catch (thrown) {
      // Left there, it would still be taken once a person has given it up or sent it again under another
      // name. While the gateway only stops, nobody gives anything up.
      if (!closing.signal.aborted) await rm(`${base}.hl7`, { force: true });
      if (thrown instanceof GatewayError && thrown.code !== 'DIR-002') await setAside(answerFile.path);
      throw thrown;
    }
  }

  return {
    send(message, controlId) {
      const sent = roundTrip(message, controlId);
      const forget = (): boolean => running.delete(sent);
      running.add(sent);
      sent.then(forget, forget);
      return sent;
    },
    async probe() {
      try {
        // The `.` refuses a plain file of that name.
        await access(join(path, '.'), constants.R_OK | constants.W_OK | constants.X_OK);
      } catch (cause) {
        throw unwritable(cause);
      }
      return { lines: [`Dossier d’échange ${path} accessible en lecture et en écriture`], warnings: [] };
    },
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

/**
 * A control id as a file name that no other id has: what is not a letter, a digit, `-`, `_` or an inner `.`
 * becomes `%XX`; a long one keeps its beginning and a digest.
 */
function fileName(controlId: string): string {
  const name = controlId.replaceAll(/[^A-Za-z0-9._-]|^\./gu, encodeCharacter);
  if (name.length <= 120) return name;
  return `${name.slice(0, 80)}-${createHash('sha256').update(controlId).digest('hex').slice(0, 32)}`;
}

function encodeCharacter(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.rejected`).catch(() => {});
}

function unwritable(cause: unknown): GatewayError {
  return new GatewayError('DIR-001', { fields: reasonOf(cause), cause });
}
