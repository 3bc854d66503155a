import type { Clock } from '../../basics/clock.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { type FhirResource, parseResource } from '../../formats/fhir/resource.ts';
import { type HttpsHost, tryConnection } from '../https-connections.ts';
import type { FhirAnswer, FhirRequest, PeerReport } from '../interfaces.ts';
import { FAULTS, TOKEN_FAULTS } from './faults.ts';
import type { Tokens } from './tokens.ts';

/** A platform to try. */
export interface Probed {
  readonly host: HttpsHost;
  readonly tokens: Pick<Tokens, 'token'> | undefined;
  /** Where they come from. */
  readonly tokenHost: HttpsHost | undefined;
  readonly send: (request: FhirRequest) => Promise<FhirAnswer>;
  readonly clock: Clock;
}

/** Many platforms offer nothing but their operations. */
const NOT_OFFERED: readonly number[] = [404, 405, 410, 501];

/**
 * The connection to the platform, a token where one is needed, and what the platform says of itself.
 *
 * @throws GatewayError FHIR-004 … FHIR-007, FHIR-010
 */
export async function probePlatform({ host, tokens, tokenHost, send, clock }: Probed): Promise<PeerReport> {
  const reports: PeerReport[] = [
    await connection('la plateforme FHIR', host, clock).catch((thrown: unknown) => {
      throw FAULTS.notReached(thrown);
    }),
  ];
  if (tokens !== undefined && tokenHost !== undefined) {
    reports.push(
      await connection('le serveur d’autorisation', tokenHost, clock).catch((thrown: unknown) => {
        throw TOKEN_FAULTS.notReached(thrown);
      }),
    );
    await tokens.token();
    reports.push({ lines: ['Jeton obtenu du serveur d’autorisation'], warnings: [] });
  }
  reports.push(metadata(await send({ method: 'GET', path: '/metadata' })));
  return {
    lines: reports.flatMap(({ lines }) => lines),
    warnings: reports.flatMap(({ warnings }) => warnings),
    ...(reports.some(({ expiring }) => expiring) ? { expiring: true } : {}),
  };
}

/**
 * The connection to an application that resources are handed to. It is asked nothing: a hook need not be a FHIR server,
 * and what comes to it is taken for something to be kept.
 *
 * @throws GatewayError FHIR-004, FHIR-005
 */
export async function probeHook(host: HttpsHost, clock: Clock): Promise<PeerReport> {
  try {
    return await connection('l’application', host, clock);
  } catch (thrown) {
    throw FAULTS.notReached(thrown);
  }
}

async function connection(name: string, to: HttpsHost, clock: Clock): Promise<PeerReport> {
  const { protocol, certificates } = await tryConnection(to, clock.now());
  const proof = to.tls.cert === undefined ? '' : ' avec notre certificat';
  return {
    ...certificates,
    lines: [
      `Connexion avec ${name} (${to.host}:${to.port}, ${protocol}) établie${proof}`,
      ...certificates.lines,
    ],
  };
}

function metadata({ status, body }: FhirAnswer): PeerReport {
  const said = `GET metadata : HTTP ${status}`;
  if (NOT_OFFERED.includes(status)) {
    return { lines: [`${said}, la plateforme ne se décrit pas`], warnings: [] };
  }
  if (status === 401 || status === 403) return warning(`${said}, la plateforme refuse la passerelle`);
  if (status !== 200) return warning(`${said}, la plateforme ne répond pas comme attendu`);
  const version = versionOf(body);
  if (version === undefined) return warning(`${said}, sans CapabilityStatement`);
  return version.startsWith('4.0')
    ? { lines: [`${said}, FHIR ${version}`], warnings: [] }
    : warning(`${said}, FHIR ${version} au lieu de 4.0`);
}

function warning(text: string): PeerReport {
  return { lines: [], warnings: [text] };
}

/** `fhirVersion` of a CapabilityStatement; undefined where there is none. */
function versionOf(body: Uint8Array): string | undefined {
  let resource: FhirResource;
  try {
    resource = parseResource(body);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return undefined;
    throw thrown;
  }
  const { resourceType, fhirVersion } = resource;
  if (resourceType !== 'CapabilityStatement' || typeof fhirVersion !== 'string') return undefined;
  return /^\d+(?:\.\d+){1,2}/.exec(fhirVersion)?.[0];
}
