import type { Clock } from '../basics/clock.ts';
import type { DmpConfig } from '../config/schema.ts';
import type { OrganisationCertificate } from '../formats/pki/organisation-certificate.ts';
import { createDmpClient } from '../peers/dmp/client.ts';
import type { DmpPeer } from '../peers/interfaces.ts';
import { dmpAuthorities } from './dmp-certificates.ts';

/** An answer is a list of errors or of references: some kilobytes. */
const MAX_ANSWER = 1024 * 1024;

/**
 * The client of the DMP's services.
 *
 * @param auth the certificate that it shows (ORG AUTH_CLI), its issuers after it
 * @throws GatewayError CFG-003 when the file of authorities has become unreadable, DMP-020 when it holds none
 */
export function dmpPeer(dmp: DmpConfig, auth: OrganisationCertificate, clock: Clock): DmpPeer {
  return createDmpClient({
    url: dmp.url,
    tls: {
      ca: dmpAuthorities(dmp),
      cert: auth.chain.join(''),
      key: auth.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    timeoutMs: dmp.limits.timeout,
    maxAnswerBytes: MAX_ANSWER,
    parallel: dmp.limits.parallel,
    clock,
  });
}
