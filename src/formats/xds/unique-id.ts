/** IHE ITI TF-3 §4.2.3.1.3: an OID has 64 characters at most. */
const MAX_OID = 64;

/** The digits of the greatest UUID. */
const UUID_DIGITS = 39;

/** The longest root that leaves room for 19 digits of chance, so that no two ids are ever the same. */
export const MAX_OID_ROOT = MAX_OID - 1 - 19;

/**
 * An OID below a root, made of a UUID: its number as one arc, of which a long root leaves the last digits.
 *
 * @param root an OID of at most {@link MAX_OID_ROOT} characters.
 * @param uuid of version 4: chance fills its end.
 */
export function oidBelow(root: string, uuid: string): string {
  const digits = Math.min(UUID_DIGITS, MAX_OID - 1 - root.length);
  if (root.length > MAX_OID_ROOT) throw new Error('the root of the OIDs is too long');
  return `${root}.${BigInt(`0x${uuid.replaceAll('-', '')}`) % 10n ** BigInt(digits)}`;
}

/** Whether a text is an OID as XDS takes it for a uniqueId: arcs without leading zero, 64 characters at most. */
export function isOid(text: string): boolean {
  return text.length <= MAX_OID && /^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(text);
}
