import type { Logger } from 'pino';
import type { RequestTally } from '../admin/status.ts';
import { logFields } from '../errors/log-fields.ts';
import type { FhirHttpReport } from '../peers/interfaces.ts';

/** What becomes of the requests of FHIR callers: a line of the log for each, and how many there were of each kind. */
export interface FhirRequests {
  readonly done: (report: FhirHttpReport) => void;
  readonly failed: (error: unknown) => void;
  /** Since the gateway started. */
  readonly tallies: () => readonly RequestTally[];
}

export function watchFhirRequests(log: Logger): FhirRequests {
  const counts = new Map<string, RequestTally>();
  return {
    done: report => {
      log.info(report, 'FHIR request answered');
      const { caller = '', route = '', isAnswered, status } = report;
      const said = isAnswered && status !== undefined ? String(status) : '';
      const key = JSON.stringify([caller, route, said]);
      const count = (counts.get(key)?.count ?? 0) + 1;
      counts.set(key, { application: caller, route, status: said, count });
    },
    failed: error => log.warn(logFields(error), 'FHIR connection broken'),
    tallies: () => [...counts.values()],
  };
}
