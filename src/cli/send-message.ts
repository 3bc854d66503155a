import { readFileSync } from 'node:fs';
import { systemClock } from '../basics/clock.ts';
import { createIdSource } from '../basics/ids.ts';
import { controlIdOf, withControlId } from '../formats/hl7/control-id.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { parseHeader } from '../formats/hl7/message.ts';
import { UsageError } from './failure.ts';

/** A message as it is sent, and its MSH-10. */
export interface Sendable {
  readonly message: Uint8Array;
  readonly controlId: string;
}

/**
 * The message of a file.
 *
 * @param renewed whether it gets an MSH-10 and a time (MSH-7) of its own
 * @throws UsageError when the file holds no message, or one without MSH-10
 */
export function messageIn(file: string, renewed: boolean): Sendable {
  const written = withoutFrame(readBytes(file));
  try {
    const newId = controlIdOf(createIdSource(systemClock)());
    const message = renewed ? withControlId(written, newId, systemClock.now()) : written;
    const controlId = parseHeader(message).header.component(10, 1).trim();
    if (controlId !== '') return { message, controlId };
  } catch (error) {
    if (error instanceof Hl7Error) throw new UsageError(`${file} n’est pas un message HL7.`);
    throw error;
  }
  throw new UsageError(
    `Le message de ${file} n’a pas d’identifiant (MSH-10) : ajoutez --new-id pour lui en donner un.`,
  );
}

/** A file's bytes. @throws UsageError */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new UsageError(`${file} ne peut pas être lu.`);
  }
}

/** Files often have line ends of their own, and captures a frame; on the wire a segment ends with CR. */
function withoutFrame(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/^[\v\s\u00ef\u00bb\u00bf]+/, '')
    .replace(/[\x1c\s]+$/, '');
  return Buffer.from(`${text.includes('\r') ? text : text.replaceAll('\n', '\r')}\r`, 'latin1');
}
