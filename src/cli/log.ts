import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

/** JSON lines for an administrator as well as for a collector: `time` in ISO 8601, `level` by name, `msg`, then facts. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
