import type { Command } from 'commander';
import type { Logger } from 'pino';
import { logFields } from '../errors/log-fields.ts';
import { createLog } from './log.ts';
import { configOf, configOption, type ConfigOption } from './options.ts';
import { paragraphs } from './output.ts';
import { stopAsked } from './signals.ts';

/** What stops in good order has 30 s for what is on the wire; this is for what does not. */
const STOP_WITHIN_MS = 40_000;

/** Adds `pfi run`. */
export function addRun(program: Command): void {
  program
    .command('run')
    .summary('fait tourner la passerelle')
    .description(
      paragraphs(
        'Fait tourner la passerelle jusqu’à SIGTERM ou Ctrl-C. Ce qui est alors en cours d’envoi se termine (30 s au plus).',
        'SIGHUP relit la configuration et les certificats ; un fichier fautif ne change rien. Le journal technique (lignes JSON) va sur la sortie standard.',
        'Retour :\n  0  arrêt demandé\n  1  erreur imprévue\n  2  configuration fautive, ou journal ou adresse déjà pris',
      ),
    )
    .addOption(configOption())
    .action(run);
}

/** Runs until it is asked to stop; SIGHUP takes up a changed configuration and renewed certificates. */
async function run(options: ConfigOption): Promise<void> {
  const config = configOf(options);
  const log = createLog(config.log.level);
  const stop = stopAsked();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  process.on('uncaughtException', error => end(log, error));
  process.on('SIGHUP', () => void started.then(() => supervisor.reload()).catch(error => end(log, error)));

  const { supervise } = await import('./supervisor.ts');
  const supervisor = await supervise(config, { log, read: () => configOf(options) });
  start();
  await stop;
  setTimeout(() => {
    log.fatal('what is on the wire does not end: the process ends');
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
  await supervisor.stop();
}

/** Another process starts from the journal; this one no longer knows what state it is in. */
function end(log: Logger, error: unknown): void {
  log.fatal(logFields(error), 'unexpected error: the process ends');
  process.exit(1);
}
