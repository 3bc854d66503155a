import type { Command } from 'commander';
import { describe } from '../errors/catalogue.ts';
import { explain, type Fault, GatewayError } from '../errors/gateway-error.ts';
import { abandonExchange, retryExchange } from '../flows/steer.ts';
import type { Delivery, Exchange, ExchangeView } from '../journal/journal.ts';
import { configOf, frenchTime, orExit, print, printJson, withCommonOptions, withJournal } from './common.ts';

interface Common {
  readonly config: string;
  readonly json: boolean;
}

export function addExchanges(program: Command): void {
  const exchanges = program
    .command('exchanges')
    .description('montre les échanges et agit sur ceux qui attendent');

  withCommonOptions(exchanges.command('list'))
    .description('liste les échanges, le plus récent d’abord')
    .option('--held', 'seulement ce qui attend une personne', false)
    .option('--mailbox <nom>', 'seulement cette boîte')
    .option('--limit <nombre>', 'au plus ce nombre', '50')
    .action((options: Common & { held: boolean; mailbox?: string; limit: string }) =>
      orExit(() => list(options)),
    );

  withCommonOptions(exchanges.command('show'))
    .argument('<id>', 'identifiant de l’échange')
    .description('montre un échange : documents, envois, historique, et ce qu’il y a à faire')
    .action((id: string, options: Common) => orExit(() => show(id, options)));

  withCommonOptions(exchanges.command('retry'))
    .argument('<id>', 'identifiant de l’échange')
    .description('renvoie ce qui attend une personne ; sinon les documents refusés')
    .action((id: string, options: Common) =>
      orExit(() =>
        withJournal(configOf(options), async access => {
          const count = await retryExchange(id, access);
          if (options.json) printJson({ exchange: id, resent: count });
          else print(`${count} envoi(s) relancé(s).`);
        }),
      ),
    );

  withCommonOptions(exchanges.command('abandon'))
    .argument('<id>', 'identifiant de l’échange')
    .requiredOption('--reason <motif>', 'motif, que l’expéditeur lira')
    .description('écarte ce qui attend, avec un motif')
    .action((id: string, options: Common & { reason: string }) =>
      orExit(() =>
        withJournal(configOf(options), async access => {
          const count = await abandonExchange(id, options.reason, access);
          if (options.json) printJson({ exchange: id, abandoned: count });
          else print(`${count} envoi(s) écarté(s).`);
        }),
      ),
    );
}

async function list(options: Common & { held: boolean; mailbox?: string; limit: string }): Promise<void> {
  await withJournal(configOf(options), async ({ journal }) => {
    const found = await journal.list({
      held: options.held,
      limit: Number(options.limit),
      ...(options.mailbox === undefined ? {} : { mailbox: options.mailbox }),
    });
    if (options.json) return printJson(found);
    if (found.length === 0) return print(options.held ? 'Rien n’attend.' : 'Aucun échange.');
    for (const exchange of found) print(summary(exchange));
  });
}

async function show(id: string, options: Common): Promise<void> {
  await withJournal(configOf(options), async ({ journal }) => {
    const view = await journal.exchange(id);
    if (view === undefined)
      throw new GatewayError('JRN-005', { detail: 'Cet échange n’est pas dans le journal.' });
    if (options.json) printJson(view);
    else print(renderExchange(view));
  });
}

const NATURES = {
  document: 'documents',
  receipt: 'accusé',
  other: 'autre courriel',
  unusable: 'inexploitable',
} as const;
const STATES = {
  seen: 'en lecture',
  open: 'en cours',
  held: 'À TRAITER',
  closing: 'à ranger',
  ended: 'terminé',
} as const;
const DELIVERY_STATES = {
  waiting: 'en attente',
  claimed: 'en attente',
  sending: 'en cours d’envoi',
  held: 'À TRAITER',
  done: 'terminé',
} as const;
const OUTCOMES = { accepted: 'accepté', refused: 'refusé', abandoned: 'écarté' } as const;
const KINDS = {
  mdm: 'document →',
  mdn: 'accusé de lecture (MDN) →',
  'error-mail': 'courriel d’erreur →',
  file: 'rangement →',
  read: 'relecture →',
} as const;

