import { GatewayError } from '../../errors/gateway-error.ts';
import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import { isObject, parseJson } from '../../formats/fhir/resource.ts';
import { ANSWER } from '../../journal/payload-rows.ts';
import type { Journal } from '../../journal/journal.ts';
import type { FhirHttpAnswer } from '../../peers/interfaces.ts';
import type { PlatformFlowName } from './platform-flow.ts';
import { keptJson } from '../kept-json.ts';

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
  /** Of a platform's: whether it was a yes, and to which order of a person (`undefined`: to the call itself). */
  readonly judged?: { readonly isYes: boolean; readonly order?: string | undefined };
}

/** @returns undefined while the platform has not answered for good, and once purged. @throws GatewayError JRN-004 */
export async function keptAnswer(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
): Promise<KeptAnswer | undefined> {
  return (await keptJson(journal, exchangeId, ANSWER)) as KeptAnswer | undefined;
}

/** The platform's answer passed on, unchanged; of a no that is no JSON, the page of a proxy, its status. */
export function passedOn({ status, body }: Pick<KeptAnswer, 'status' | 'body'>): FhirHttpAnswer {
  if (body !== undefined) return { status, body: Buffer.from(body) };
  const detail = `Réponse HTTP ${status}, sans ressource FHIR.`;
  return { status, body: outcomeOf(new GatewayError('FHIR-009', { detail })) };
}

/** A body where it is a JSON object or list, with or without a byte order mark; undefined for anything else. */
export function jsonIn(body: Uint8Array): Readonly<Record<string, unknown>> | readonly unknown[] | undefined {
  try {
    // As deep, and as large, as what callers may bring: nothing that walks it can break.
    const json = parseJson(body);
    return isObject(json) || Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** UTF-8, without a byte order mark. */
export function textIn(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
