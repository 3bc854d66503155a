import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '../basics/clock.ts';
import { createIdSource } from '../basics/ids.ts';
import type { ApplicationConfig, Config } from '../config/schema.ts';
import { controlIdOf, withControlId } from '../formats/hl7/control-id.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { parseMessage } from '../formats/hl7/message.ts';
import type { Ack } from '../formats/hl7/types.ts';
import type { ExchangeView, Journal } from '../journal/journal.ts';
import { exchangeData, exchangePage } from './exchange-page.ts';
import { UsageError } from './failure.ts';
import { withJournal } from './journal-access.ts';
import {
  configOf,
  type ConfigOption,
  durationArgument,
  type JsonOption,
  withCommonOptions,
} from './options.ts';
import { oneLine, paragraphs, print, printJson } from './output.ts';

interface SendOptions extends ConfigOption, JsonOption {
  readonly application?: string;
  readonly newId: boolean;
  readonly wait: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const REFUSED = 1;
const LOOK_EVERY_MS = 200;
/** The newest exchanges among which that of the message is looked for. */
const AMONG = 100;

/** Adds `pfi send`. */
export function addSend(program: Command): void {
  withCommonOptions(program.command('send'))
    .argument('<fichier>', 'message HL7 (ORU ou MDM) : une demande d’envoi de document')
    .summary('envoie une demande à la passerelle qui tourne, comme le ferait une application')
    .description(
      paragraphs(
        'Envoie un message HL7 à l’adresse d’écoute d’une application (`accept`), par MLLP, montre la réponse, puis ce que la demande devient. La passerelle doit tourner. Attention : une demande acceptée part réellement.',
        'Retour :\n  0  demande acceptée (AA)\n  1  demande refusée, ou pas de réponse\n  2  fichier illisible, ou configuration fautive',
      ),
    )
    .option('--application <nom>', 'l’application dont l’adresse d’écoute est visée, s’il y en a plusieurs')
    .option('--new-id', 'donne au message un nouvel identifiant (MSH-10)', false)
    .option('--wait <durée>', 'suit la demande au plus cette durée', durationArgument, 10_000)
    .option('--ca <fichier>', 'autorité du certificat de la passerelle, si l’écoute est chiffrée')
    .option('--cert <fichier>', 'certificat à montrer, si elle en demande un')
    .option('--key <fichier>', 'sa clé')
    .action(send);
}

async function send(file: string, options: SendOptions): Promise<void> {
  const config = configOf(options);
  const application = creatorOf(config, options.application);
  const { message, controlId } = messageIn(file, options.newId);
  const ack = await deliver(message, controlId, application, options);
  const accepted = ack.code === 'AA' || ack.code === 'CA';
  if (!accepted) process.exitCode = REFUSED;
  if (!options.json) print(ackText(ack));
  const view = accepted ? await followed(config, application.name, controlId, options) : undefined;
  if (options.json) printJson({ ack, ...(view === undefined ? {} : exchangeData(view)) });
  else if (view !== undefined) print(`\n${exchangePage(view)}`);
}

/** @throws UsageError where it is not clear which application is meant */
function creatorOf({ applications }: Config, name: string | undefined): ApplicationConfig {
  const creators = applications.filter(({ accept }) => accept !== undefined);
  const found = name === undefined ? creators : creators.filter(each => each.name === name);
  const [one, another] = found;
  if (one === undefined) {
    throw new UsageError(
      name === undefined
        ? 'Aucune application de cette configuration n’envoie de demandes (`accept`).'
        : `L’application ${name} n’est pas dans la configuration, ou n’envoie pas de demandes (\`accept\`).`,
    );
  }
  if (another !== undefined) {
    const names = found.map(each => each.name).join(', ');
    throw new UsageError(
      `Plusieurs applications envoient des demandes : choisissez avec --application (${names}).`,
    );
  }
  return one;
}

/** @throws UsageError when the file holds no message */
function messageIn(file: string, renewed: boolean): { message: Uint8Array; controlId: string } {
  const read = readBytes(file);
  try {
    const newId = controlIdOf(createIdSource(systemClock)());
    const message = renewed ? withControlId(withCr(read), newId, systemClock.now()) : read;
    return { message, controlId: parseMessage(message).header.component(10, 1).trim() };
  } catch (error) {
    if (error instanceof Hl7Error) throw new UsageError(`${file} n’est pas un message HL7.`);
    throw error;
  }
}

/** Files often have line ends of their own; on the wire a segment ends with CR. */
function withCr(bytes: Buffer): Uint8Array {
  return bytes.includes('\r')
    ? bytes
    : Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1');
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new UsageError(`${file} ne peut pas être lu.`);
  }
}

async function deliver(
  message: Uint8Array,
  controlId: string,
  { accept, deliver: { timeout } }: ApplicationConfig,
  { ca, cert, key }: SendOptions,
): Promise<Ack> {
  const { createMllpClient } = await import('../peers/mllp/client.ts');
  const { host = '', port = 0, tls } = accept?.mllp ?? {};
  const client = createMllpClient({
    host: host === '0.0.0.0' || host === '::' ? 'localhost' : host,
    port,
    tls: { mode: tls === undefined ? 'none' : 'implicit', ca: pem(ca), cert: pem(cert), key: pem(key) },
    timeoutMs: timeout,
    maxAckBytes: 1024 * 1024,
    parallel: 1,
    clock: systemClock,
  });
  try {
    return await client.send(message, controlId);
  } finally {
    await client.close();
  }
}

function pem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readBytes(path).toString();
}

const MEANINGS: Readonly<Record<Ack['code'], string>> = {
  AA: 'demande acceptée',
  CA: 'demande acceptée',
  AE: 'demande refusée',
  CE: 'demande refusée',
  AR: 'demande rejetée pour l’instant : elle peut être renvoyée telle quelle',
  CR: 'demande rejetée pour l’instant : elle peut être renvoyée telle quelle',
};

function ackText({ code, controlId, errors }: Ack): string {
  return [
    `${code} : ${MEANINGS[code]} (message ${controlId})`,
    ...errors.flatMap(({ location, condition, application }) =>
      [
        location === undefined ? undefined : `  ERR-2 ${location}`,
        condition && `  ERR-3 ${condition.code} ${condition.label}`,
        application && `  ERR-5 ${application.code} ${application.label}`,
      ].flatMap(line => (line === undefined ? [] : [oneLine(line)])),
    ),
  ].join('\n');
}

/** The request's exchange once nothing more happens by itself, or as it stands when the time is over. */
async function followed(
  config: Config,
  application: string,
  controlId: string,
  { wait }: SendOptions,
): Promise<ExchangeView | undefined> {
  let view: ExchangeView | undefined;
  await withJournal(config, async ({ journal }) => {
    for (const until = Date.now() + wait; ; await delay(LOOK_EVERY_MS)) {
      view = await find(journal, application, controlId);
      if (Date.now() >= until || (view !== undefined && rests(view))) return;
    }
  });
  return view;
}

async function find(
  journal: Journal,
  application: string,
  controlId: string,
): Promise<ExchangeView | undefined> {
  const latest = await journal.list({ limit: AMONG });
  const exchange = latest.find(
    each => each.nature === 'request' && each.application === application && each.messageId === controlId,
  );
  return exchange && journal.exchange(exchange.id);
}

/** What waits for a person or for a report may do so for days. */
function rests({ deliveries }: ExchangeView): boolean {
  return deliveries.every(({ state }) => state === 'done' || state === 'held' || state === 'expected');
}
