import type { Agent } from 'node:http';
import type { Clock } from '../../basics/clock.ts';
import type { SoapRequest } from '../../formats/soap/types.ts';
import { exchange } from '../https-exchange.ts';
import type { DmpAnswer } from '../interfaces.ts';
import { askedForLater, FAULTS, notSoap } from './faults.ts';

/** How messages are posted. Time in ms for the whole exchange, connecting included; size in bytes. */
export interface PostOptions {
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly clock: Clock;
}

/**
 * Posts one message.
 *
 * @throws GatewayError DMP-001 … DMP-005, as `DmpPeer.post`
 */
export async function post(
  url: string,
  message: SoapRequest,
  { clock, ...options }: PostOptions,
): Promise<DmpAnswer> {
  const { status, headers, body } = await exchange(
    { url, method: 'POST', headers: headersOf(message), chunks: message.chunks },
    { ...options, faults: FAULTS, faultOf: head => askedForLater(head, clock.now()) ?? notSoap(head) },
  );
  return { status, contentType: headers['content-type'] ?? '', body };
}

function headersOf({ contentType, chunks }: SoapRequest): Record<string, string | number> {
  return {
    'content-type': contentType,
    'content-length': chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
    accept: 'application/soap+xml, multipart/related',
    'accept-encoding': 'identity',
  };
}
