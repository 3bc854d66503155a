import type { OpenedMail } from './types.ts';

/** The report that a part of this media type makes (`global-`: RFC 6533); undefined for any other type. */
export function notificationType(contentType: string): OpenedMail['report'] {
  if (/^message\/(?:global-)?disposition-notification$/.test(contentType)) return 'mdn';
  return /^message\/(?:global-)?delivery-status$/.test(contentType) ? 'dsn' : undefined;
}
