import { X509Certificate } from 'node:crypto';

/** The two certificates that an organisation of the CI-SIS has: one for TLS, one for seals. */
export type CertificateUse = 'AUTH_CLI' | 'SIGN';

const EXTENDED_USE = { AUTH_CLI: '1.3.6.1.5.5.7.3.2', SIGN: '1.3.6.1.5.5.7.3.4' } as const;
/** KeyUsage (RFC 5280 §4.2.1.3): bit 0 is digitalSignature, bit 1 nonRepudiation. */
const KEY_USAGE = { AUTH_CLI: 0b1000_0000, SIGN: 0b1100_0000 } as const;
const KEY_USAGE_OID = Buffer.from([0x55, 0x1d, 0x0f]);
const LONGEST_CHAIN = 5;

/**
 * Why a certificate cannot serve: its use, its dates, its chain, its structure.
 *
 * @param others certificates that may stand between it and a trusted one
 * @returns undefined when it can.
 */
export function certificateFault(
  certificate: X509Certificate,
  use: CertificateUse,
  trust: { readonly trusted: readonly X509Certificate[]; readonly others: readonly X509Certificate[] },
  now: Date,
): string | undefined {
  // Node calls the extended key usages `keyUsage`; the others have to be read from the DER.
  if (!(certificate.keyUsage ?? []).includes(EXTENDED_USE[use])) return `Not a valid ${use} certificate`;
  if ((keyUsageBits(certificate) & KEY_USAGE[use]) !== KEY_USAGE[use])
    return `Not a valid ${use} certificate: keyUsage`;
  if (!isValidAt(certificate, now)) return 'expired or not yet valid';
  if (structuresOf(certificate).length === 0) return 'no structure (OU) in its subject';
  return isTrusted(certificate, trust, now, LONGEST_CHAIN) ? undefined : 'not issued by a trusted authority';
}

/** Struct_IdNat: the OU of the subject. */
export function structuresOf(certificate: X509Certificate): string[] {
  return nameParts(certificate.subject, '\n').flatMap(part =>
    part.startsWith('OU=') ? [part.slice(3)] : [],
  );
}

/** Whether a text is a distinguished name, in RFC 2253 order or reversed (ANS example). */
export function isNameOf(text: string, name: string): boolean {
  const said = nameParts(text, ',');
  const meant = nameParts(name, '\n');
  return [said, said.toReversed()].some(parts => parts.join('\n') === meant.join('\n'));
}

/** A certificate from the base64 text of ds:X509Certificate; undefined when it is none. */
export function readCertificate(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function isValidAt(certificate: X509Certificate, now: Date): boolean {
  return certificate.validFromDate <= now && now <= certificate.validToDate;
}

function isTrusted(
  certificate: X509Certificate,
  trust: { readonly trusted: readonly X509Certificate[]; readonly others: readonly X509Certificate[] },
  now: Date,
  left: number,
): boolean {
  if (left === 0) return false;
  const isIssuer = (by: X509Certificate): boolean =>
    by.ca && certificate.checkIssued(by) && certificate.verify(by.publicKey) && isValidAt(by, now);
  return (
    trust.trusted.some(isIssuer) ||
    trust.others.some(by => isIssuer(by) && isTrusted(by, trust, now, left - 1))
  );
}

/** `TYPE=value` in order, without escapes and spaces around; one a part of the name. */
function nameParts(name: string, separator: ',' | '\n'): string[] {
  const parts = separator === '\n' ? name.split('\n') : (name.match(/(?:\\.|[^,\\])+/gs) ?? []);
  return parts.map(part => {
    const at = part.indexOf('=');
    if (at === -1) return '';
    return `${part.slice(0, at).trim().toUpperCase()}=${unescaped(part.slice(at + 1).trim())}`;
  });
}

/** RFC 2253 §2.4: `\,` is a comma, `\C3\A9` the bytes of an é. */
function unescaped(value: string): string {
  return value
    .replaceAll(/(?:\\[0-9A-F]{2})+/gi, hex => Buffer.from(hex.replaceAll('\\', ''), 'hex').toString('utf8'))
    .replaceAll(/\\(.)/gs, '$1');
}

/** The first octet of the KeyUsage extension; 0 without it. */
function keyUsageBits(certificate: X509Certificate): number {
  const [toBeSigned] = derElements(derContent(certificate.raw));
  const fields = derElements(toBeSigned?.content ?? Buffer.alloc(0));
  const extensions = fields.find(({ tag }) => tag === 0xa3);
  if (extensions === undefined) return 0;
  for (const extension of derElements(derContent(extensions.content))) {
    const [oid, ...rest] = derElements(extension.content);
    if (oid?.content.equals(KEY_USAGE_OID))
      return derContent(rest.at(-1)?.content ?? Buffer.alloc(2)).at(1) ?? 0;
  }
  return 0;
}

interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

function derContent(der: Buffer): Buffer {
  return derElements(der)[0]?.content ?? Buffer.alloc(0);
}

function derElements(der: Buffer): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at + 2 <= der.length; ) {
    const first = der.readUInt8(at + 1);
    const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
    // An extension may hold anything.
    if (sizeBytes > 4 || at + 2 + sizeBytes > der.length) break;
    const size = sizeBytes === 0 ? first : der.readUIntBE(at + 2, sizeBytes);
    const start = at + 2 + sizeBytes;
    found.push({ tag: der.readUInt8(at), content: der.subarray(start, start + size) });
    at = start + size;
  }
  return found;
}