function summary(exchange: Exchange): string {
  const { id, receivedAt, mailbox, nature, sender, outcomeCode, fault } = exchange;
  const what = nature === undefined ? '' : NATURES[nature];
  const how = outcomeOf(exchange);
  const code = outcomeCode ?? fault?.code ?? '';
  return [id, frenchTime(receivedAt), mailbox, what, how, code, sender ?? '']
    .filter(part => part !== '')
    .join('  ');
}

function outcomeOf({ outcome, state }: Exchange): string {
  return outcome === undefined || state === 'open' ? STATES[state] : OUTCOMES[outcome];
}

/** An exchange for an administrator: what waits comes with its reason and what there is to do. */
export function renderExchange({ exchange, documents, deliveries, events }: ExchangeView): string {
  const { place, messageId, sender, fault } = exchange;
  return [
    `Échange ${exchange.id}`,
    `  reçu le ${frenchTime(exchange.receivedAt)} dans ${exchange.mailbox}, pour ${exchange.application}`,
    ...(sender === undefined ? [] : [`  expéditeur ${sender}`]),
    ...(messageId === undefined ? [] : [`  Message-ID ${messageId}`]),
    ...(place === undefined ? [] : [`  dossier ${place.folder}`]),
    `  état : ${outcomeOf(exchange)}`,
    ...(fault === undefined ? [] : faultLines(fault, '  ')),
    ...documents.flatMap(({ document, delivery }) => [
      '',
      `  Document ${document.position + 1} : ${document.typeLabel ?? 'type inconnu'} (${document.typeCode ?? '?'})`,
      `    identifiant ${document.uniqueId ?? 'inconnu'}, version ${document.version ?? '—'}`,
      ...deliveryLines(delivery),
    ]),
    ...deliveries.filter(({ kind }) => kind !== 'mdm').flatMap(delivery => ['', ...deliveryLines(delivery)]),
    '',
    '  Historique',
    ...events.map(({ at, type, data }) => `    ${frenchTime(at)}  ${type}  ${dataText(data)}`.trimEnd()),
  ].join('\n');
}

function deliveryLines(delivery: Delivery): string[] {
  const { kind, target, state, ending, hold, attempts, ambiguous, lastError, identifiers } = delivery;
  const how = ending === undefined ? DELIVERY_STATES[state] : OUTCOMES[ending.outcome];
  const code = ending?.code === undefined ? '' : ` ${ending.code} ${ending.label ?? ''}`.trimEnd();
  return [
    `    ${KINDS[kind]} ${target} : ${how}${code}`,
    ...(ending?.reason === undefined || kind === 'file' ? [] : [`      motif : ${ending.reason}`]),
    ...(identifiers['controlId'] === undefined ? [] : [`      MSH-10 ${identifiers['controlId']}`]),
    ...(attempts > 1 || ambiguous > 0
      ? [`      ${attempts} tentative(s), dont ${ambiguous} sans réponse connue`]
      : []),
    ...(state === 'waiting' && lastError !== undefined
      ? [
          `      dernier échec : ${lastError.code} ${describe(lastError.code).why}`,
          `      prochain essai ${frenchTime(delivery.nextAt)}`,
        ]
      : []),
    ...(hold === undefined ? [] : faultLines(hold, '      ')),
  ];
}

function faultLines(fault: Fault, indent: string): string[] {
  const { did, todo } = describe(fault.code);
  return [`${indent}${fault.code} : ${explain(fault)}`, `${indent}${did}`, `${indent}À faire : ${todo}`];
}

function dataText(data: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(data)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
