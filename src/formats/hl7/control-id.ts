import { charsetOf, encodeHl7 } from './charset.ts';
import { escapeValue } from './escape.ts';
import { parseMessage } from './message.ts';
import { hl7Time } from './time.ts';

/**
 * The MSH-10 made of a fresh UUIDv7: its first 20 hexadecimal digits, that is time, counter and some chance.
 * MSH-10 has 20 characters in HL7 2.5, and peers of that version cut or refuse a longer one.
 */
export function controlIdOf(id: string): string {
  return id.replaceAll('-', '').slice(0, 20);
}

/**
 * The message under a new MSH-10 and MSH-7, every other byte as it was: a person's retry is a new attempt,
 * which the application must not take for a repetition.
 *
 * @param message whose segments end with CR, as every message that the gateway stores to send
 * @throws Hl7Error
 */
export function withControlId(message: Uint8Array, controlId: string, time: Date): Uint8Array {
  const { separators, encoding } = parseMessage(message);
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const end = bytes.indexOf('\r');
  // One character a byte: what stays is written back as it stood, whatever the charset.
  const fields = bytes.toString('latin1', 0, end).split(separators.field);
  fields[6] = hl7Time(time);
  fields[9] = Buffer.from(encodeHl7(escapeValue(controlId), charsetOf(encoding), 'escape')).toString(
    'latin1',
  );
  return Buffer.concat([Buffer.from(fields.join(separators.field), 'latin1'), bytes.subarray(end)]);
}
