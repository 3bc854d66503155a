import addressparser from 'nodemailer/lib/addressparser';
import { decodeText } from './header-block.ts';
import type { MailAddress } from './types.ts';

/** More addresses than this in one field are passed over. */
const MAX_ADDRESSES = 1000;

/**
 * The mailboxes of an address list (To, Cc, Reply-To, Disposition-Notification-To…): groups flattened,
 * display names decoded, entries without a usable `local@domain` left out.
 */
export function parseAddresses(value: string | undefined): MailAddress[] {
  if (value === undefined || value.trim() === '') return [];
  return addressparser(value, { flatten: true })
    .slice(0, MAX_ADDRESSES)
    .flatMap(entry => {
      const address = withoutType(entry.address);
      if (!isMailbox(address)) return [];
      // A name is decoded only once its address is known: an encoded word must never yield an address (RFC
      // 2047 §5).
      const name = decodeText(entry.name).replaceAll(/\s+/g, ' ').trim();
      return [{ address, name: name === '' || name === address ? undefined : name }];
    });
}

/** Return-Path: '' for the null path `<>`, undefined when absent or unreadable. */
export function parseReturnPath(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (/^(?:<>?)?(?:\(|$)/.test(value.replaceAll(/\s+/g, ''))) return '';
  const address = parseAddresses(value)[0]?.address;
  if (address !== undefined) return address;
  // A path without a domain is a local daemon's: answering it would reach nobody.
  return /mailer-daemon/i.test(value) ? '' : undefined;
}

/**
 * Original-Recipient and Final-Recipient: the address after `rfc822;` (RFC 3464 §2.3, RFC 8098 §3.2.3) or any
 * other type, undefined when it is no `local@domain` in ASCII.
 */
export function parseTypedAddress(value: string | undefined): string | undefined {
  return parseAddresses(value?.replace(/^\s*[\w.-]{1,40}\s*(?:\([^()]{0,200}\)\s*)?;/, ''))[0]?.address;
}

/** True when two addresses are the same mailbox: compared without case, as every MSSanté operator does. */
export function sameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function withoutType(address: string): string {
  return address.replace(/^\s*rfc822\s*;\s*/i, '').trim();
}

/** ASCII only: MSSanté addresses are, and an answer must not go to a look-alike. */
function isMailbox(address: string): boolean {
  return (
    address.length <= 320 && /^[!-~]+$/.test(address) && /^[^@<>,;:"()[\]\\]+@[^@<>,;:"()\\]+$/.test(address)
  );
}
