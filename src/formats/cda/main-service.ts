import { utcTime } from '../xdm/utc-time.ts';
import type { CdaHeader, ServiceEvent } from './types.ts';

/**
 * The act that a document is dated by, in METADATA.XML and in the name of its PDF: the first that tells when it
 * began, for serviceStartTime is required; undefined where none does.
 */
export function mainServiceOf({ services }: Pick<CdaHeader, 'services'>): ServiceEvent | undefined {
  return services.find(({ start }) => utcTime(start) !== undefined);
}
