import { afterEach, beforeEach, describe } from 'vitest';
import { type JournalBed, openBed, type Store } from '../kit/journal.ts';
import { concludingContract } from './contract/concluding.ts';
import { claimingContract } from './contract/claiming.ts';
import { deliveringContract } from './contract/delivering.ts';
import { earlyReceiptsContract } from './contract/early-receipts.ts';
import { lookingContract } from './contract/looking.ts';
import { mailOrderContract } from './contract/mail-order.ts';
import { accountsContract } from './contract/accounts.ts';
import { overdueContract } from './contract/overdue.ts';
import { platformContract } from './contract/platform.ts';
import { purgingContract } from './contract/purging.ts';
import { receiptsContract } from './contract/receipts.ts';
import { receivingContract } from './contract/receiving.ts';
import { requestLifetimeContract } from './contract/request-lifetime.ts';
import { requestingContract } from './contract/requesting.ts';
import { steeringContract } from './contract/steering.ts';
import { steeringRequestsContract } from './contract/steering-requests.ts';
import { submittingContract } from './contract/submitting.ts';
import { upkeepContract } from './contract/upkeep.ts';
import { waitingContract } from './contract/waiting.ts';

/** What the parts of the contract work with: a fresh journal for each test. */
export interface ContractContext {
  readonly bed: () => JournalBed;
  /** The journal of another process on the same database, closed with the test. */
  readonly another: () => Promise<JournalBed>;
}

/** What a journal promises on whatever engine (docs/design.md §4): run on each with a way to make an empty database. */
export function journalContract(engine: string, newStore: () => Store): void {
  describe(`the journal on ${engine}`, () => {
    let store: Store;
    let opened: JournalBed[];
    beforeEach(async () => {
      store = newStore();
      opened = [await openBed(store)];
    });
    afterEach(async () => {
      for (const { journal } of opened.toReversed()) await journal.close();
      store.remove();
    });
    const bed = (): JournalBed => {
      const [first] = opened;
      if (first === undefined) throw new Error('opened before each test');
      return first;
    };
    const another = async (): Promise<JournalBed> => {
      const { clock, newId } = bed();
      const other = await openBed(store, { clock, newId });
      opened.push(other);
      return other;
    };
    const context: ContractContext = { bed, another };
    receivingContract(context);
    platformContract(context);
    accountsContract(context);
    claimingContract(context);
    waitingContract(context);
    deliveringContract(context);
    concludingContract(context);
    steeringContract(context);
    lookingContract(context);
    purgingContract(context);
    upkeepContract(context);
    requestingContract(context);
    submittingContract(context);
    overdueContract(context);
    receiptsContract(context);
    earlyReceiptsContract(context);
    requestLifetimeContract(context);
    mailOrderContract(context);
    steeringRequestsContract(context);
  });
}
