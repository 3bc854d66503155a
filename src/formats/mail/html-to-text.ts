import { simpleParser } from 'mailparser';

/** HTML longer than this is not turned to text: no mail that people write is. */
const MAX_HTML = 512 * 1024;

/**
 * An HTML body as plain text; '' when it is too long or too deep for that.
 *
 * The converter is mailparser's own (html-to-text), which it only uses where HTML is all that a mail holds:
 * so it is given such a mail.
 */
export async function htmlToText(html: string): Promise<string> {
  if (html.length > MAX_HTML) return '';
  const mail = `Content-Type: text/html; charset=utf-8\r\n\r\n${html}`;
  try {
    const parsed = await simpleParser(mail, {
      skipTextToHtml: true,
      skipTextLinks: true,
      skipImageLinks: true,
    });
    return parsed.text ?? '';
  } catch {
    return '';
  }
}
