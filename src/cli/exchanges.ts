import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { abandonExchange } from '../flows/steer.ts';
import type { ExchangeView, Journal } from '../journal/journal.ts';
import { EFFECT, EXCHANGE_ID, fullId, steer, unknownExchange } from './exchange-choice.ts';
import { exchangeData, exchangePage, exchangeTable, worklistPage } from './exchange-page.ts';
import { holdsOf } from './exchange-words.ts';
import { addRetry } from './exchanges-retry.ts';
import { UsageError } from './failure.ts';
import { withJournal } from './journal-access.ts';
import {
  configOf,
  type ConfigOption,
  type JsonOption,
  numberArgument,
  withCommonOptions,
} from './options.ts';
import { count, oneLine, print, printJson } from './output.ts';

type Common = ConfigOption & JsonOption;

interface ListOptions extends Common {
  readonly held: boolean;
  readonly mailbox?: string;
  readonly limit: number;
}

const MAX_LIMIT = 10_000;
/** Our own: longer is no reason but a document. */
const MAX_REASON = 500;

interface AbandonOptions {
  readonly reason: string;
  readonly all?: true;
  readonly held?: true;
}

/** Adds `pfi exchanges`. */
export function addExchanges(program: Command): void {
  const exchanges = program
    .command('exchanges')
    .summary('montre les échanges et agit sur ceux qui attendent')
    .description(
      'Montre les échanges (un échange : un courriel reçu, une demande d’envoi d’une application, ou une demande FHIR, suivi jusqu’à son terme) et agit sur ceux qui attendent. Fonctionne que la passerelle tourne ou non. Ne montre jamais de nom de patient, ni l’adresse d’un patient.',
    );

  withCommonOptions(exchanges.command('list'))
    .summary('liste les échanges, le plus récent d’abord')
    .description('Liste les échanges, le plus récent d’abord.')
    .option('--held', 'seulement ce qui attend une personne, avec la raison et ce qu’il y a à faire', false)
    .option('--mailbox <nom>', 'seulement cette boîte')
    .option('--limit <nombre>', 'au plus ce nombre', numberArgument(1, MAX_LIMIT), 50)
    .action(list);

  withCommonOptions(exchanges.command('show'))
    .argument('<id>', EXCHANGE_ID)
    .summary('montre un échange')
    .description(
      'Montre un échange : ses documents, ses envois, ses destinataires, son histoire, et ce qu’il y a à faire.',
    )
    .action(show);

  addRetry(exchanges);

  withCommonOptions(exchanges.command('abandon'))
    .argument('<id>', EXCHANGE_ID)
    .requiredOption('--reason <motif>', 'motif, que l’expéditeur lira : sans nom de patient')
    .summary('écarte ce qui attend, avec un motif')
    .description(
      'Écarte ce qui attend : les documents ne seront pas transmis, et l’expéditeur lira le motif (code 906), s’il n’a pas déjà eu de réponse. D’une demande d’envoi ou d’une demande FHIR, le motif reste au journal.',
    )
    .addOption(
      new Option(
        '--all',
        'd’une demande : ce qui attend une décision, et ce qui reste à partir (courriels, dépôt au DMP)',
      ).conflicts('held'),
    )
    .option('--held', 'd’une demande : seulement ce qui attend une décision ; le reste partira')
    .action((id: string, options: Common & AbandonOptions) => {
      const reason = reasonOf(options.reason);
      const scope = options.all === true ? 'all' : options.held === true ? 'held' : undefined;
      return steer(id, options, async (exchangeId, access) => {
        const abandoned = await abandonExchange(exchangeId, reason, access, scope);
        if (options.json) printJson({ exchange: exchangeId, abandoned });
        else print(`Échange ${exchangeId} : ${count(abandoned, 'envoi écarté')}. ${EFFECT}`);
      });
    });
}

async function list(options: ListOptions): Promise<void> {
  const config = configOf(options);
  const { held, limit, mailbox } = options;
  await withJournal(config, async ({ journal }) => {
    if (mailbox !== undefined) await checkMailbox(mailbox, config, journal);
    const found = await journal.list({ held, limit, ...(mailbox === undefined ? {} : { mailbox }) });
    const views: ExchangeView[] = [];
    for (const { id } of found) {
      const view = await journal.exchange(id);
      if (view !== undefined) views.push(view);
    }
    if (options.json) {
      return printJson(views.map(view => ({ ...exchangeData(view).exchange, waitsBecause: holdsOf(view) })));
    }
    if (views.length === 0) return print(held ? 'Rien n’attend.' : 'Aucun échange.');
    print(held ? worklistPage(views) : exchangeTable(views));
  });
}

async function show(id: string, options: Common): Promise<void> {
  await withJournal(configOf(options), async ({ journal }) => {
    const view = await journal.exchange(await fullId(id, journal));
    if (view === undefined) throw unknownExchange(id);
    if (options.json) printJson(exchangeData(view));
    else print(exchangePage(view));
  });
}

/** A mailbox that left the configuration still has its history. */
async function checkMailbox(name: string, { mailboxes }: Config, journal: Journal): Promise<void> {
  const names = mailboxes.map(box => box.name);
  if (names.includes(name) || (await journal.list({ mailbox: name, limit: 1 })).length > 0) return;
  throw new UsageError(
    `La boîte « ${name} » est inconnue. Boîtes de la configuration : ${names.join(', ')}.`,
  );
}

function reasonOf(text: string): string {
  const reason = oneLine(text);
  if (reason === '') throw new UsageError('Le motif est vide : l’expéditeur doit pouvoir comprendre.');
  if (reason.length > MAX_REASON) throw new UsageError(`Le motif dépasse ${MAX_REASON} caractères.`);
  return reason;
}
