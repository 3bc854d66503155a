import type { DmpConfig } from '../config/schema.ts';
import { readBytes } from '../config/secrets.ts';
import { certificateFaults } from '../formats/pki/certificate-faults.ts';
import { type Professionals, readProfessionals } from '../formats/vihf/professionals.ts';
import { DMP_USES, dmpAuthorities, dmpCertificates, unusable } from './dmp-certificates.ts';

/**
 * The professionals that the configuration's file names; none without a file.
 *
 * @throws GatewayError CFG-003 when it has become unreadable, DMP-021 with the lines that are wrong
 */
export function dmpProfessionals({ professionals }: DmpConfig): Professionals {
  return professionals === undefined
    ? new Map()
    : readProfessionals(readBytes(professionals).toString('utf8'));
}

/**
 * Whether a running gateway may stop for a renewed configuration: its files can be read, or the former one could not start
 * again either; and its certificates are those that they should be, while the ones in use still serve. One that has ended
 * is no reason: the rest of the configuration may have to change before the authority answers.
 *
 * @throws GatewayError CFG-003, DMP-020, DMP-021
 */
export function assertDmpFiles(dmp: DmpConfig | undefined, now: Date): void {
  if (dmp === undefined) return;
  const certificates = dmpCertificates(dmp);
  const structures = dmp.structures.map(({ id }) => id);
  for (const use of DMP_USES) {
    const faults = certificateFaults(certificates[use], { use, structures, now });
    const others = faults.filter(({ reason }) => reason !== 'expired').map(({ detail }) => detail);
    if (others.length > 0) throw unusable(use, others);
  }
  dmpAuthorities(dmp);
  dmpProfessionals(dmp);
}
