import { simpleParser } from 'mailparser';

/**
 * An HTML body as plain text; '' when it is too deep for that. How much of it is turned is the caller's to
 * bound: the converter is slow.
 *
 * The converter is mailparser's own (html-to-text), which it only uses where HTML is all that a mail holds:
 * so it is given such a mail.
 */
export async function htmlToText(html: string): Promise<string> {
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
