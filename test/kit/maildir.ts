import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Enough for the headers of any mail of the tests. */
const HEAD_BYTES = 16 * 1024;

/** A mail as it lies in a Maildir. */
export interface LyingMail {
  readonly path: string;
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  /** The first header field of a name, unfolded, as it is written. */
  field(name: string): string | undefined;
}

/** The mails of a Maildir's folder (`''` is the inbox); none where there is no such folder. */
export function mailsIn(maildir: string, folder = ''): LyingMail[] {
  const base = folder === '' ? maildir : join(maildir, `.${folder}`);
  return ['cur', 'new'].flatMap(part => {
    const directory = join(base, part);
    if (!existsSync(directory)) return [];
    return readdirSync(directory).map(name => lyingMail(join(directory, name)));
  });
}

/** How many mails lie in a Maildir's inbox; cheap. */
export function inboxCount(maildir: string): number {
  return ['cur', 'new']
    .map(part => join(maildir, part))
    .filter(existsSync)
    .reduce((sum, directory) => sum + readdirSync(directory).length, 0);
}

/** A mail as it was submitted: what servers add before its Date differs from one delivery to the next. */
export function withoutTrace(path: string): string {
  const text = readFileSync(path, 'latin1');
  return text.slice(text.search(/^Date: /m));
}

function lyingMail(path: string): LyingMail {
  const head = headOf(path).replaceAll(/\r?\n(?=[ \t])/g, '');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.*?)\\s*$`, 'im').exec(head)?.[1];
  const id = (name: string): string | undefined => /^<[^>]+>/.exec(field(name) ?? '')?.[0];
  return { path, messageId: id('message-id'), inReplyTo: id('in-reply-to'), field };
}

function headOf(path: string): string {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, HEAD_BYTES, 0));
    return /^[\s\S]*?(?=\r?\n\r?\n)/.exec(text)?.[0] ?? text;
  } finally {
    closeSync(file);
  }
}
