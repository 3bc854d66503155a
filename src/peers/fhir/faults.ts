import { GatewayError } from '../../errors/gateway-error.ts';
import { type ExchangeFaults, exchangeFaults } from '../exchange-faults.ts';
import type { AnswerHead } from '../https-exchange.ts';

export const FAULTS = exchangeFaults({
  unreachable: 'FHIR-004',
  certificate: 'FHIR-005',
  uncertain: 'FHIR-007',
  unreadable: 'FHIR-010',
});

/** Asking for a token twice harms nobody: whatever goes wrong, there is none. */
const BY_EXCHANGE = exchangeFaults({
  unreachable: 'FHIR-006',
  certificate: 'FHIR-006',
  uncertain: 'FHIR-006',
  unreadable: 'FHIR-006',
});

export const TOKEN_FAULTS: ExchangeFaults = {
  ...BY_EXCHANGE,
  notReached(cause) {
    const { fault, cause: root } = BY_EXCHANGE.notReached(cause);
    return noToken({
      detail: fault.detail ?? 'Il est injoignable.',
      fields: fault.fields ?? {},
      cause: root,
    });
  },
};

/** No token came. */
export function noToken(about: ConstructorParameters<typeof GatewayError>[1]): GatewayError {
  return new GatewayError('FHIR-006', about);
}

/** The error codes of RFC 6749 §5.2 that name a setting. */
const DETAILS: Readonly<Record<string, string>> = {
  invalid_client: 'Il refuse le client ou son secret (`clientId`, `clientSecret`).',
  unauthorized_client: 'Il n’admet pas ce client pour ce mode (`client_credentials`).',
  invalid_scope: 'Il refuse la portée demandée (`scope`).',
};

/** The fault of an answer of the authorization server that gives no token; `error` is the code that it names, if any. */
export function refusedToken(
  status: number,
  error: string | undefined,
  retryAfter: number | undefined,
): GatewayError {
  const known = error === undefined ? undefined : /^[a-z_]{1,40}$/.exec(error)?.[0];
  const detail = DETAILS[known ?? (status === 401 ? 'invalid_client' : '')];
  return noToken({
    fields: {
      status,
      ...(known === undefined ? {} : { error: known }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
    ...(detail === undefined ? {} : { detail }),
  });
}

/** A yes whose body begins like neither JSON nor nothing: the page of a proxy or of a login, under whatever type. */
export function refuseNoJson({ status }: Pick<AnswerHead, 'status'>, body: Uint8Array): void {
  if (status < 200 || status > 299) return;
  const begin = new TextDecoder().decode(body.subarray(0, 64)).trimStart();
  if (begin !== '' && !/^[{[]/.test(begin)) throw FAULTS.unreadable(status, 'no-json');
}
