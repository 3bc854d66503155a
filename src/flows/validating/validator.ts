import { createFairLimit } from '../../basics/fair-limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { withPlainNumbers } from '../../formats/fhir/json-numbers.ts';
import type { FhirResource, Finding } from '../../formats/fhir/resource.ts';
import { type FlowRules, rulesIn } from '../../formats/fhir/rules/read-rules.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import { createProcessPool, type ProcessPoolOptions } from '../processes/process-pool.ts';
import type { ValidateJob } from './validate-job.ts';

/** What is to be validated, beside the resource. */
export interface ValidateOptions {
  /** Canonical URL. */
  readonly profile: string;
  /** Of the body that it came in. */
  readonly bytes: number;
  /** The resource's own JSON, where it is written already. */
  readonly json?: Uint8Array | undefined;
  /** Who wants it: of several, none waits for all that another wants. */
  readonly caller: string;
}

/**
 * Holds a resource against a profile of a flow's rules, and against those that it declares.
 *
 * @throws GatewayError GEN-002 when it is large and no process can be had, in time
 */
export type Validate = (resource: FhirResource, options: ValidateOptions) => Promise<readonly Finding[]>;

export interface ValidatorOptions extends Omit<ProcessPoolOptions, 'program'> {
  /** Milliseconds for a validation, its turn and the start of a process included. */
  readonly turnMs: number;
}

export interface Validator {
  /** @throws GatewayError CFG-001 for a file that holds no rules */
  by(rules: FlowRules): Validate;
  /** Ends every process; what is being validated or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

/**
 * A body up to this size costs the gateway less time than its way to a process and back, whatever is in it
 * (docs/decisions/009).
 */
const AT_ONCE_BYTES = 64 * 1024;

/** Validates small resources at once, and large ones in processes: mails and messages do not wait for those. */
export function createValidator({ turnMs, ...options }: ValidatorOptions): Validator {
  const pool = createProcessPool<ValidateJob, readonly Finding[]>({
    ...options,
    program: new URL('./validator-process', import.meta.url),
  });
  const { processes } = options;
  const turns = createFairLimit(
    { parallel: processes, share: processes, timeoutMs: turnMs },
    () => new GatewayError('GEN-002'),
  );
  return {
    by: flowRules => {
      const rules = rulesIn(flowRules);
      return async (resource, { profile, bytes, caller, json }) => {
        if (bytes <= AT_ONCE_BYTES) return validate(withPlainNumbers(resource), rules, profile);
        const job = { json: json ?? Buffer.from(JSON.stringify(resource)), rules: flowRules, profile };
        const outcome = await turns.run(caller, async () => {
          const first = await pool.run(job);
          // The system may have ended the process for want of memory, whatever it worked on.
          return 'unfinished' in first && first.unfinished === 'crashed' ? pool.run(job) : first;
        });
        if ('fault' in outcome) throw new GatewayError(outcome.fault.code);
        return 'result' in outcome ? outcome.result : [tooCostly(resource)];
      };
    },
    stop: () => pool.stop(),
  };
}

/** The process ran out of time or memory: nobody knows what else is wrong with it. */
function tooCostly({ resourceType }: FhirResource): Finding {
  const message = 'La ressource demande trop de temps ou de mémoire pour être vérifiée.';
  return { severity: 'error', code: 'not-supported', path: resourceType, message, rule: 'R4' };
}
