import forge from 'node-forge';

type Asn1 = forge.asn1.Asn1;

/** AttributeTypeAndValue (RFC 5280 §4.1.2.4). */
export interface NameAttribute {
  /** Dotted OID. */
  readonly type: string;
  /** Undefined where the value is of a type that holds no text. */
  readonly text: string | undefined;
  /** The value's own encoding, in hexadecimal. */
  readonly der: string;
}

/** A name as its certificate orders it, most significant first; each part has one attribute, seldom more. */
export type Name = readonly (readonly NameAttribute[])[];

/** What node:crypto does not tell of a certificate, or not as it is. */
export interface X509Fields {
  readonly serial: bigint;
  readonly issuer: Name;
  readonly subject: Name;
  /** The first eight bits of KeyUsage, digitalSignature the highest; undefined without the extension. */
  readonly keyUsage: number | undefined;
  /** Dotted OIDs of ExtendedKeyUsage; empty without the extension. */
  readonly extendedKeyUsage: readonly string[];
}

const { asn1 } = forge;
/** The types of text that names are made of (X.680 §8.4). */
const UTF8_STRING = 12;
/** PrintableString, TeletexString and IA5String, a character a byte; BMPString, which node-forge gives decoded. */
const OTHER_TEXTS: readonly number[] = [19, 20, 22, 30];
const CONTEXT: number = asn1.Class.CONTEXT_SPECIFIC;
/** TBSCertificate: `extensions [3]`. */
const EXTENSIONS = 3;
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';

/**
 * The fields of an X.509 certificate, of any key type.
 *
 * @param der the certificate's bytes
 * @throws Error when they are no certificate (RFC 5280 §4.1)
 */
export function x509Fields(der: Uint8Array): X509Fields {
  const [tbs] = inside(asn1.fromDer(Buffer.from(der).toString('latin1')));
  const fields = inside(tbs);
  // The version stands first, and only where it is not 1.
  const from = fields[0]?.tagClass === asn1.Class.CONTEXT_SPECIFIC ? 1 : 0;
  const [serial, , issuer, , subject] = fields.slice(from);
  const tagged = fields.find(
    ({ tagClass, type }: { tagClass: number; type: number }) => tagClass === CONTEXT && type === EXTENSIONS,
  );
  const extensions = tagged === undefined ? [] : inside(inside(tagged)[0]);
  const usage = extensionOf(extensions, KEY_USAGE);
  const extended = extensionOf(extensions, EXTENDED_KEY_USAGE);
  return {
    serial: integerOf(serial),
    issuer: nameOf(issuer),
    subject: nameOf(subject),
    // A BIT STRING: how many bits of its end are unused, then the bits.
    keyUsage: usage && (octets(usage).at(1) ?? 0),
    extendedKeyUsage: extended === undefined ? [] : inside(extended).map(oidOf),
  };
}

function nameOf(node: Asn1 | undefined): Name {
  return inside(node).map(part =>
    inside(part).map(attribute => {
      const [type, value] = inside(attribute);
      return { type: oidOf(type), text: textOf(value), der: value === undefined ? '' : toHex(value) };
    }),
  );
}

/** The content of an extension; `critical` may stand before it. */
function extensionOf(extensions: readonly Asn1[], oid: string): Asn1 | undefined {
  const found = extensions.map(inside).find(([type]) => oidOf(type) === oid);
  const value = found?.at(-1);
  return value === undefined ? undefined : asn1.fromDer(octets(value).toString('latin1'));
}

function textOf(node: Asn1 | undefined): string | undefined {
  if (typeof node?.value !== 'string') return undefined;
  const type: number = node.type;
  if (type === UTF8_STRING) return octets(node).toString('utf8');
  return OTHER_TEXTS.includes(type) ? node.value : undefined;
}

/** Two's complement, big-endian: old authorities have given serial numbers that read as negative. */
function integerOf(node: Asn1 | undefined): bigint {
  const bytes = octets(node);
  if (bytes.length === 0) throw new Error('an INTEGER is expected');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

function oidOf(node: Asn1 | undefined): string {
  return asn1.derToOid(octets(node).toString('latin1'));
}

function inside(node: Asn1 | undefined): Asn1[] {
  if (!Array.isArray(node?.value)) throw new Error('a constructed ASN.1 element is expected');
  return node.value;
}

/** node-forge keeps bytes as characters. */
function octets(node: Asn1 | undefined): Buffer {
  if (typeof node?.value !== 'string') throw new Error('a primitive ASN.1 element is expected');
  return Buffer.from(node.value, 'latin1');
}

function toHex(node: Asn1): string {
  return asn1.toDer(node).toHex();
}
