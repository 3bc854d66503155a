import type { Command } from 'commander';
import { pino } from 'pino';
import { systemClock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { VERSION } from '../gateway/version.ts';
import { configOf, configOption, orExit } from './common.ts';

export function addRun(program: Command): void {
  program
    .command('run')
    .description('fait tourner la passerelle')
    .addOption(configOption())
    .action((options: { config: string }) => orExit(() => run(options)));
}

/** Runs until SIGTERM or SIGINT; SIGHUP takes up a changed configuration and renewed certificates. */
async function run(options: { config: string }): Promise<void> {
  let config = configOf(options);
  const log = pino({ level: config.log.level, base: { version: VERSION } });
  process.on('uncaughtException', error => {
    log.fatal(
      { err: { type: error.name, stack: error.stack?.split('\n').slice(1) } },
      'unexpected error: the process ends',
    );
    process.exit(1);
  });
  let gateway = await startGateway(config, { clock: systemClock, random: Math.random, log });

  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    turn = turn.then(work).catch((error: unknown) => {
      log.fatal(logFields(error), 'the process ends');
      process.exit(1);
    });
  };
  const end = (): void => {
    inTurn(async () => {
      await gateway.stop();
      stop();
    });
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  process.on('SIGHUP', () =>
    inTurn(async () => {
      const renewed = readAgain(options, error =>
        log.error({ code: error.code }, 'configuration not taken up'),
      );
      if (renewed === undefined) return;
      [gateway, config] = await replace(gateway, config, renewed);
      log.level = config.log.level;
    }),
  );

  /** Starts the renewed gateway; one that cannot start leaves the former configuration running. */
  async function replace(running: Gateway, former: Config, renewed: Config): Promise<[Gateway, Config]> {
    await running.stop();
    const deps = { clock: systemClock, random: Math.random, log };
    try {
      const started = await startGateway(renewed, deps);
      log.info('configuration taken up');
      return [started, renewed];
    } catch (error) {
      log.error(logFields(error), 'renewed configuration does not start: the former one goes on');
      return [await startGateway(former, deps), former];
    }
  }

  await stopped;
}

function readAgain(options: { config: string }, refused: (error: GatewayError) => void): Config | undefined {
  try {
    return configOf(options);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    process.stderr.write(`${error.publicText}\n`);
    refused(error);
    return undefined;
  }
}
