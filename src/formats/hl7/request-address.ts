/** The domain in which every patient has a mailbox, named by the matricule of the INS (Mon espace santé). */
const PATIENTS = 'patient.mssante.fr';

const LOCAL = /^[A-Za-z0-9_+=-]+(?:\.[A-Za-z0-9_+=-]+)*$/;
const DOMAIN =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

/**
 * Whether a text is an address that may be written to: `local@domain` in ASCII and nothing that a mail server or a
 * header could take for more (quotes, routes, pipes, comments), within the lengths of RFC 5321 §4.5.3.1.
 */
export function isMailAddress(text: string): boolean {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  return at > 0 && text.length <= 254 && local.length <= 64 && LOCAL.test(local) && DOMAIN.test(domain);
}

/** Whether an address lies in the patients' domain, or pretends to lie below it. */
export function isPatientAddress(address: string): boolean {
  return domainMatches(domainOf(address), PATIENTS) || domainMatches(domainOf(address), `*.${PATIENTS}`);
}

/** Whether an address is the patient's own. */
export function isAddressOf(matricule: string, address: string): boolean {
  return address.toLowerCase() === `${matricule}@${PATIENTS}`.toLowerCase();
}

/**
 * Whether an address lies in one of the domains that a site trusts.
 *
 * @param domains `mssante.fr` is that domain, `*.mssante.fr` any below it; undefined: any
 */
export function isTrusted(address: string, domains: readonly string[] | undefined): boolean {
  const domain = domainOf(address);
  return (
    domains === undefined || domains.some(pattern => domainMatches(domain, pattern.trim().toLowerCase()))
  );
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function domainMatches(domain: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? domain.endsWith(pattern.slice(1)) : domain === pattern;
}
