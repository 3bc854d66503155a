import type { JournalContext } from './context.ts';
import type { Journal } from './journal.ts';
import { ANSWER, packAll, putPayloads } from './payload-rows.ts';
import { putPlatformIds, remoteOf } from './platform-id-rows.ts';
import { requestNamed } from './requesting.ts';
import * as fhir from './sql-fhir.ts';

type Platform = Pick<Journal, 'requestNamed' | 'answered' | 'platformIds' | 'isPlatformId' | 'platformIdsOf'>;

/** Exchanges with FHIR platforms: what came back. */
export function platform(context: JournalContext): Platform {
  const { engine } = context;
  return {
    requestNamed: name => engine.read(statements => requestNamed(statements, name)),

    answered: async (exchangeId, answer) => {
      const packed = await packAll(context, exchangeId, [{ name: ANSWER, bytes: answer.bytes }]);
      await engine.write(async statements => {
        await putPayloads(statements, exchangeId, packed);
        await putPlatformIds(statements, exchangeId, answer, context);
      });
    },

    platformIds: ({ flow, caller }, names) =>
      engine.read(async statements => {
        const known = new Map<string, string>();
        const remotes = new Set<string>();
        for (const name of new Set(names)) {
          const key = context.keyOf(name);
          const row = await statements.first(fhir.PLATFORM_ID_GET, flow, caller, key);
          if (row !== undefined) known.set(name, remoteOf(row, context));
          if ((await statements.first(fhir.PLATFORM_ID_KNOWN, flow, caller, key)) !== undefined) {
            remotes.add(name);
          }
        }
        return { remoteOf: known, remotes };
      }),

    isPlatformId: (flow, remote) =>
      engine.read(
        async statements =>
          (await statements.first(fhir.PLATFORM_ID_TAKEN, flow, context.keyOf(remote))) !== undefined,
      ),

    platformIdsOf: exchangeId =>
      engine.read(async statements =>
        (await statements.all(fhir.PLATFORM_IDS_OF, exchangeId)).map(row => remoteOf(row, context)),
      ),
  };
}
