import type { JournalContext } from './context.ts';
import type { Journal } from './journal.ts';
import { ANSWER, packAll, putPayloads } from './payload-rows.ts';
import { putPlatformIds } from './platform-id-rows.ts';
import { requestNamed } from './requesting.ts';
import { text } from './rows.ts';
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
        await putPlatformIds(statements, exchangeId, answer);
      });
    },

    platformIds: ({ flow, caller }, names) =>
      engine.read(async statements => {
        const remoteOf = new Map<string, string>();
        const remotes = new Set<string>();
        for (const name of new Set(names)) {
          const row = await statements.first(fhir.PLATFORM_ID_GET, flow, caller, name);
          if (row !== undefined) remoteOf.set(name, text(row, 'remote'));
          if ((await statements.first(fhir.PLATFORM_ID_KNOWN, flow, caller, name)) !== undefined) {
            remotes.add(name);
          }
        }
        return { remoteOf, remotes };
      }),

    isPlatformId: (flow, remote) =>
      engine.read(
        async statements => (await statements.first(fhir.PLATFORM_ID_TAKEN, flow, remote)) !== undefined,
      ),

    platformIdsOf: exchangeId =>
      engine.read(async statements =>
        (await statements.all(fhir.PLATFORM_IDS_OF, exchangeId)).map(row => ({
          local: text(row, 'local'),
          remote: text(row, 'remote'),
        })),
      ),
  };
}
