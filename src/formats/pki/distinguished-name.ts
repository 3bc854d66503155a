import type { Name, NameAttribute } from './x509-fields.ts';

/** `rfc2253`: the most specific part first, commas; `reverse`: as the certificate has it, commas and blanks. */
export type NameOrder = 'rfc2253' | 'reverse';

/**
 * RFC 2253 §2.3, and the keywords that the DMP's examples use beside them (`ST`, `GN`: other tools write `S` and `G`).
 */
const KEYWORDS: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'I',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'E',
};

/** A name as text, escaped by RFC 2253 §2.4: `CN=DMP SIGN,OU=1120456789,O=CHU X,ST=Aveyron (12),C=FR`. */
export function renderName(name: Name, order: NameOrder): string {
  const parts = name.map(attributes => attributes.map(renderAttribute).join('+'));
  return order === 'rfc2253' ? parts.toReversed().join(',') : parts.join(', ');
}

/** The texts of every attribute of a type (a dotted OID), in the certificate's order. */
export function attributesOf(name: Name, type: string): string[] {
  return name.flat().flatMap(attribute => (attribute.type === type ? (attribute.text ?? []) : []));
}

function renderAttribute({ type, text, der }: NameAttribute): string {
  const keyword = KEYWORDS[type];
  // A type without keyword, or a value without text, is written by its encoding.
  return keyword === undefined || text === undefined
    ? `${keyword ?? type}=#${der}`
    : `${keyword}=${escape(text)}`;
}

function escape(text: string): string {
  return text
    .replaceAll(/[,+"\\<>;]/g, String.raw`\$&`)
    .replace(/^[# ]/, String.raw`\$&`)
    .replace(/ $/, String.raw`\ `);
}
