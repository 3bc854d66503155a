import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { BAL, ERROR_MAILBOX, KNOWN_PATIENTS, LABORATORY, SECRETARY } from '../../samples/actors.ts';
import { SCENARIOS, type Scenario } from '../../samples/scenarios.ts';
import { systemClock } from '../basics/clock.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { type Dpi, startDpi } from '../sandbox/dpi.ts';
import { type Operator, startOperator } from '../sandbox/operator.ts';
import { type Became, becameOf, type DemoPlaces, differences, leaveFiles } from './demo-outcome.ts';
import type { DemoOptions } from './demo.ts';
import { prepareOutput } from './demo-output.ts';
import { createLog } from './log.ts';
import { print, printError } from './output.ts';
import { stopAsked } from './signals.ts';

const PASSWORD = 'demonstration';
const DEADLINE_MS = 60_000;

/** Plays every sample through the real gateway and tells what became of it. */
export async function demonstrate(options: DemoOptions): Promise<void> {
  const output = prepareOutput(options.output);
  const operator = await startOperator({
    mailboxes: [BAL, ERROR_MAILBOX, LABORATORY, SECRETARY].map(address => ({ address, password: PASSWORD })),
  });
  const dpi = await startDpi({ patients: KNOWN_PATIENTS, requireIns: true });
  try {
    const config = await configFor(operator, dpi, output);
    const log = createLog(config.log.level, pino.destination(join(output, 'passerelle.log')));
    const gateway = await startGateway(config, { clock: systemClock, random: Math.random, log });
    try {
      await play({ gateway, operator, dpi, bal: BAL, folders: foldersOf(config) }, output);
      if (options.keep) {
        print('\nEn marche jusqu’à Ctrl-C.');
        await stopAsked();
      }
    } finally {
      await gateway.stop();
    }
  } finally {
    await Promise.all([dpi.stop(), operator.stop()]);
  }
}

/** Delivers every sample mail, waits until all is settled, and tells what each became. */
async function play(places: DemoPlaces, output: string): Promise<void> {
  const { gateway, operator, dpi } = places;
  print(`Opérateur MSSanté factice : IMAP ${operator.imapPort}, SMTP ${operator.smtpPort} (STARTTLS)`);
  print(`DPI factice : MLLP ${dpi.port}, ${KNOWN_PATIENTS.length} patients connus`);
  print(`Passerelle : http://127.0.0.1:${gateway.adminPort}/status.json et /metrics`);
  print('MDM : message HL7 qui porte un document au DPI. MDN : accusé de lecture renvoyé à l’expéditeur.\n');

  for (const { from, build } of SCENARIOS) operator.deliver(await build(), { from, to: [BAL] });
  if (!(await everythingSettled(gateway, SCENARIOS.length))) {
    process.exitCode = 1;
    return printError(
      `Rien n’a abouti en ${DEADLINE_MS / 1000} s : voyez ${join(output, 'passerelle.log')}.`,
    );
  }
  let failures = 0;
  for (const scenario of SCENARIOS) {
    const became = await becameOf(scenario, places);
    leaveFiles(scenario, became, output);
    const wrong = differences(scenario.expected, became);
    if (wrong.length > 0) failures += 1;
    print(render(scenario, became, wrong));
  }
  const { length } = SCENARIOS;
  print(`\n${length - failures} courriels sur ${length} sont devenus ce qui était attendu.`);
  print(`Les messages MDM et les réponses à l’expéditeur sont dans ${output}`);
  if (failures > 0) process.exitCode = 1;
}

async function configFor(operator: Operator, dpi: Dpi, output: string): Promise<Config> {
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
  return config;
}

function foldersOf({ mailboxes: [box] }: Config): DemoPlaces['folders'] {
  if (box === undefined) throw new Error('the demo configuration has a mailbox');
  return box.folders;
}

/** Beside the sources, or a folder further up from the build. */
function demoConfig(): string {
  const places = ['../../config/pfi.demo.yaml', '../../../config/pfi.demo.yaml'];
  const paths = places.map(place => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find(path => existsSync(path)) ?? paths.join(' ');
}

/** Whether every mail has ended or waits for a person, and nothing else is owed, within the deadline. */
async function everythingSettled(gateway: Gateway, mails: number): Promise<boolean> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(50)) {
    const exchanges = await gateway.journal.list({ limit: mails + 1 });
    const { targets } = await gateway.journal.backlog();
    const reading = exchanges.some(({ state }) => state === 'seen');
    const concluding = (await gateway.journal.readyToConclude(1)).length > 0;
    if (exchanges.length >= mails && !reading && !concluding && targets.every(({ waiting }) => waiting === 0))
      return true;
  }
  return false;
}

function render({ name, description }: Scenario, { story }: Became, wrong: readonly string[]): string {
  return [
    `${wrong.length === 0 ? '✓' : '✗'} ${name}`,
    `    ${description}`,
    ...story.map(line => `    → ${line}`),
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
