import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

/** JSON lines for an administrator as well as for a collector: `time` (ISO 8601), `level` by name, `msg`, facts. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
