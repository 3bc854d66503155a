import { randomUUID } from 'node:crypto';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config, DmpConfig } from '../config/schema.ts';
import type { ErrorFields } from '../errors/gateway-error.ts';
import { distinguishedName } from '../formats/pki/organisation-certificate.ts';
import { createDigester } from '../flows/publishing/digester.ts';
import type { DmpSettings } from '../flows/publishing/dmp-settings.ts';
import { owedWhenUnpublished } from '../flows/publishing/owed-zam.ts';
import { publishDocuments } from '../flows/publishing/publish-documents.ts';
import { targetOf } from '../flows/settings.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import {
  DMP_USES,
  dmpCertificateFaults,
  type DmpCertificates,
  dmpCertificates,
  unusable,
} from './dmp-certificates.ts';
import { dmpProfessionals } from './dmp-files.ts';
import { dmpPeer } from './dmp-peer.ts';
import { MAIL_RETRY } from './settings.ts';

/** The digester's bounds: heap of its process in MiB, processes at once. */
const DIGESTER = { memoryMb: 1_024, processes: 1 } as const;

export interface DmpDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** After something is owed to applications. */
  readonly wakeApplications: () => void;
}

/** The DMP as a target of deliveries. */
export interface AssembledDmp {
  readonly target: Target;
  close(): Promise<void>;
}

const COMMON = { name: targetOf.dmp, logged: { target: targetOf.dmp } } as const;

/**
 * The DMP that the configuration names; without one, the DMP part of every request is a person's.
 *
 * @throws GatewayError DMP-020 for a certificate that cannot be used, DMP-021 for the file of professionals, CFG-003 for
 *   a file that has become unreadable
 */
export function assembleDmp({ dmp, limits }: Config, deps: DmpDeps): AssembledDmp {
  const ended = async (): Promise<void> => deps.wakeApplications();
  if (dmp === undefined) {
    return {
      target: {
        ...COMMON,
        ended,
        parallel: 4,
        retry: MAIL_RETRY,
        attempt: async () => ({ hold: { code: 'OUT-001' } }),
        givenUp: error => error.fault,
        owedWhenHeld: (delivery, fault) => owedWhenUnpublished(delivery, fault, deps),
      },
      close: async () => undefined,
    };
  }
  const { auth, sign } = dmpCertificates(dmp);
  const peer = dmpPeer(dmp, auth, deps.clock);
  const digester = createDigester({ ...DIGESTER, deadlineMs: limits.preparing });
  const context = { ...deps, newUuid: randomUUID, peer, digester, settings: settingsOf(dmp, sign) };
  return {
    target: {
      ...COMMON,
      ended,
      parallel: dmp.limits.parallel,
      // Documents that the DMP never answers in time hold up no other.
      retriesAtOnce: Math.max(1, dmp.limits.parallel - 1),
      retry: { ...MAIL_RETRY, giveUpAfterMs: dmp.limits.giveUpAfter },
      attempt: async delivery => {
        assertUsable(dmp, { auth, sign }, deps.clock.now());
        return publishDocuments(delivery, context);
      },
      givenUp: error => ({
        code: 'DMP-019',
        detail: error.publicText,
        fields: { ...dmpCodeIn(error.fields), last: error.code },
      }),
      owedWhenHeld: (delivery, fault) => owedWhenUnpublished(delivery, fault, context),
    },
    close: async () => {
      await Promise.all([peer.close(), digester.stop()]);
    },
  };
}

/**
 * What nobody would accept is not shown to anybody.
 *
 * @throws GatewayError DMP-020
 */
function assertUsable(dmp: DmpConfig, certificates: DmpCertificates, now: Date): void {
  for (const use of DMP_USES) {
    const faults = dmpCertificateFaults(certificates[use], use, dmp, now);
    if (faults.length > 0) throw unusable(use, faults);
  }
}

/** The code of the DMP's last answer, where it gave one. */
function dmpCodeIn({ dmp }: ErrorFields): ErrorFields {
  return dmp === undefined ? {} : { dmp };
}

function settingsOf(dmp: DmpConfig, signer: DmpSettings['signer']): DmpSettings {
  const { version, modeAttribute, authnContext, secretConnection, issuer } = dmp.vihf;
  return {
    environment: dmp.environment,
    signer,
    issuer: distinguishedName(signer.cert, issuer),
    digest: dmp.xades.digest,
    software: dmp.software,
    oid: dmp.oid,
    structures: dmp.structures,
    professionals: dmpProfessionals(dmp),
    automate: dmp.automate,
    vihf: { version, modeAttribute, authnContext, secretConnection },
    maxDocument: dmp.limits.document,
  };
}
