import type { Command } from 'commander';
import type { GatewayStatus } from '../admin/status.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { configOf, print, printJson, withCommonOptions } from './common.ts';

/** Exit codes of monitoring plugins (Nagios, Centreon, PRTG). */
const OK = 0;
const WARNING = 1;
const CRITICAL = 2;
const UNKNOWN = 3;
const WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/** A mailbox not looked at, or a delivery not ended, for this long is critical (mssante.md §6.4). Seconds. */
const SILENCE = 15 * 60;
const AGE = 30 * 60;

export function addStatus(program: Command): void {
  withCommonOptions(program.command('status'))
    .description(
      'dit si tout passe : codes de retour 0, 1, 2, 3 et données de performance pour la supervision',
    )
    .option('--silence <secondes>', 'relève d’une boîte plus ancienne : critique', String(SILENCE))
    .option('--age <secondes>', 'envoi en attente plus ancien : critique', String(AGE))
    .action(async (options: { config: string; json: boolean; silence: string; age: string }) => {
      process.exitCode = await status(options);
    });
}

async function status(options: {
  config: string;
  json: boolean;
  silence: string;
  age: string;
}): Promise<number> {
  let url: string;
  try {
    const { host, port } = configOf(options).admin;
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host;
    url = `http://${reachable}:${port}/status.json`;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    print(`PFI UNKNOWN - ${error.publicText}`);
    return UNKNOWN;
  }
  let found: GatewayStatus;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    found = (await answer.json()) as GatewayStatus;
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  } catch {
    print('PFI CRITICAL - la passerelle ne répond pas');
    return CRITICAL;
  }
  const verdict = judge(found, { silence: Number(options.silence), age: Number(options.age) });
  if (options.json) printJson({ ...verdict, level: WORDS[verdict.level], status: found });
  else print(render(found, verdict));
  return verdict.level;
}

interface Judgement {
  readonly level: number;
  readonly reasons: readonly string[];
}

/** What is wrong, worst first. A queue is judged by its oldest, not by its length. */
export function judge(status: GatewayStatus, limits: { silence: number; age: number }): Judgement {
  const critical: string[] = [];
  const warning: string[] = [];
  const sinceStart = (Date.now() - Date.parse(status.startedAt)) / 1000;
  for (const { name, connected, error, secondsSincePoll } of status.mailboxes) {
    const silent = secondsSincePoll ?? sinceStart;
    if (silent > limits.silence)
      critical.push(`boîte ${name} non relevée depuis ${minutes(silent)}${code(error)}`);
    else if (!connected) warning.push(`boîte ${name} non connectée${code(error)}`);
  }
  for (const { name, up, waiting, oldestSeconds } of status.targets) {
    if (oldestSeconds !== undefined && oldestSeconds > limits.age) {
      critical.push(`${waiting} en attente pour ${name}, le plus ancien depuis ${minutes(oldestSeconds)}`);
    } else if (!up) warning.push(`${name} injoignable`);
  }
  const { deliveries, mails } = status.worklist;
  if (deliveries + mails > 0) warning.push(`${deliveries + mails} à traiter`);
  const level = critical.length > 0 ? CRITICAL : warning.length > 0 ? WARNING : OK;
  return { level, reasons: [...critical, ...warning] };
}

/** One line and performance data, as the Monitoring Plugins guidelines ask; then a line for each reason after the first. */
export function render(status: GatewayStatus, { level, reasons }: Judgement): string {
  const waiting = status.targets.reduce((sum, target) => sum + target.waiting, 0);
  const oldest = Math.max(0, ...status.targets.map(({ oldestSeconds }) => oldestSeconds ?? 0));
  const summary = reasons[0] ?? `${status.mailboxes.length} boîte(s) relevée(s), ${waiting} en attente`;
  const perfdata = [
    `queue=${waiting};;;0`,
    `oldest=${oldest}s;;;0`,
    `worklist=${status.worklist.deliveries + status.worklist.mails};;;0`,
    ...status.mailboxes.flatMap(({ name, secondsSincePoll }) =>
      secondsSincePoll === undefined ? [] : [`'poll_${name}'=${secondsSincePoll}s;;;0`],
    ),
    ...status.outcomes.map(
      ({ application, outcome, code: errorCode, count }) =>
        `'${[application, outcome, errorCode].filter(part => part !== '').join('_')}'=${count}c`,
    ),
  ];
  return [`PFI ${WORDS[level]} - ${summary} | ${perfdata.join(' ')}`, ...reasons.slice(1)].join('\n');
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function code(error: string | undefined): string {
  return error === undefined ? '' : ` (${error})`;
}
