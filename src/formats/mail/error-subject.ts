const REPLY_PREFIX = /\s*(?:re|r[eé]f|fwd?|tr|rv|aw|wg)\s*(?:\[\d{1,3}\])?\s*:/iy;
const ERROR_MARK = /\s*\[\s*(?:ko|erreur)\b[^\]]{0,200}\]/iy;

/**
 * True when a subject begins, after any Re:, Fwd:, TR:…, with `[KO Intégration système !]` or `[Erreur
 * d’intégration !]` (ANS, Transmission au LPS v1.1, struct-msg-mdn and struct-email-standard; quirk M3):
 * whatever follows KO or Erreur, in any case.
 */
export function isErrorSubject(subject: string): boolean {
  let at = 0;
  for (;;) {
    REPLY_PREFIX.lastIndex = at;
    if (!REPLY_PREFIX.test(subject)) break;
    at = REPLY_PREFIX.lastIndex;
  }
  ERROR_MARK.lastIndex = at;
  return ERROR_MARK.test(subject);
}
