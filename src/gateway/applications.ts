import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { deliverDocument, documentGivenUp } from '../flows/deliver-document.ts';
import { filingDelivery } from '../flows/file-mail.ts';
import { receiptGivenUp, relayReceipt } from '../flows/relay-receipt.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import { applicationPeer } from './peers.ts';
import { applicationSettings, retryPolicy } from './settings.ts';

export interface AssembledApplications {
  /** The applications as the dispatcher's targets. */
  targets(documentEnded: (exchangeId: string, mailbox: string) => Promise<void>): Target[];
  close(): Promise<void>;
}

/** Every application of the configuration with its peer. */
export function assembleApplications(
  { applications }: Config,
  { journal, clock, newId }: { readonly journal: Journal; readonly clock: Clock; readonly newId: IdSource },
): AssembledApplications {
  const assembled = applications.map(config => ({
    config,
    application: applicationSettings(config),
    peer: applicationPeer(config, clock),
  }));
  return {
    targets: documentEnded =>
      assembled.map(({ config, application, peer }) => ({
        name: config.name,
        logged: { application: config.name },
        parallel: config.deliver.parallel,
        retry: retryPolicy(config),
        attempt: delivery =>
          (delivery.kind === 'zam' ? relayReceipt : deliverDocument)(delivery, {
            journal,
            peer,
            application,
          }),
        givenUp: (error, { kind }) => (kind === 'zam' ? receiptGivenUp : documentGivenUp)(error),
        // Its mail goes where people look, however late the document came to wait.
        owedWhenHeld: ({ kind, exchangeId, mailbox }) =>
          kind === 'zam' ? [] : [filingDelivery(exchangeId, 'failed', { newId }, mailbox)],
        ended: async ({ kind, exchangeId, mailbox }) => {
          if (kind !== 'zam') await documentEnded(exchangeId, mailbox);
        },
      })),
    close: async () => {
      await Promise.all(assembled.map(({ peer }) => peer.close()));
    },
  };
}
