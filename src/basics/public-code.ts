/**
 * A code that an application answered with, as logs, metrics and pages may repeat it: codes are short and
 * have a digit. Anything else is `other`: it could be a name, and series would have no end.
 */
export function publicCode(code: string): string {
  return /^(?=.*\d)[A-Za-z0-9._-]{1,10}$/.test(code) ? code : 'other';
}
