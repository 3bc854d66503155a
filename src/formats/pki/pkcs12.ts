import { createPrivateKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { GatewayError } from '../../errors/gateway-error.ts';

type Bag = forge.pkcs12.Bag;

const { asn1, pki } = forge;
/** What node-forge says when the password does not fit: the whole file, its certificates or its key. */
const WRONG_MAC = /MAC could not be verified/;
const WRONG_PASSWORD = /MAC could not be verified|Failed to decrypt|wrong password/i;

/**
 * Opens a PKCS#12 file (RFC 7292): those of today (AES, SHA-256), and those with the RC2 or triple DES of older tools,
 * which OpenSSL 3 and node:tls refuse.
 *
 * @returns its certificates (DER) and private keys, in its order
 * @throws GatewayError DMP-020 when it cannot be read or the password is wrong
 */
export function openPkcs12(
  bytes: Uint8Array,
  password: string,
): { readonly certificates: readonly Buffer[]; readonly keys: readonly KeyObject[] } {
  try {
    const bags = bagsOf(Buffer.from(bytes).toString('latin1'), password);
    return {
      certificates: bags.filter(({ type }) => type === pki.oids['certBag']).map(certificateOf),
      keys: bags
        .filter(({ type }) => type === pki.oids['keyBag'] || type === pki.oids['pkcs8ShroudedKeyBag'])
        .map(keyOf),
    };
  } catch (cause) {
    const detail = WRONG_PASSWORD.test(messageOf(cause))
      ? 'Le mot de passe du fichier PKCS#12 est faux, ou le fichier est abîmé.'
      : // Without a MAC, one wrong password in 256 deciphers to nonsense instead.
        'Ce n’est pas un fichier PKCS#12 (.p12, .pfx), ou il est abîmé ou chiffré d’une manière inconnue, ou son mot de passe est faux.';
    throw new GatewayError('DMP-020', { detail, cause });
  }
}

/**
 * The content of the file. node-forge takes the password of the newer ciphers byte by byte, where RFC 8018 §3 asks for
 * UTF-8, and that of the MAC (RFC 7292 §B.1) as characters: with one that is not ASCII such a file is opened once for its
 * MAC, and once more, in the other encoding, for its content.
 */
function bagsOf(der: string, password: string): Bag[] {
  const pfx = asn1.fromDer(der);
  try {
    return open(pfx, password);
  } catch (error) {
    const utf8 = Buffer.from(password, 'utf8').toString('latin1');
    if (utf8 === password || WRONG_MAC.test(messageOf(error))) throw error;
    // PFX: version, authSafe, macData.
    return open({ ...pfx, value: Array.isArray(pfx.value) ? pfx.value.slice(0, 2) : pfx.value }, utf8);
  }
}

function open(pfx: forge.asn1.Asn1, password: string): Bag[] {
  return forge.pkcs12.pkcs12FromAsn1(pfx, false, password).safeContents.flatMap(({ safeBags }) => safeBags);
}

/**
 * The bytes as the authority signed them. node-forge would write the algorithm of the signature anew; it also stands in
 * the signed part (RFC 5280 §4.1.1.2).
 */
function certificateOf({ cert, asn1: unknown }: Bag): Buffer {
  if (!cert) return derOf(unknown);
  const signed = cert.tbsCertificate;
  const fields = Array.isArray(signed.value) ? signed.value : [];
  const { SEQUENCE, BITSTRING } = asn1.Type;
  // Version 1 has no version field before the serial number.
  const algorithm = fields[fields[0]?.tagClass === asn1.Class.CONTEXT_SPECIFIC ? 2 : 1];
  if (algorithm === undefined) throw new Error('certificate without algorithm');
  const signature = asn1.create(asn1.Class.UNIVERSAL, BITSTRING, false, `\0${String(cert.signature)}`);
  return derOf(asn1.create(asn1.Class.UNIVERSAL, SEQUENCE, true, [signed, algorithm, signature]));
}

/** node-forge knows RSA keys alone and leaves others as they are (PKCS#8). */
function keyOf({ key, asn1: other }: Bag): KeyObject {
  return key
    ? createPrivateKey({ key: derOf(pki.privateKeyToAsn1(key)), format: 'der', type: 'pkcs1' })
    : createPrivateKey({ key: derOf(other), format: 'der', type: 'pkcs8' });
}

function derOf(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
