import { seal } from '../basics/seal.ts';
import type { JournalContext } from './context.ts';
import type { Row, Statements } from './engine.ts';
import type { NewRequest, PlatformAnswer } from './journal.ts';
import { opened } from './payloads.ts';
import { bytes, number, text } from './rows.ts';
import * as fhir from './sql-fhir.ts';

/** What a platform's name is sealed as: it is bound to the name that it is known by. */
function sealName(flow: string, caller: string, localKey: string): string {
  return `platform_id/${flow}/${caller}/${localKey}`;
}

/**
 * Writes the ids that an exchange has made known; a name that was known means what it says now. Names may tell who a person
 * is (`Patient/<NIR>`): the caller's is kept as its key alone, the platform's sealed where there is a key to seal with.
 */
export async function putPlatformIds(
  statements: Statements,
  exchangeId: string,
  { ids, owner: { flow, caller } }: Pick<PlatformAnswer, 'ids' | 'owner'>,
  { keyOf, sealKey }: Pick<JournalContext, 'keyOf' | 'sealKey'>,
): Promise<void> {
  for (const { local, remote } of ids) {
    const localKey = keyOf(local);
    const plain = Buffer.from(remote);
    await statements.run(
      fhir.PLATFORM_ID_PUT,
      flow,
      caller,
      localKey,
      keyOf(remote),
      Number(sealKey !== undefined),
      sealKey === undefined ? plain : seal(sealName(flow, caller, localKey), plain, sealKey),
      exchangeId,
    );
  }
}

/** The latest of the deliveries that bring what a request refers to and have not got there; undefined for none. */
export async function owedBefore(
  statements: Statements,
  { owner: { flow, caller }, remotes }: NonNullable<NewRequest['refersTo']>,
  { keyOf }: Pick<JournalContext, 'keyOf'>,
): Promise<string | undefined> {
  let latest: { readonly id: string; readonly seq: number } | undefined;
  for (const remote of new Set(remotes)) {
    const row = await statements.first(fhir.PLATFORM_ID_OWED, flow, caller, keyOf(remote));
    if (row !== undefined && number(row, 'seq') > (latest?.seq ?? 0)) {
      latest = { id: text(row, 'id'), seq: number(row, 'seq') };
    }
  }
  return latest?.id;
}

/** What the platform calls it. @throws GatewayError JRN-004 */
export function remoteOf(row: Row, { sealKey }: Pick<JournalContext, 'sealKey'>): string {
  const kept = bytes(row, 'remote');
  const name = sealName(text(row, 'flow'), text(row, 'caller'), text(row, 'local_key'));
  return Buffer.from(number(row, 'sealed') === 1 ? opened(name, kept, sealKey) : kept).toString();
}
