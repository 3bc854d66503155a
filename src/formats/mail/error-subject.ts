const REPLY_PREFIX = /\s*(?:re|r[eé]f|fwd?|tr|rv|aw|wg)\s*(?:\[\d{1,3}\])?\s*:/iy;
const ERROR_MARK = /\s*\[\s*(?:ko|erreur)\b[^\]]{0,200}\]/iy;

/**
 * True when a subject begins, after any Re:, Fwd:, TR:…, with `[KO Intégration système !]` or `[Erreur
 * d’intégration !]` (ANS, Transmission au LPS v1.1, struct-msg-mdn and struct-email-standard; quirk M3):
 * whatever follows KO or Erreur, in any case.
 */
export function isErrorSubject(subject: string): boolean {
  return afterErrorMark(subject) !== undefined;
}

/**
 * The error code of such a subject: what stands in the bracket after the first, else the first three digits
 * that are in a bracket of their own. Undefined where there is none, and for any other subject.
 */
export function errorCodeOf(subject: string): string | undefined {
  const rest = afterErrorMark(subject);
  if (rest === undefined) return undefined;
  const [, next] = /^\s*\[\s*(?=[\w.-]*\d)([\w.-]{1,20})\s*\]/.exec(rest) ?? [];
  return next ?? /\[\s{0,9}(\d{3})\s{0,9}\]/.exec(rest)?.[1];
}

/** What follows `[KO …]` or `[Erreur …]`; undefined where the subject does not begin with one. */
function afterErrorMark(subject: string): string | undefined {
  let at = 0;
  for (;;) {
    REPLY_PREFIX.lastIndex = at;
    if (!REPLY_PREFIX.test(subject)) break;
    at = REPLY_PREFIX.lastIndex;
  }
  ERROR_MARK.lastIndex = at;
  return ERROR_MARK.test(subject) ? subject.slice(ERROR_MARK.lastIndex) : undefined;
}
