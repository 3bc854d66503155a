import type { JournalContext } from './context.ts';
import { now } from './context.ts';
import type { Row, Statements } from './engine.ts';
import type { Account, AccountQuery } from './fhir-records.ts';
import type { Journal } from './journal.ts';
import { bytesOf, packAll, putPayloads } from './payload-rows.ts';
import { storeRequest } from './requesting.ts';
import { text } from './rows.ts';
import * as fhir from './sql-fhir.ts';

type Accounts = Pick<Journal, 'findAccounts' | 'changeAccount' | 'undoAccountChange'>;

/** Accounts that the SAS platform keeps in the agenda software. */
export function accounts(context: JournalContext): Accounts {
  const { engine } = context;
  return {
    findAccounts: queries =>
      engine.read(async statements => {
        const ids = new Set<string>();
        for (const query of queries) {
          for (const row of await matches(statements, query)) ids.add(text(row, 'account_id'));
        }
        const found: Account[] = [];
        for (const id of ids) {
          const account = await load(statements, id);
          if (account !== undefined) found.push(account);
        }
        return found;
      }),

    changeAccount: async ({ request, account }) => {
      const { exchangeId } = request;
      const payloads = [...request.payloads, ...bytesOf(request.deliveries)];
      const packed = await packAll(context, exchangeId, payloads);
      await engine.write(async statements => {
        await storeRequest(statements, request, now(context));
        await putPayloads(statements, exchangeId, packed);
        await put(statements, { ...account, changedBy: exchangeId });
      });
    },

    undoAccountChange: (exchangeId, { id, before }) =>
      engine.write(async statements => {
        const account = await load(statements, id);
        // What a later change has made of it stays.
        if (account?.changedBy !== exchangeId) return;
        if (before === undefined) {
          await statements.run(fhir.ACCOUNT_IDENTIFIERS_DROP, id);
          await statements.run(fhir.ACCOUNT_DROP, id);
        } else await put(statements, before);
      }),
  };
}

async function matches(statements: Statements, { system, value }: AccountQuery): Promise<readonly Row[]> {
  return system === undefined
    ? statements.all(fhir.ACCOUNTS_BY_VALUE, value)
    : statements.all(fhir.ACCOUNT_BY_IDENTIFIER, system, value);
}

async function load(statements: Statements, id: string): Promise<Account | undefined> {
  const row = await statements.first(fhir.ACCOUNT_GET, id);
  if (row === undefined) return undefined;
  const identifiers = await statements.all(fhir.ACCOUNT_IDENTIFIERS, id);
  return {
    id,
    active: row['active'] === 1,
    changedBy: text(row, 'changed_by'),
    identifiers: identifiers.map(each => ({
      system: text(each, 'system'),
      value: text(each, 'value'),
      current: each['current'] === 1,
    })),
  };
}

async function put(statements: Statements, { id, active, changedBy, identifiers }: Account): Promise<void> {
  await statements.run(fhir.ACCOUNT_PUT, id, Number(active), changedBy);
  await statements.run(fhir.ACCOUNT_IDENTIFIERS_DROP, id);
  for (const { system, value, current } of identifiers) {
    await statements.run(fhir.ACCOUNT_IDENTIFIER_ADD, system, value, id, Number(current));
  }
}
