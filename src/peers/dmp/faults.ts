import { GatewayError } from '../../errors/gateway-error.ts';
import { exchangeFaults, retryAfterSeconds } from '../exchange-faults.ts';
import type { AnswerHead } from '../https-exchange.ts';

export const FAULTS = exchangeFaults({
  unreachable: 'DMP-001',
  certificate: 'DMP-002',
  uncertain: 'DMP-003',
  unreadable: 'DMP-005',
});

/** Asked to come back: a connection found idle for too long (RFC 9110 §15.5.9), too many requests, no service. */
const LATER: readonly number[] = [408, 429, 503];
/** A proxy in front of the DMP did not hear its answer (RFC 9110 §15.6.3, §15.6.5): the DMP may have had the message. */
const UNHEARD: readonly number[] = [502, 504];

/** The fault of an answer that asks to come back: DMP-024, an outage of all; or DMP-003 where the DMP may have had this one. */
export function askedForLater({ status, headers }: AnswerHead, now: Date): GatewayError | undefined {
  const isUnheard = UNHEARD.includes(status);
  if (!isUnheard && !LATER.includes(status)) return undefined;
  const retryAfter = retryAfterSeconds(headers['retry-after'], now);
  return new GatewayError(isUnheard ? 'DMP-003' : 'DMP-024', {
    fields: { status, ...(retryAfter === undefined ? {} : { retryAfter }) },
  });
}

/** The fault of an answer that is no SOAP, DMP-005: a refusal of HTTP's own may be a page. Some servers name no type for a fault. */
export function notSoap({ status, headers }: AnswerHead): GatewayError | undefined {
  const contentType = headers['content-type'] ?? '';
  const isRefusal = status >= 400 && status <= 499;
  const isSoap = contentType === '' || /^\s*(?:multipart\/|[\w.-]+\/(?:[\w.-]+\+)?xml\b)/i.test(contentType);
  return isRefusal || isSoap ? undefined : FAULTS.unreadable(status, 'content-type');
}
