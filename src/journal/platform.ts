import type { JournalContext } from './context.ts';
import type { Journal } from './journal.ts';
import { packAll, putPayloads } from './payload-rows.ts';
import { requestNamed } from './requesting.ts';
import { text } from './rows.ts';
import * as fhir from './sql-fhir.ts';

type Platform = Pick<Journal, 'requestNamed' | 'answered' | 'platformIds' | 'isPlatformId' | 'platformIdsOf'>;

/** The payload that holds what a platform answered to an exchange. */
export const ANSWER = 'answer';

/** Exchanges with FHIR platforms: what came back. */
export function platform(context: JournalContext): Platform {
  const { engine } = context;
  return {
    requestNamed: name => engine.read(statements => requestNamed(statements, name)),

    answered: async (exchangeId, { bytes, ids, owner }) => {
      const packed = await packAll(context, exchangeId, [{ name: ANSWER, bytes }]);
      await engine.write(async statements => {
        await putPayloads(statements, exchangeId, packed);
        for (const { local, remote } of ids) {
          await statements.run(fhir.PLATFORM_ID_PUT, owner.flow, owner.caller, local, remote, exchangeId);
        }
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
