import { expect } from 'vitest';
import type { IssuedCertificate } from '../../../src/sandbox/certificates.ts';
import type { Dmp, DmpFault } from '../../../src/sandbox/dmp.ts';
import { post } from '../../kit/dmp-post.ts';
import type { WireRequest } from '../../kit/dmp-request.ts';

/** What a request has come to: what the client reads, and what the DMP has noted against it. */
export interface Answered {
  readonly status: number;
  /** Of the RegistryResponse, or of the Fault: `Fault of Sender`. */
  readonly outcome: string | undefined;
  /** errorCodes, or the Subcode. */
  readonly codes: readonly string[];
  readonly faults: readonly DmpFault[];
}

/** Answered as it should be, without a warning. */
export const SUCCESS: Answered = { status: 200, outcome: 'Success', codes: [], faults: [] };

/** Sends a request, by itself, and tells what it has come to. */
export async function answered(
  dmp: Dmp,
  request: WireRequest,
  certificate?: Partial<IssuedCertificate>,
): Promise<Answered> {
  const known = dmp.faults().length;
  const { status, text } = await post(dmp, request, certificate);
  const of = /<soap:Code><soap:Value>soap:(\w+)/.exec(text)?.[1];
  const codes = text.matchAll(/errorCode="([^"]*)"|<soap:Subcode><soap:Value>(?:soap:)?([^<]*)/g);
  return {
    status,
    outcome: of === undefined ? /ResponseStatusType:(\w+)"/.exec(text)?.[1] : `Fault of ${of}`,
    codes: [...codes].map(([, errorCode, subcode]) => errorCode ?? subcode ?? ''),
    faults: dmp.faults().slice(known),
  };
}

/** A SOAP Fault by this code (`''`: without Subcode), and for this reason alone. */
export function fault(code: string, reason: RegExp): Answered {
  return {
    status: 500,
    outcome: 'Fault of Sender',
    codes: code === '' ? [] : [code],
    faults: [{ layer: 'soap', code, reason: expect.stringMatching(reason), isScripted: false }],
  };
}

/** A Failure with this RegistryError among others: what is wrong may make something else wrong too. */
export function failure(code: string, context: RegExp): Answered {
  return {
    status: 200,
    outcome: 'Failure',
    codes: expect.arrayContaining([code]),
    faults: expect.arrayContaining([
      { layer: 'registry', code, reason: expect.stringMatching(context), isScripted: false },
    ]),
  };
}
