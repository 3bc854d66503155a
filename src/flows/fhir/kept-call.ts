import type { FhirResource } from '../../formats/fhir/resource.ts';
import { ANSWER } from '../../journal/platform.ts';
import type { Journal } from '../../journal/journal.ts';
import type { FhirHttpAnswer } from '../../peers/interfaces.ts';
import type { PlatformFlowName } from './platform-flow.ts';

/** What is known of a FHIR exchange for as long as it is: no health data. */
export interface CallFacts {
  readonly flow: PlatformFlowName;
}

/** The row of what a caller asked for: the resource that is sent, whatever form it came in. */
export const CALL = 'call';

/** What a platform answered, as its caller is told it. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON; undefined where it said nothing. */
  readonly body: string | undefined;
  /** False: the request is tried again all the same. */
  readonly isFinal: boolean;
}

/** @returns undefined once purged. @throws GatewayError JRN-004 */
export async function keptResource(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
): Promise<FhirResource | undefined> {
  const bytes = await journal.payload(exchangeId, CALL);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as FhirResource);
}

/** @returns undefined while the platform has not answered for good, and once purged. @throws GatewayError JRN-004 */
export async function keptAnswer(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
): Promise<KeptAnswer | undefined> {
  const bytes = await journal.payload(exchangeId, ANSWER);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as KeptAnswer);
}

/** The platform's answer passed on, unchanged. */
export function passedOn({ status, body }: Pick<KeptAnswer, 'status' | 'body'>): FhirHttpAnswer {
  return { status, body: body === undefined ? undefined : Buffer.from(body) };
}
