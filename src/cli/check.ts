import type { Command } from 'commander';
import { systemClock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { redacted } from '../config/secrets.ts';
import { describe } from '../errors/catalogue.ts';
import { toGatewayError } from '../errors/gateway-error.ts';
import { applicationPeer, mailSender, probeMailboxOf } from '../gateway/peers.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import { configOf, orExit, print, printJson, withCommonOptions } from './common.ts';

/** 0 all is well · 1 a peer fails · 2 the configuration is not valid. */
const PEER_FAILS = 1;

export function addCheck(program: Command): void {
  withCommonOptions(program.command('check'))
    .description(
      'vérifie la configuration, puis chaque correspondant : connexion, TLS, certificats, identifiants',
    )
    .action((options: { config: string; json: boolean }) => orExit(() => check(options)));
}

interface Finding {
  readonly peer: string;
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
}

async function check(options: { config: string; json: boolean }): Promise<void> {
  const config = configOf(options);
  const findings = await Promise.all(probes(config).map(run));
  if (options.json) printJson({ config: redacted(config), peers: findings });
  else for (const finding of findings) print(render(finding));
  if (findings.some(({ ok }) => !ok)) process.exitCode = PEER_FAILS;
}

interface Probe {
  readonly peer: string;
  probe(): Promise<PeerReport>;
}

function probes(config: Config): Probe[] {
  return [
    ...config.mailboxes.flatMap(box => [
      { peer: `boîte ${box.name}, IMAP ${box.imap.host}:${box.imap.port}`, probe: () => probeMailboxOf(box) },
      {
        peer: `boîte ${box.name}, SMTP ${box.smtp.host}:${box.smtp.port}`,
        probe: () => probeAndClose(mailSender(box)),
      },
    ]),
    ...config.applications.map(application => ({
      peer: `application ${application.name}`,
      probe: () => probeAndClose(applicationPeer(application, systemClock)),
    })),
  ];
}

async function probeAndClose(peer: {
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}): Promise<PeerReport> {
  try {
    return await peer.probe();
  } finally {
    await peer.close();
  }
}

async function run(asked: Probe): Promise<Finding> {
  const { peer } = asked;
  try {
    return { peer, ok: true, ...(await asked.probe()) };
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return {
      peer,
      ok: false,
      lines: [`${error.code} : ${error.publicText}`, describe(error.code).todo],
      warnings: [],
    };
  }
}

function render({ peer, ok, lines, warnings }: Finding): string {
  return [
    `${ok ? '✓' : '✗'} ${peer}`,
    ...lines.map(line => `    ${line}`),
    ...warnings.map(line => `    ⚠ ${line}`),
  ].join('\n');
}
