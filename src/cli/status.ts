import { type Command, CommanderError, Option } from 'commander';
import type { GatewayStatus } from '../admin/status.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { TOLD } from './failure.ts';
import { usageMessage } from './french.ts';
import {
  configOf,
  type ConfigOption,
  durationArgument,
  type JsonOption,
  withCommonOptions,
} from './options.ts';
import { paragraphs, print, printJson } from './output.ts';
import { CRITICAL, judge, type Limits, render, summary, UNKNOWN, WORDS } from './status-verdict.ts';

const ANSWER_WITHIN_MS = 10_000;

/** Adds `pfi status`. */
export function addStatus(program: Command): void {
  withCommonOptions(program.command('status'))
    .summary('dit si tout passe, pour la supervision (Nagios, Centreon, PRTG)')
    .description(
      paragraphs(
        'Dit si tout passe : une ligne de résumé, puis les données de performance (perfdata).',
        'Retour :\n  0  tout passe\n  1  avertissement : injoignable, hors configuration, certificat à renouveler, ou quelque chose à traiter\n  2  critique : boîte muette, courriels non pris, envoi trop ancien, journal bloqué, certificat inutilisable ou à 7 jours de sa fin, passerelle arrêtée\n  3  inconnu : configuration ou ligne de commande fautive',
      ),
    )
    .addOption(
      limit(
        '--silence <durée>',
        'boîte non relevée, ou courriels non pris, depuis plus longtemps : critique',
        '15m',
      ),
    )
    .addOption(limit('--age <durée>', 'envoi en attente depuis plus longtemps : critique', '30m'))
    .exitOverride(error => {
      if (error.exitCode === 0) throw error;
      // A monitor takes 2 for critical; a command line that cannot be read tells nothing of the gateway.
      print(summary(UNKNOWN, usageMessage(error)));
      throw new CommanderError(UNKNOWN, TOLD, '');
    })
    .action(status);
}

/** The limits by default are those of the guide's chapter on monitoring. */
function limit(flags: string, description: string, usual: string): Option {
  return new Option(flags, description).argParser(durationArgument).default(durationArgument(usual), usual);
}

async function status(options: ConfigOption & JsonOption & Limits): Promise<void> {
  let address: string;
  try {
    address = addressOf(options);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return fail(UNKNOWN, error.publicText, options);
  }
  const found = await ask(address);
  if (found === undefined) return fail(CRITICAL, `la passerelle ne répond pas sur ${address}`, options);
  const verdict = judge(found, options, new Date());
  process.exitCode = verdict.level;
  if (options.json) printJson({ ...verdict, level: WORDS[verdict.level], status: found });
  else print(render(found, verdict, options));
}

function addressOf(options: ConfigOption): string {
  const { host, port } = configOf(options).admin;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Undefined when nothing answers there, or something that is no gateway. */
async function ask(address: string): Promise<GatewayStatus | undefined> {
  try {
    const answer = await fetch(`${address}/status.json`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const found = (await answer.json()) as Partial<GatewayStatus> | null;
    const isStatus =
      Array.isArray(found?.mailboxes) && Array.isArray(found.certificates) && found.journal !== undefined;
    return answer.ok && isStatus ? (found as GatewayStatus) : undefined;
  } catch {
    return undefined;
  }
}

function fail(level: number, reason: string, { json }: JsonOption): void {
  process.exitCode = level;
  if (json) printJson({ level: WORDS[level], reasons: [reason] });
  else print(summary(level, reason));
}
