import { GatewayError } from '../../errors/gateway-error.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';

/** An answer of ours that says no, before or instead of the flow's. */
export interface FhirRefusal {
  readonly status: number;
  readonly outcome: FhirResource;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long a caller whom we have no room for is asked to wait, seconds. */
const RETRY_AFTER = { 'retry-after': '5' };

export const REFUSALS = {
  malformed: refusal(400, 'invalid', 'La requête HTTP est mal formée.'),
  cut: refusal(400, 'invalid', 'La requête n’est pas arrivée entière.'),
  nobody: refusal(401, 'login', 'L’appelant n’est pas reconnu : certificat client ou jeton attendu.', {
    'www-authenticate': 'Bearer',
  }),
  stranger: refusal(403, 'forbidden', 'Ce certificat client n’est pas celui d’un appelant déclaré.'),
  flow: refusal(403, 'forbidden', 'Cet appelant n’a pas le droit d’utiliser ce flux.'),
  route: refusal(404, 'not-found', 'Cette adresse ne correspond à aucun service.'),
  method: refusal(405, 'not-supported', 'Cette méthode HTTP n’est pas admise ici.'),
  accept: refusal(406, 'not-supported', 'Seul le format JSON de FHIR R4 est rendu.'),
  slow: refusal(408, 'timeout', 'La requête n’est pas arrivée à temps.'),
  large: refusal(413, 'too-long', 'Le corps de la requête dépasse la taille admise.'),
  type: refusal(415, 'not-supported', 'Seul le format JSON de FHIR R4, en UTF-8, est admis.'),
  encoding: refusal(415, 'not-supported', 'Un corps compressé (Content-Encoding) n’est pas admis.', {
    'accept-encoding': 'identity',
  }),
  headers: refusal(431, 'too-long', 'Les en-têtes de la requête sont trop longs.'),
  internal: refusal(500, 'exception', 'La passerelle n’a pas pu traiter la requête.'),
  busy: refusal(
    503,
    'transient',
    'La passerelle traite trop de requêtes à la fois : réessayez.',
    RETRY_AFTER,
  ),
  passing: refusal(
    503,
    'transient',
    'La passerelle ne peut pas traiter la requête : réessayez.',
    RETRY_AFTER,
  ),
  stopping: refusal(503, 'transient', 'La passerelle s’arrête : réessayez.', RETRY_AFTER),
} as const;

/** @param code OperationOutcome.issue.code (FHIR R4 valueset-issue-type) */
function refusal(
  status: number,
  code: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): FhirRefusal {
  const issue = [{ severity: 'error', code, diagnostics: text }];
  return { status, outcome: { resourceType: 'OperationOutcome', issue }, headers };
}

/** The status of a fault of what came. */
const STATUSES: Readonly<Record<string, number>> = { 'FHIR-001': 400, 'FHIR-002': 413, 'FHIR-003': 422 };

/** The refusal that a failure stands for; `isOurs` where it is the gateway's, and the log must know. */
export function refusalOf(thrown: unknown): { readonly refusal: FhirRefusal; readonly isOurs: boolean } {
  if (thrown instanceof GatewayError) {
    const status = STATUSES[thrown.code];
    if (status !== undefined) return { refusal: { status, outcome: outcomeOf(thrown) }, isOurs: false };
    const isPassing = thrown.class !== 'permanent';
    return { refusal: isPassing ? REFUSALS.passing : REFUSALS.internal, isOurs: true };
  }
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: unknown; code?: unknown };
  if (code === 'ECONNRESET') return { refusal: REFUSALS.cut, isOurs: false };
  if (statusCode === 413) return { refusal: REFUSALS.large, isOurs: false };
  if (statusCode === 503) return { refusal: REFUSALS.busy, isOurs: false };
  if (statusCode === 415) return { refusal: REFUSALS.type, isOurs: false };
  const isTheirs = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return { refusal: isTheirs ? REFUSALS.malformed : REFUSALS.internal, isOurs: !isTheirs };
}

/** What is said to a client whose request could not be read as one; undefined where there is nothing to say, or no HTTP. */
export function refusalOfClient(code: string | undefined): FhirRefusal | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return REFUSALS.slow;
  if (code === 'HPE_HEADER_OVERFLOW') return REFUSALS.headers;
  return code?.startsWith('HPE_') ? REFUSALS.malformed : undefined;
}
