import type { Logger } from 'pino';
import { systemClock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import { assertDmpFiles } from '../gateway/dmp-files.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { printError } from './output.ts';

export interface Supervisor {
  /** Takes up the configuration as it stands now; where that is not possible, the running one goes on. */
  reload(): Promise<void>;
  /** Stops the gateway for good. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway, and another in its place whenever its configuration is read again. One step at a time, in the order
 * of asking; once a stop was asked for nothing starts any more.
 *
 * @param read the configuration; a GatewayError of it is told, and changes nothing
 * @throws GatewayError when the first gateway does not start
 */
export async function supervise(
  first: Config,
  { log, read }: { readonly log: Logger; readonly read: () => Config },
): Promise<Supervisor> {
  const deps = { clock: systemClock, random: Math.random, log };
  let config = first;
  let gateway: Gateway = await startGateway(config, deps);
  let stopping = false;
  let turn: Promise<void> = Promise.resolve();

  /** Undefined where it, or a file of it, cannot be taken up: the operator is told why, and nothing changes. */
  function readAgain(): Config | undefined {
    try {
      const renewed = read();
      assertDmpFiles(renewed.dmp, deps.clock.now());
      return renewed;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      printError(`${error.code} : ${error.publicText}`);
      log.error(logFields(error), 'configuration not taken up');
      return undefined;
    }
  }

  async function replace(): Promise<void> {
    const renewed = stopping ? undefined : readAgain();
    if (renewed === undefined) return;
    await gateway.stop();
    try {
      gateway = await startGateway(renewed, deps);
      config = renewed;
      log.level = config.log.level;
      log.info('configuration taken up');
    } catch (error) {
      log.error(logFields(error), 'renewed configuration does not start: the former one goes on');
      gateway = await startGateway(config, deps);
    }
  }

  return {
    reload() {
      turn = turn.then(replace);
      return turn;
    },
    stop() {
      stopping = true;
      turn = turn.then(() => gateway.stop());
      return turn;
    },
  };
}
