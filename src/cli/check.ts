import type { Command } from 'commander';
import { systemClock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { redacted } from '../config/secrets.ts';
import { describe, type ErrorCode } from '../errors/catalogue.ts';
import { toGatewayError } from '../errors/gateway-error.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import { configOf, type ConfigOption, type JsonOption, withCommonOptions } from './options.ts';
import { count, paragraphs, print, printJson } from './output.ts';
import { type Probe, probeAndClose } from './probe.ts';

const SOMETHING_TO_DO = 1;

const RENEW =
  'À faire : renouvelez le certificat avant cette date (celui du serveur : prévenez l’opérateur ou l’éditeur).';

/** Adds `pfi check`. */
export function addCheck(program: Command): void {
  withCommonOptions(program.command('check'))
    .summary('vérifie la configuration, puis essaie chaque correspondant')
    .description(
      paragraphs(
        'Vérifie la configuration, puis essaie chaque correspondant, tous en même temps : connexion, TLS, certificats, identifiants, dossiers ; l’écoute des demandes d’envoi ; les certificats du DMP, le fichier des professionnels et la connexion ; les écoutes FHIR, un jeton et la connexion de chaque plateforme, et celle des applications à qui elle remet. N’envoie et ne change rien.',
        'Retour :\n  0  tout va bien\n  1  un correspondant ne répond pas comme il faut, ou un\n     certificat expire dans les 30 jours\n  2  configuration fautive',
      ),
    )
    .action(check);
}

interface Finding extends PeerReport {
  readonly peer: string;
  readonly ok: boolean;
  /** Of what keeps it from working. */
  readonly code?: ErrorCode;
}

async function check(options: ConfigOption & JsonOption): Promise<void> {
  const config = configOf(options);
  const findings = await Promise.all((await probes(config)).map(run));
  const wrong = findings.filter(({ ok, expiring }) => !ok || expiring === true);
  if (wrong.length > 0) process.exitCode = SOMETHING_TO_DO;
  if (options.json) return printJson({ ok: wrong.length === 0, config: redacted(config), peers: findings });
  print('✓ configuration valide');
  for (const finding of findings) print(render(finding));
  print(
    wrong.length === 0
      ? '\nTout va bien.'
      : `\n${count(wrong.length, 'correspondant')} sur ${findings.length} : il y a quelque chose à faire.`,
  );
}

async function probes(config: Config): Promise<Probe[]> {
  const { mailboxes, applications, dmp, fhir } = config;
  const { applicationPeer, mailSender, probeMailboxOf } = await import('../gateway/peers.ts');
  const { reportListening } = await import('./check-listening.ts');
  const { dmpProbes } = await import('./check-dmp.ts');
  const { fhirProbes } = await import('./check-fhir.ts');
  return [
    ...mailboxes.flatMap(box => [
      { peer: `boîte ${box.name}, relève (IMAP)`, probe: () => probeMailboxOf(box) },
      { peer: `boîte ${box.name}, envoi (SMTP)`, probe: () => probeAndClose(mailSender(box)) },
    ]),
    ...applications.map(application => ({
      peer: `application ${application.name}`,
      probe: () => probeAndClose(applicationPeer(application, systemClock)),
    })),
    ...applications
      .filter(({ accept }) => accept !== undefined)
      .map(application => ({
        peer: `application ${application.name}, ses demandes d’envoi`,
        probe: async () => reportListening(application, config, systemClock.now()),
      })),
    ...(dmp === undefined ? [] : dmpProbes(dmp, systemClock)),
    ...(fhir === undefined ? [] : fhirProbes(fhir, systemClock)),
  ];
}

async function run(asked: Probe): Promise<Finding> {
  const { peer } = asked;
  try {
    return { peer, ok: true, ...(await asked.probe()) };
  } catch (thrown) {
    const { code, publicText } = toGatewayError(thrown);
    const lines = [`${code} : ${publicText}`, `À faire : ${describe(code).todo}`];
    return { peer, ok: false, code, lines, warnings: [] };
  }
}

function render({ peer, ok, lines, warnings, expiring }: Finding): string {
  return [
    `${!ok ? '✗' : expiring === true ? '⚠' : '✓'} ${peer}`,
    ...lines.map(line => `    ${line}`),
    ...warnings.map(line => `    ⚠ ${line}`),
    ...(expiring === true ? [`    ${RENEW}`] : []),
  ].join('\n');
}
