import type { Statements } from './engine.ts';
import type { PlatformAnswer } from './journal.ts';
import * as fhir from './sql-fhir.ts';

/** Writes the ids that an exchange has made known; a name that was known means what it says now. */
export async function putPlatformIds(
  statements: Statements,
  exchangeId: string,
  { ids, owner: { flow, caller } }: Pick<PlatformAnswer, 'ids' | 'owner'>,
): Promise<void> {
  for (const { local, remote } of ids) {
    await statements.run(fhir.PLATFORM_ID_PUT, flow, caller, local, remote, exchangeId);
  }
}
