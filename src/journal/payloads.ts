import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { seal, unseal } from '../basics/seal.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { NewPayload } from './journal.ts';

/** A payload as a row keeps it. */
export interface PackedPayload {
  readonly name: string;
  readonly deflated: boolean;
  readonly sealed: boolean;
  readonly bytes: Uint8Array;
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Archives and PDFs are deflated already; a sample tells, so that their bytes are not worked over for nothing. */
const SAMPLE = 64 * 1024;

/** Deflates, where it pays, and seals with AES-256-GCM when there is a key. The name is bound to the seal. */
export async function pack(payload: NewPayload, key: Uint8Array | undefined): Promise<PackedPayload> {
  const { name, bytes } = payload;
  const worthIt =
    bytes.byteLength > 128 &&
    (await deflate(bytes.subarray(0, SAMPLE), { level: 1 })).byteLength * 10 <
      Math.min(bytes.byteLength, SAMPLE) * 9;
  const body = worthIt ? await deflate(bytes, { level: 1 }) : bytes;
  return {
    name,
    deflated: worthIt,
    sealed: key !== undefined,
    bytes: key === undefined ? body : seal(name, body, key),
  };
}

/** @throws GatewayError JRN-004 when it was sealed with another key or altered. */
export async function unpack(packed: PackedPayload, key: Uint8Array | undefined): Promise<Uint8Array> {
  const body = packed.sealed ? opened(packed.name, packed.bytes, key) : packed.bytes;
  if (!packed.deflated) return body;
  try {
    return await inflate(body);
  } catch (cause) {
    throw new GatewayError('JRN-004', { detail: 'Il est abîmé.', cause });
  }
}

/** Opens what was sealed. @throws GatewayError JRN-004 when it was with another key, or altered since */
export function opened(name: string, sealed: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  if (key === undefined) throw new GatewayError('JRN-004');
  try {
    return unseal(name, sealed, key);
  } catch (cause) {
    throw new GatewayError('JRN-004', { cause });
  }
}
