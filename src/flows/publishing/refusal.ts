import { type Fault, GatewayError } from '../../errors/gateway-error.ts';
import type { LookupAnswer, RegistryAnswer } from '../../formats/xds/registry-answer.ts';
import { isRetryable, shownCode } from '../../formats/xds/registry-error-codes.ts';
import type { HttpRefusal } from './dmp-messages.ts';
import { type DmpError, ownError } from './owed-zam.ts';

/** Why the DMP has not the documents as asked: for a person, and word for word for who asked. */
export interface Refusal {
  readonly fault: Fault;
  readonly error: DmpError;
}

/** A refusal that is ours, in the words of the catalogue. */
export function ownRefusal(fault: Fault): Refusal {
  return { fault, error: ownError(fault) };
}

/**
 * What an answer of the DMP means.
 *
 * @returns undefined for a success
 * @throws GatewayError DMP-004 and DMP-005 for what another attempt may not meet again
 */
export function refusalOf(
  answer: RegistryAnswer | Exclude<LookupAnswer, { kind: 'found' }> | HttpRefusal,
): Refusal | undefined {
  switch (answer.kind) {
    case 'success':
      return undefined;
    case 'failure': {
      const { code = '', context } = answer.error ?? {};
      if (isRetryable(code)) throw new GatewayError('DMP-004', { fields: { dmp: shownCode(code) } });
      return refused('DMP-006', code, context);
    }
    case 'fault': {
      const { code, side, reason } = answer;
      if (side === 'receiver') throw new GatewayError('DMP-004', { fields: { dmp: shownCode(code) } });
      return refused('DMP-007', code, reason);
    }
    case 'http': {
      // 401 and 403 are about who we are.
      const code = answer.status === 401 || answer.status === 403 ? 'DMP-007' : 'DMP-006';
      const { status } = answer;
      return ownRefusal({ code, detail: `Réponse HTTP ${status}.`, fields: { status } });
    }
    case 'unreadable':
      throw new GatewayError('DMP-005', { fields: { because: answer.because } });
  }
}

/** What the DMP says of it may be about the patient: it goes to who asked alone. */
function refused(ours: 'DMP-006' | 'DMP-007', code: string, words: string | undefined): Refusal {
  const shown = shownCode(code);
  if (code === '') {
    const own = ownRefusal({ code: ours });
    return words === undefined ? own : { ...own, error: { ...own.error, label: words } };
  }
  return {
    fault: { code: ours, detail: `Code : ${shown}.`, fields: { dmp: shown } },
    error: { code, label: words ?? '' },
  };
}
