import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** Seals bytes with AES-256-GCM. @param name is bound to the seal: they open under no other @param key of 32 bytes */
export function seal(name: string, bytes: Uint8Array, key: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** What {@link seal} has sealed. @throws Error when it was sealed otherwise, or altered */
export function unseal(name: string, sealed: Uint8Array, key: Uint8Array): Buffer {
  if (sealed.byteLength < NONCE + TAG) throw new RangeError('too short for a seal');
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}
