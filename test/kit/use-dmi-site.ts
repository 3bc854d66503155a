import { afterAll, afterEach, beforeAll } from 'vitest';
import { type FhirSite, startFhirSite } from './fhir.ts';

/** A hospital, its gateway, and the platform of implants' traces, for a file's tests. */
export interface DmiSite {
  readonly site: () => FhirSite;
  /** How often something was sent to the platform. */
  readonly submitted: () => number;
  /** How many traces the platform has that say so. */
  readonly tracesAbout: (description: string) => number;
}

export function useDmiSite(): DmiSite {
  let started: FhirSite | undefined;
  beforeAll(async () => {
    started = await startFhirSite({ flows: ['dmi'] });
  });
  afterAll(() => started?.stop());
  afterEach(() => started?.platform('dmi').behave('answer'));

  function site(): FhirSite {
    if (started === undefined) throw new Error('no test runs yet');
    return started;
  }
  return {
    site,
    submitted: () => site().platform('dmi').submissions().length,
    tracesAbout: description =>
      site()
        .platform('dmi')
        .transactions()
        .flat()
        .filter(({ type, resource }) => type === 'AuditEvent' && resource['outcomeDesc'] === description)
        .length,
  };
}
