import { type Command, Option } from 'commander';
import { systemClock } from '../basics/clock.ts';
import type { ApplicationConfig, Config } from '../config/schema.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { Ack } from '../formats/hl7/types.ts';
import { ackLines } from './ack-words.ts';
import { exchangeData, exchangeSummary } from './exchange-page.ts';
import { UsageError } from './failure.ts';
import {
  configOf,
  type ConfigOption,
  durationArgument,
  type JsonOption,
  withCommonOptions,
} from './options.ts';
import { paragraphs, print, printError, printJson } from './output.ts';
import { messageIn, readBytes, type Sendable } from './send-message.ts';

interface SendOptions extends ConfigOption, JsonOption {
  readonly application?: string;
  readonly newId: boolean;
  readonly wait: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const REFUSED = 1;

/** Adds `pfi send`. */
export function addSend(program: Command): void {
  withCommonOptions(program.command('send'))
    .argument('<fichier>', 'message HL7 (ORU ou MDM) : une demande d’envoi de document')
    .summary('envoie une demande à la passerelle qui tourne, comme le ferait une application')
    .description(
      paragraphs(
        'Envoie un message HL7 à l’adresse d’écoute d’une application (`accept`), par MLLP, montre la réponse, puis ce que la demande devient. La passerelle doit tourner. Attention : une demande acceptée part réellement.',
        'Le même fichier envoyé deux fois n’est traité qu’une fois : --new-id en fait une demande nouvelle.',
        'Retour :\n  0  demande acceptée (AA)\n  1  demande refusée, ou pas de réponse\n  2  fichier illisible, ou configuration fautive',
      ),
    )
    .option('--application <nom>', 'l’application dont l’adresse d’écoute est visée, s’il y en a plusieurs')
    .option('--new-id', 'donne au message un nouvel identifiant (MSH-10) et l’heure (MSH-7)', false)
    .addOption(
      new Option('--wait <durée>', 'suit la demande au plus cette durée')
        .argParser(durationArgument)
        .default(durationArgument('10s'), '10s'),
    )
    .option('--ca <fichier>', 'autorité du certificat de la passerelle, si l’écoute est chiffrée')
    .option('--cert <fichier>', 'certificat à montrer, si elle en demande un')
    .option('--key <fichier>', 'sa clé')
    .action(send);
}

async function send(file: string, options: SendOptions): Promise<void> {
  const config = configOf(options);
  const application = creatorOf(config, options.application);
  const sendable = messageIn(file, options.newId);
  const ack = await deliver(sendable, application, options);
  if (ack === undefined) return;
  const isAccepted = ack.code === 'AA' || ack.code === 'CA';
  if (!isAccepted) process.exitCode = REFUSED;
  if (!options.json) print(ackLines(ack).join('\n'));
  const view = isAccepted ? await followed(config, application.name, sendable, options) : undefined;
  if (options.json) printJson({ ack, ...(view === undefined ? {} : exchangeData(view)) });
  else if (view !== undefined) {
    print(`\n${exchangeSummary(view)}`);
    print(`\nLa suite : pfi exchanges show ${view.exchange.id}`);
  }
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

/** The gateway's answer; undefined where there was none, which has been told. */
async function deliver(
  { message, controlId }: Sendable,
  { accept, deliver: { timeout } }: ApplicationConfig,
  options: SendOptions,
): Promise<Ack | undefined> {
  const { createMllpClient } = await import('../peers/mllp/client.ts');
  const { host = '', port = 0, tls } = accept?.mllp ?? {};
  const to = { host: host === '0.0.0.0' || host === '::' ? 'localhost' : host, port };
  const client = createMllpClient({
    ...to,
    tls: {
      mode: tls === undefined ? 'none' : 'implicit',
      ca: pem(options.ca),
      cert: pem(options.cert),
      key: pem(options.key),
    },
    timeoutMs: timeout,
    maxAckBytes: 1024 * 1024,
    parallel: 1,
    clock: systemClock,
  });
  try {
    return await client.send(message, controlId);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    unanswered(thrown, `${to.host}:${port}`, options);
    return undefined;
  } finally {
    await client.close();
  }
}

function pem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readBytes(path).toString();
}

/** Why there is no answer, from where the sender stands: the catalogue speaks of applications that we call. */
function unanswered({ code, fault }: GatewayError, address: string, { json }: JsonOption): void {
  process.exitCode = REFUSED;
  const text = `${WHY[code] ?? 'La passerelle n’a pas répondu comme il faut'} (${address}, ${code}).`;
  const lines = [
    [text, fault.detail].filter(Boolean).join(' '),
    code === 'MLLP-001' || code === 'MLLP-004' ? NOT_TAKEN : PERHAPS_TAKEN,
  ];
  printError(lines.join('\n'));
  if (json) printJson({ error: { code, text } });
}

const WHY: Readonly<Record<string, string>> = {
  'MLLP-001': 'La passerelle n’écoute pas à cette adresse : tourne-t-elle, avec cette configuration ?',
  'MLLP-002': 'La passerelle n’a pas répondu à temps',
  'MLLP-003': 'La connexion a été coupée avant la réponse',
  'MLLP-004': 'La connexion chiffrée (TLS) a échoué : voyez --ca, --cert et --key',
};
const NOT_TAKEN = 'La demande n’a pas été prise.';
const PERHAPS_TAKEN =
  'La demande est peut-être prise. Renvoyez le même fichier, sans --new-id : elle ne sera pas traitée deux fois.';

/** Told as it goes; a journal that cannot be read takes nothing from the answer. */
async function followed(
  config: Config,
  application: string,
  { controlId }: Sendable,
  { wait, json }: SendOptions,
) {
  const { follow } = await import('./send-progress.ts');
  const told = (line: string): void => {
    if (!json) print(`  ${line}`);
  };
  try {
    return await follow(config, { application, controlId, wait, told });
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    printError(`Ce que devient la demande ne peut pas être montré : ${thrown.code} : ${thrown.publicText}`);
    return undefined;
  }
}
