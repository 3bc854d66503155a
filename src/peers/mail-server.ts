import { GatewayError } from '../errors/gateway-error.ts';
import type { TlsOptions } from './interfaces.ts';

/** A secret read anew at each login: a rotated file or token is taken up without a restart. */
export type SecretSource = () => Promise<string>;

/** How the gateway proves who it is to a mail server. */
export type MailAuth =
  | { readonly type: 'password'; readonly user: string; readonly password: SecretSource }
  | { readonly type: 'xoauth2'; readonly user: string; readonly token: SecretSource }
  /**
   * SASL EXTERNAL (RFC 4422 appendix A): the client certificate says who we are; `user` is the identity asked
   * for.
   */
  | { readonly type: 'external'; readonly user: string | undefined }
  /** The server knows us by other means: a PREAUTH greeting, a trusted network. */
  | { readonly type: 'none' };

/** Where an IMAP or SMTP server is and how to enter. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
  readonly auth: MailAuth;
}

/** The secret of a login, read. @throws GatewayError with `code`, which says that the login failed */
export async function readLoginSecret(source: SecretSource, code: 'IMAP-002' | 'SMTP-002'): Promise<string> {
  try {
    return await source();
  } catch (cause) {
    throw new GatewayError(code, { detail: 'Le secret configuré ne peut pas être lu.', cause });
  }
}
