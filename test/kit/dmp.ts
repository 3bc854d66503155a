import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CdaSample } from '../../samples/kit/cda.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { createAuthority, type OrganisationRequest } from '../../src/sandbox/certificates.ts';
import { type Dmp, type DmpOptions, startDmp } from '../../src/sandbox/dmp.ts';
import { newSample } from './gateway.ts';

/** The structure that the certificates of the tests are of: the laboratory's. */
export const STRUCTURE = '1290000999';

/** A DMP, and an establishment that it knows. */
export interface DmpSite {
  readonly dmp: Dmp;
  /** PEM of the authority of the establishment’s certificates. */
  readonly authority: string;
  /** The configuration's `dmp`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Writes another certificate in place of one. */
  certify(profile: OrganisationRequest['profile'], change?: Partial<OrganisationRequest>): void;
  stop(): Promise<void>;
}

/** Certificates are made at run time, in a folder of their own. */
export async function startDmpSite(options: Partial<DmpOptions> = {}): Promise<DmpSite> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-dmp-'));
  const authority = createAuthority('IGC-Santé de test', undefined, 'rsa');
  const dmp = await startDmp({ trusted: [authority.certificate], ...options });
  const path = (name: string): string => join(folder, name);
  const certify: DmpSite['certify'] = (profile, change) => {
    const { cert, key } = authority.issueOrganisation({
      profile,
      structure: STRUCTURE,
      name: `DMP ${profile}`,
      organisation: 'Laboratoire des Embruns',
      ...change,
    });
    writeFileSync(path(`${profile}.pem`), cert);
    writeFileSync(path(`${profile}.key`), key);
  };
  certify('AUTH_CLI');
  certify('SIGN');
  writeFileSync(path('ca.pem'), dmp.ca);
  const certificate = (profile: string) => ({ cert: path(`${profile}.pem`), key: path(`${profile}.key`) });
  return {
    dmp,
    authority: authority.certificate,
    certify,
    settings: {
      url: dmp.url,
      environment: 'test',
      tls: { ca: path('ca.pem'), certificate: certificate('AUTH_CLI') },
      sign: { certificate: certificate('SIGN') },
      software: { name: 'pfi-gateway', version: '1.0' },
      oid: { source: '1.2.250.1.999.1', root: '1.2.250.1.999.1.1' },
      structures: [{ id: STRUCTURE, name: 'Laboratoire des Embruns', sector: 'SA25' }],
      automate: { responsible: '801234567866', name: 'pfi-gateway, passerelle, DSI' },
      limits: { timeout: '2s' },
    },
    async stop() {
      await dmp.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let documents = 0;

/** A document like no other that the DMP takes: its id is an OID, its kind one of JDV_J66. */
export function newDmpDocument(overrides: Partial<CdaSample> = {}): CdaSample {
  documents += 1;
  const root = `1.2.250.1.999.7.${documents}`;
  return newSample({
    id: { root },
    setId: { root: `1.2.250.1.999.8.${documents}` },
    version: 1,
    ...overrides,
  });
}

/** What takes the place of a document. */
export function nextVersion(
  { id, version = 1, ...kept }: CdaSample,
  overrides: Partial<CdaSample> = {},
): CdaSample {
  return { ...kept, id: newDmpDocument().id, version: version + 1, replaces: id, ...overrides };
}

/** Wishes of a request for the DMP alone, which asks to hear of it. */
export const DMP_ALONE = {
  wishes: { DESTDMP: 'Y', ACK_RECEPTION: 'Y' },
  recipients: [],
} as const satisfies Partial<RequestSample>;
