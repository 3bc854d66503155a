const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * A text made safe to stand in an XML element or attribute, so that a parser gives it back as it is: markup
 * as entities, tabs and line ends as references (a parser would make blanks of them in an attribute). A
 * character that no XML text may hold (XML 1.0 §2.2: controls, half of a surrogate pair) becomes U+FFFD.
 */
export function escapeXml(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"\0-\x1F\uFFFE\uFFFF]/g, found => ESCAPES[found] ?? '\uFFFD');
}
