import type { RequestSender } from '../hl7/request-types.ts';
import { PROFESSIONALS } from '../xdm/actors.ts';

/** Forms of PS_IdNat, and the digit that an RPPS or ADELI number of its own lacks. */
const FORMS: readonly (readonly [form: RegExp, prefix: string])[] = [
  [/^8\d{11}$/, ''],
  [/^\d{11}$/, '8'],
  [/^0\d[0-9A-Z]{8}$/, ''],
  [/^\d[0-9A-Z]{8}$/, '0'],
  [/^[13-6][0-9A-Z]{8,14}\/[^\s/][^\s]*$/, ''],
];

/**
 * The national identifier of a professional (PS_IdNat, `810009990017`), with the digit that says its kind where it is
 * given without (RPPS, ADELI); undefined for what has none of its forms.
 */
export function nationalId(text: string): string | undefined {
  const id = text.trim();
  const [, prefix] = FORMS.find(([form]) => form.test(id)) ?? [];
  return prefix === undefined ? undefined : prefix + id;
}

/** XCN-13 of a number that every professional has one of. */
const NATIONAL_TYPES: ReadonlySet<string> = new Set(['IDNPS', 'RPPS', 'ADELI']);

/**
 * The national identifier of the person in PRT-5; undefined where it names a system, somebody whom another authority
 * knows (a local number, the INS of a patient), or nobody. A number of neither authority nor type is one only where it
 * has its first digit already: a hospital's own numbers may be as long as an RPPS or ADELI number without.
 */
export function senderId(sender: RequestSender | undefined): string | undefined {
  const { person = [] } = sender ?? {};
  const [given = '', , , , , , , , authority = '', kind, , , type = ''] = person;
  if (kind === 'U' || type === 'RI') return undefined;
  const parts = authority.split('&').map(part => part.trim());
  const oid = parts.find(part => /^\d+(?:\.\d+)+$/.test(part));
  if (oid !== undefined && oid !== PROFESSIONALS) return undefined;
  const id = nationalId(given);
  const isNational = oid === PROFESSIONALS || NATIONAL_TYPES.has(type) || id === given.trim();
  return isNational ? id : undefined;
}
