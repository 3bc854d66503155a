import { GatewayError } from '../../errors/gateway-error.ts';
import type { Journal } from '../../journal/journal.ts';

/**
 * Writes what is about to be answered with yes. What keeps the journal from taking it passes: the caller may try again.
 *
 * @throws GatewayError FHIR-014
 */
export async function durably<T>(journal: Pick<Journal, 'intact'>, write: () => Promise<T>): Promise<T> {
  // A journal whose file was taken away takes everything, and loses it at the next start.
  if (!journal.intact()) throw new GatewayError('FHIR-014');
  try {
    return await write();
  } catch (cause) {
    throw new GatewayError('FHIR-014', { cause });
  }
}
