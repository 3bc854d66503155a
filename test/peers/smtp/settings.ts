import type { TlsOptions } from '../../../src/peers/interfaces.ts';
import type { MailAuth } from '../../../src/peers/mail-server.ts';
import type { SenderSettings } from '../../../src/peers/smtp/sender.ts';

export const PASSWORD: MailAuth = { type: 'password', user: 'bal', password: async () => 'secret' };

/** A server on this machine; impatient. */
export function senderSettings(
  port: number,
  auth: MailAuth = { type: 'none' },
  tls: Partial<TlsOptions> = {},
): SenderSettings {
  return {
    server: {
      host: 'localhost',
      port,
      tls: { mode: 'none', ca: undefined, cert: undefined, key: undefined, ...tls },
      auth,
    },
    timing: { connect: 2_000, silence: 2_000 },
  };
}

/** A mail of about so many bytes, with a line that begins with a dot. */
export function rawMail(id: string, size = 0): Uint8Array {
  return Buffer.from(
    [
      'From: dpi@chu-x.mssante.fr',
      'To: pfi@labo-y.mssante.fr',
      'Subject: Essai',
      `Message-ID: <${id}@test.example>`,
      '',
      '.commence par un point',
      'x'
        .repeat(76)
        .concat('\r\n')
        .repeat(Math.ceil(size / 78)),
      '',
    ].join('\r\n'),
  );
}
