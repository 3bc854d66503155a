import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { pino } from 'pino';
import { BAL, ERROR_MAILBOX, KNOWN_PATIENTS, LABORATORY, SECRETARY } from '../../samples/actors.ts';
import { SCENARIOS, type Scenario } from '../../samples/scenarios.ts';
import { systemClock } from '../basics/clock.ts';
import { loadConfig } from '../config/load.ts';
import { orExit, print } from './common.ts';
import { type DemoPlaces, type Became, becameOf, differences, leaveFiles } from './demo-outcome.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { startDpi } from '../sandbox/dpi.ts';
import { startOperator } from '../sandbox/operator.ts';

const PASSWORD = 'demonstration';
const DEADLINE_MS = 60_000;

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'démonstration : opérateur MSSanté, DPI et passerelle dans un seul processus, sur de vrais protocoles',
    )
    .option('--keep', 'reste en marche à la fin', false)
    .option('--output <dossier>', 'où laisser les messages reçus', 'demo-output')
    .action((options: { keep: boolean; output: string }) => orExit(() => demo(options)));
}

async function demo(options: { keep: boolean; output: string }): Promise<void> {
  const output = resolve(options.output);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const operator = await startOperator({
    mailboxes: [BAL, ERROR_MAILBOX, LABORATORY, SECRETARY].map(address => ({ address, password: PASSWORD })),
  });
  const dpi = await startDpi({ patients: KNOWN_PATIENTS, requireIns: true });
  const ca = join(output, 'operateur-ca.pem');
  writeFileSync(ca, operator.ca);
  const { config } = loadConfig(demoConfig(), {
    PFI_DEMO_DATA: output,
    PFI_DEMO_CA: ca,
    PFI_DEMO_PASSWORD: PASSWORD,
    PFI_DEMO_IMAP: String(operator.imapPort),
    PFI_DEMO_SMTP: String(operator.smtpPort),
    PFI_DEMO_DPI: String(dpi.port),
    PFI_DEMO_ADMIN: String(await freePort()),
  });
  const log = pino({ level: config.log.level }, pino.destination(join(output, 'passerelle.log')));
  const gateway = await startGateway(config, { clock: systemClock, random: Math.random, log });

  print(
    `Opérateur MSSanté : IMAP 127.0.0.1:${operator.imapPort}, SMTP 127.0.0.1:${operator.smtpPort} (STARTTLS)`,
  );
  print(`DPI : MLLP 127.0.0.1:${dpi.port}, ${KNOWN_PATIENTS.length} patients connus`);
  print(`Passerelle : administration http://127.0.0.1:${gateway.adminPort} (/status.json, /metrics)\n`);
  for (const { from, build } of SCENARIOS) operator.deliver(await build(), { from, to: [BAL] });
  const [folders] = config.mailboxes.map(box => box.folders);
  if (folders === undefined) throw new Error('the demo configuration has a mailbox');
  const places: DemoPlaces = { gateway, operator, dpi, bal: BAL, folders };
  await everythingSettled(gateway, SCENARIOS.length);

  const results = [];
  for (const scenario of SCENARIOS) {
    const became = await becameOf(scenario, places);
    leaveFiles(scenario, became, output);
    results.push({ scenario, became, wrong: differences(scenario.expected, became) });
  }
  for (const result of results) print(render(result));
  const wrong = results.filter(result => result.wrong.length > 0);
  print(
    `\n${results.length - wrong.length} courriels sur ${results.length} sont devenus ce qui était attendu.`,
  );
  print(`Les messages MDM et les notifications sont dans ${output}`);
  if (wrong.length > 0) process.exitCode = 1;

  if (options.keep) {
    print('\nEn marche jusqu’à Ctrl-C.');
    await new Promise<void>(stop => {
      process.once('SIGINT', () => stop()).once('SIGTERM', () => stop());
    });
  }
  await gateway.stop();
  await Promise.all([dpi.stop(), operator.stop()]);
}

function demoConfig(): string {
  return fileURLToPath(new URL('../../config/pfi.demo.yaml', import.meta.url));
}

/** Every mail has ended or waits for a person, and nothing else is owed. */
async function everythingSettled(gateway: Gateway, mails: number): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(50)) {
    const exchanges = await gateway.journal.list({ limit: mails + 1 });
    const { targets } = await gateway.journal.backlog();
    const reading = exchanges.some(({ state }) => state === 'seen');
    const concluding = (await gateway.journal.settled(1)).length > 0;
    if (exchanges.length >= mails && !reading && !concluding && targets.every(({ waiting }) => waiting === 0))
      return;
  }
  throw new Error(`the demo did not settle within ${DEADLINE_MS} ms`);
}

function render(result: { scenario: Scenario; became: Became; wrong: readonly string[] }): string {
  const { scenario, became, wrong } = result;
  return [
    `${wrong.length === 0 ? '✓' : '✗'} ${scenario.name}`,
    `    ${scenario.description}`,
    `    → ${became.story}`,
    ...wrong.map(line => `    ✗ ${line}`),
  ].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise(closed => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
