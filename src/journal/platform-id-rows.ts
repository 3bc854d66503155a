import { seal } from '../basics/seal.ts';
import type { JournalContext } from './context.ts';
import type { Row, Statements } from './engine.ts';
import type { NewRequest, PlatformAnswer, PlatformId } from './journal.ts';
import { opened } from './payloads.ts';
import { bytes, number, text } from './rows.ts';
import * as fhir from './sql-fhir.ts';

/** What a platform's name is sealed as: it is bound to the name that it is known by. */
function sealName(flow: string, caller: string, localKey: string): string {
  return `platform_id/${flow}/${caller}/${localKey}`;
}

type Sealing = Pick<JournalContext, 'keyOf' | 'sealKey'>;

/**
 * Writes the ids that an exchange has made known. Names may tell who a person is (`Patient/<NIR>`): the caller's is kept as
 * its key alone, the platform's sealed where there is a key to seal with.
 */
export async function putPlatformIds(
  statements: Statements,
  exchangeId: string,
  answer: Omit<PlatformAnswer, 'bytes'>,
  { keyOf, sealKey }: Sealing,
): Promise<void> {
  const { flow, caller } = answer.owner;
  for (const id of answer.ids) {
    for (const { local, remote } of await meanings(statements, id, answer, { keyOf, sealKey })) {
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
}

/** What a name means from now on. Where it meant another id, both stay known by the platform's names. */
async function meanings(
  statements: Statements,
  { local, remote }: PlatformId,
  { owner: { flow, caller }, clash }: Omit<PlatformAnswer, 'bytes'>,
  sealing: Sealing,
): Promise<readonly PlatformId[]> {
  if (clash === undefined) return [{ local, remote }];
  const row = await statements.first(fhir.PLATFORM_ID_GET, flow, caller, sealing.keyOf(local));
  const before = row && remoteOf(row, sealing);
  if (before === undefined || before === remote) return [{ local, remote }];
  const both = [before, remote].filter(each => each !== clash);
  return [{ local, remote: clash }, ...both.map(each => ({ local: `name ${each}`, remote: each }))];
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
