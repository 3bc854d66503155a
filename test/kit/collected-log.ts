import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A log of everything, kept as it would be written. */
export interface CollectedLog {
  readonly log: Logger;
  readonly lines: () => readonly LogLine[];
  readonly text: () => string;
  /** The last of it, to show beside a failure. */
  readonly tail: () => string;
}

export function collectedLog(): CollectedLog {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return {
    log: pino({ level: 'trace' }, stream),
    lines: () => lines.map(line => JSON.parse(line) as LogLine),
    text: () => lines.join(''),
    tail: () => lines.slice(-15).join(''),
  };
}
